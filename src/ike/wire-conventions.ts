/**
 * Choices that the RFCs leave open and every implementation makes its own way. The default is what an IOS 12.2 router
 * does; others exist so that recorded negotiations of other implementations can be replayed through this engine.
 */
import type { Random } from "../base/random.ts";
import { iosVendorId, vendorIdOctets } from "../isakmp/vendor-ids.ts";

export interface WireConventions {
  /** Number of the first proposal and the first transform of an offer. */
  readonly firstProposalNumber: 0 | 1;
  /** Protocol and port in the ID payload of phase 1: UDP 500, or 0 and 0 (RFC 2407 §4.6.2 allows both). */
  readonly phase1Id: { readonly protocol: number; readonly port: number };
  /** Octets of our nonces. */
  readonly nonceLength: number;
  /** Vendor IDs of the third and fourth main mode message, given our cookie. */
  readonly vendorIds: (ownCookie: Uint8Array, random: Random) => readonly Uint8Array[];
  /** INITIAL-CONTACT goes into the first encrypted message when we have no other SA with the peer. */
  readonly sendInitialContact: boolean;
  /** The third message of aggressive mode is encrypted, which RFC 2409 §5.4 leaves open. */
  readonly encryptThirdMessage: boolean;
  /** How SKEYID follows from encrypted nonces: as IOS has it, or as RFC 2409 §5.2 says. */
  readonly encryptedNonceSkeyid: "ios" | "rfc2409";
  /** Quick mode offers a lifetime in kilobytes too. */
  readonly offerKilobytes: boolean;
  /** We say that we can traverse NATs (RFC 3947), which IOS does from 12.2(13)T on. */
  readonly traverseNats: boolean;
  /** Phase 1 is done anew before it ends. IOS lets it end, and does it again when phase 2 needs it. */
  readonly renewPhase1: boolean;
}

export const IOS_CONVENTIONS: WireConventions = {
  firstProposalNumber: 1,
  phase1Id: { protocol: 17, port: 500 },
  nonceLength: 20,
  vendorIds: (ownCookie, random) => [
    vendorIdOctets("CISCO-UNITY", UNITY_VERSION),
    vendorIdOctets("DPD", DPD_VERSION),
    iosVendorId(ownCookie, random.bytes("vendor id", 8)),
    vendorIdOctets("XAUTH"),
  ],
  sendInitialContact: true,
  encryptedNonceSkeyid: "ios",
  encryptThirdMessage: true,
  offerKilobytes: true,
  traverseNats: false,
  renewPhase1: false,
};

/** The same with NAT traversal and without gaps: what a gateway on a real network says. */
export const NAT_TRAVERSING_CONVENTIONS: WireConventions = {
  ...IOS_CONVENTIONS,
  traverseNats: true,
  renewPhase1: true,
};

const UNITY_VERSION = Uint8Array.of(1, 0);
const DPD_VERSION = Uint8Array.of(1, 0);
