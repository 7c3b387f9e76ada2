/** Short names of messages, as engineers say them: MM1 to MM6, AM1 to AM3, QM1 to QM3. By content rather than by count. */
import { isZero } from "../base/octets.ts";
import type { IsakmpHeader } from "../isakmp/header.ts";
import { EXCHANGE_TYPE } from "../isakmp/numbers/exchange-type.ts";
import { nameOf } from "../isakmp/numbers/registry.ts";
import type { Payload } from "../isakmp/payload.ts";
import type { Exchange, Role } from "./negotiation.ts";

export interface LabelFacts {
  readonly header: IsakmpHeader;
  /** Undefined where they are encrypted. */
  readonly payloads: readonly Payload[] | undefined;
  readonly role: Role | undefined;
  readonly sender: string;
  /** Without this message. */
  readonly exchange: Exchange;
}

export function labelOf(facts: LabelFacts): string {
  if (facts.payloads?.[0]?.kind === "FRAGMENT") return "fragment";
  switch (facts.header.exchangeType) {
    case EXCHANGE_TYPE["Identity Protection"]:
      return mainModeLabel(facts);
    case EXCHANGE_TYPE.Aggressive:
      return aggressiveModeLabel(facts);
    case EXCHANGE_TYPE["Quick Mode"]:
      return quickModeLabel(facts);
    case EXCHANGE_TYPE.Informational:
      return "INFO";
    case EXCHANGE_TYPE.Transaction:
      return "CONF";
    default:
      return nameOf(EXCHANGE_TYPE, facts.header.exchangeType);
  }
}

function mainModeLabel({ header, payloads, role }: LabelFacts): string {
  if (payloads === undefined) return byRole(role, "MM5", "MM6");
  if (payloads.some(({ kind }) => kind === "SA")) return isZero(header.responderCookie) ? "MM1" : "MM2";
  if (payloads.some(({ kind }) => kind === "KE" || kind === "NONCE")) return byRole(role, "MM3", "MM4");
  return "MM";
}

function aggressiveModeLabel({ header, payloads }: LabelFacts): string {
  if (payloads?.some(({ kind }) => kind === "SA") !== true) return "AM3";
  return isZero(header.responderCookie) ? "AM1" : "AM2";
}

function quickModeLabel({ sender, exchange }: LabelFacts): string {
  if (exchange.opener !== undefined && exchange.opener !== sender) return "QM2";
  return exchange.countFrom(sender) === 0 ? "QM1" : "QM3";
}

function byRole(role: Role | undefined, ofInitiator: string, ofResponder: string): string {
  if (role === undefined) return `${ofInitiator} or ${ofResponder}`;
  return role === "initiator" ? ofInitiator : ofResponder;
}
