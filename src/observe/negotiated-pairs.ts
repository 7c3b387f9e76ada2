/** The pairs of SAs that a quick mode has negotiated: one of each protocol. */
import type { SaSuite } from "../crypto/names.ts";
import type { NegotiatedIpsecSa } from "../ike/events.ts";

interface ProtocolPair {
  readonly suite: SaSuite;
  readonly inboundSpi: number;
  readonly outboundSpi: number;
  readonly inboundConnId: number;
  readonly outboundConnId: number;
}

/** Of each protocol, AH first, as IOS tells them. */
export function pairsOf(negotiated: NegotiatedIpsecSa): readonly ProtocolPair[] {
  const { ah } = negotiated;
  return ah === undefined ? [negotiated] : [{ ...ah, suite: { ah: ah.hash } }, negotiated];
}
