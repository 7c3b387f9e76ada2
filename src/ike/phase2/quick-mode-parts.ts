/** What both roles of quick mode share: the HASH before the payloads, small checks, what is told. */
import type { Payload } from "../../isakmp/payload.ts";
import { encodePayloads } from "../../isakmp/payload-chain.ts";
import type { TrafficSelector } from "../../net/selector.ts";
import { tell } from "../action.ts";
import { NONCE_LENGTHS } from "../limits.ts";
import type { EspOffer } from "./esp-offer.ts";
import type { TransformCheck, TransformChoice } from "./esp-proposal.ts";
import type { QuickModeActions as Actions, QuickModeContext } from "./quick-mode-state.ts";

/** Payloads with a HASH before them that covers them as they will be on the wire. */
export function hashed(payloads: readonly Payload[], digest: (rest: Uint8Array) => Uint8Array): Payload[] {
  return [{ kind: "HASH", data: digest(encodePayloads(payloads).bytes) }, ...payloads];
}

export function spiOf(offer: EspOffer): number {
  const { spi } = offer.proposal;
  return spi.length === 4 ? new DataView(spi.buffer, spi.byteOffset, 4).getUint32(0) : 0;
}

export function spiProblem(spi: number): string | undefined {
  return spi < 256 ? `its SPI ${spi} is reserved` : undefined;
}

export function nonceProblem(nonce: Uint8Array): string | undefined {
  const fits = nonce.length >= NONCE_LENGTHS.minimum && nonce.length <= NONCE_LENGTHS.maximum;
  return fits ? undefined : `its nonce has ${nonce.length} octets, 8 to 256 expected`;
}

export function transformEvent(context: QuickModeContext, check: TransformCheck): Actions[number] {
  const { proposal, transform, name } = check.offer;
  return tell({
    kind: "ipsec-transform-checked",
    sa: context.sa,
    messageId: context.messageId,
    proposalNumber: proposal.number,
    transformNumber: transform.number,
    transform: name,
    attributes: transform.attributes,
    accepted: check.mismatches.length === 0,
    mismatches: check.mismatches,
  });
}

export function validated(
  context: QuickModeContext,
  choice: TransformChoice,
  selector: TrafficSelector,
  accepted: boolean,
): Actions[number] {
  const { sa, messageId } = context;
  return tell({
    kind: "ipsec-proposal-validated",
    sa,
    messageId,
    proposalNumber: choice.offer.proposal.number,
    selector,
    suite: choice.set.esp,
    accepted,
  });
}

export function identityEvents(context: QuickModeContext): Actions {
  const { sa, messageId } = context;
  return (["NONCE", "ID", "ID"] as const).map((payload) =>
    tell({ kind: "payload-processing", sa, payload, messageId }),
  );
}
