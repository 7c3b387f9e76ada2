/** How quick modes and requests for IPsec SAs end without one: told, given back, and refused to or by the peer. */
import { equal, u32Octets } from "../base/octets.ts";
import { describeTransformSet } from "../crypto/transform-set.ts";
import { DOI, PROTOCOL_ID } from "../isakmp/numbers/domain.ts";
import type { Failure } from "./action.ts";
import type { EngineState, Owner } from "./engine-state.ts";
import type { IsakmpSa, QuickModeExchange, WaitingRequest } from "./isakmp-sa.ts";
import { sendInformational } from "./notices.ts";
import type { Connection } from "./policy.ts";
import { outsideIn } from "./spi-table.ts";

export function failRequest(state: EngineState, failed: WaitingRequest): void {
  giveBackSpis(state, failed);
  const { connection, peer, selector } = failed;
  state.output({ kind: "negotiation-failed", connectionId: connection.id, peer, selector });
}

/** Nothing came of a request: the SPIs that were reserved for it are free again. */
export function giveBackSpis(state: EngineState, { spis }: Pick<WaitingRequest, "spis">): void {
  if (spis !== undefined) state.spis.releasePair(spis);
}

/** The peer refused a quick mode of ours by an authenticated notification (RFC 2408 §3.14.1). */
export function refuseByPeer(state: EngineState, sa: IsakmpSa, notifyName: string, spi: Uint8Array): void {
  const running = [...sa.exchanges.values()].filter((exchange) => !exchange.isFinished);
  const named = running.find((candidate) => namesOf(candidate).some((name) => equal(name, spi)));
  // A refusal without an SPI can only be about the one quick mode there is.
  const only =
    running.length === 1 && spi.length === 0 && REFUSALS.includes(notifyName) ? running[0] : undefined;
  const exchange = named ?? only;
  if (exchange === undefined) return;
  const connection = exchange.request?.connection;
  fail(state, { sa, exchange }, exchange, {
    reason: "peer refused",
    explanation: refusalSentence(sa, notifyName, exchange),
    mismatches: [],
    origin:
      notifyName === "INVALID-ID-INFORMATION"
        ? connection?.source.matchAddress?.origin
        : connection?.source.transformSets?.origin,
    notify: undefined,
  });
}

function refusalSentence(sa: IsakmpSa, notifyName: string, exchange: QuickModeExchange): string {
  const connection = exchange.request?.connection;
  const map =
    connection === undefined
      ? "our offer"
      : `our offer of crypto map ${connection.mapName} ${connection.sequence}`;
  if (notifyName === "NO-PROPOSAL-CHOSEN")
    return `${sa.remote.address} accepts no transform set of ${map} (${notifyName})${offeredText(connection)}: compare the transform sets, PFS and lifetimes of both ends, and whether its crypto map has us as a peer.`;
  if (notifyName === "INVALID-ID-INFORMATION")
    return `${sa.remote.address} does not protect the traffic of ${map} (${notifyName}): the crypto access lists of both ends must mirror each other.`;
  return `${sa.remote.address} refuses ${map} (${notifyName}).`;
}

/** `, which has esp-3des esp-md5-hmac without PFS`. */
function offeredText(connection: Connection | undefined): string {
  if (connection === undefined) return "";
  const sets = connection.transformSets.map(describeTransformSet).join(" or ");
  const { pfsGroup } = connection;
  return `, which has ${sets} ${pfsGroup === undefined ? "without PFS" : `with PFS by group ${pfsGroup}`}`;
}

export function fail(state: EngineState, owner: Owner, exchange: QuickModeExchange, failure: Failure): void {
  const { sa } = owner;
  const { reason, mismatches, origin, explanation, notify } = failure;
  state.emit({
    kind: "negotiation-failed",
    sa: sa.reference(),
    peer: sa.remote.address,
    exchange: "quick",
    role: exchange.role,
    reason,
    mismatches,
    origin,
    explanation,
  });
  if (notify !== undefined) sendRefusal(state, sa, exchange, notify);
  state.timers.clear(exchange);
  state.cancelJob(exchange);
  sa.removeExchange(exchange.messageId);
  if (exchange.isInstalled && exchange.spis !== undefined)
    state.output({ kind: "abandon-sa", peer: sa.remote.address, inboundSpi: exchange.spis.spi });
  else giveBackSpis(state, exchange);
  state.emit({
    kind: "exchange-finished",
    sa: sa.reference(),
    exchange: "quick",
    messageId: exchange.messageId,
    role: exchange.role,
    failed: true,
  });
  if (exchange.request !== undefined) failRequest(state, exchange.request);
}

function sendRefusal(
  state: EngineState,
  sa: IsakmpSa,
  exchange: QuickModeExchange,
  notifyType: number,
): void {
  const { firstOffered } = exchange;
  const [spi = new Uint8Array(0)] = namesOf(exchange);
  sendInformational(state, sa, [
    {
      kind: "NOTIFY",
      doi: DOI.IPSEC,
      protocolId: firstOffered?.protocolId ?? PROTOCOL_ID.PROTO_IPSEC_ESP,
      spi,
      notifyType,
      data: new Uint8Array(0),
    },
  ]);
}

/** What a refusal may name an exchange by: an SPI that its initiator offered, the first one as a rule. */
function namesOf({ role, firstOffered, spis }: QuickModeExchange): readonly Uint8Array[] {
  if (role === "responder") return firstOffered === undefined ? [] : [firstOffered.spi];
  return spis === undefined ? [] : outsideIn(spis).map(u32Octets);
}

/** Errors that are about an offer. */
const REFUSALS: readonly string[] = [
  "NO-PROPOSAL-CHOSEN",
  "INVALID-ID-INFORMATION",
  "ATTRIBUTES-NOT-SUPPORTED",
  "BAD-PROPOSAL-SYNTAX",
];
