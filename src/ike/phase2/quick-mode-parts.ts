/** What both roles of quick mode share: the HASH before the payloads, small checks, what is told. */
import { suitesOf } from "../../crypto/transform-set.ts";
import type { Payload } from "../../isakmp/payload.ts";
import { encodePayloads } from "../../isakmp/payload-chain.ts";
import type { TrafficSelector } from "../../net/selector.ts";
import { tell } from "../action.ts";
import { NONCE_LENGTHS } from "../limits.ts";
import { chosenAh } from "./ah-proposal.ts";
import type { EspOffer } from "./esp-offer.ts";
import type { TransformCheck, TransformChoice } from "./esp-proposal.ts";
import type { QuickModeActions as Actions, QuickModeContext } from "./quick-mode-state.ts";

/** Payloads with a HASH before them that covers them as they will be on the wire. */
export function hashed(payloads: readonly Payload[], digest: (rest: Uint8Array) => Uint8Array): Payload[] {
  return [{ kind: "HASH", data: digest(encodePayloads(payloads).bytes) }, ...payloads];
}

/** Of a proposal that its receiver may send under. */
export function spiOf({ proposal: { spi } }: Pick<EspOffer, "proposal">): number {
  return spi.length === 4 ? new DataView(spi.buffer, spi.byteOffset, 4).getUint32(0) : 0;
}

export function spiProblem({ offer, ah }: TransformChoice): string | undefined {
  const spis = (ah === undefined ? [offer] : [ah, offer]).map(spiOf);
  const reserved = spis.find((spi) => spi < 256);
  return reserved === undefined ? undefined : `its SPI ${reserved} is reserved`;
}

export function nonceProblem(nonce: Uint8Array): string | undefined {
  const fits = nonce.length >= NONCE_LENGTHS.minimum && nonce.length <= NONCE_LENGTHS.maximum;
  return fits ? undefined : `its nonce has ${nonce.length} octets, 8 to 256 expected`;
}

/** A proposal that was looked at, each of its transforms apart, as IOS tells them. */
export function transformEvents(context: QuickModeContext, check: TransformCheck): Actions {
  const { offer, mismatches } = check;
  const ah = (check.set === undefined ? undefined : chosenAh(check.set, offer)) ?? offer.ah[0];
  const isAlone = ah === undefined || ah.proposal === offer.proposal;
  return [...(isAlone ? [] : [ah]), offer].map(({ proposal, transform, name }) =>
    tell({
      kind: "ipsec-transform-checked",
      sa: context.sa,
      messageId: context.messageId,
      proposalNumber: proposal.number,
      transformNumber: transform.number,
      transform: name,
      attributes: transform.attributes,
      accepted: mismatches.length === 0,
      mismatches,
    }),
  );
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
    suites: suitesOf(choice.set),
    accepted,
  });
}

export function identityEvents(context: QuickModeContext): Actions {
  const { sa, messageId } = context;
  return (["NONCE", "ID", "ID"] as const).map((payload) =>
    tell({ kind: "payload-processing", sa, payload, messageId }),
  );
}
