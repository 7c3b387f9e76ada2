/**
 * Finding NATs on the way (RFC 3947 §3): both ends say by vendor ID that they can traverse NATs and by which text, then each
 * sends hashes of the addresses it sees. A hash that does not come out as expected is an address that was translated.
 */
import { equal } from "../../base/octets.ts";
import type { HashName } from "../../crypto/names.ts";
import { ENCAPSULATION_MODE } from "../../isakmp/numbers/phase2-attribute.ts";
import type { NatDiscovery } from "../../isakmp/payloads/nat-discovery.ts";
import type { NatOriginalAddress } from "../../isakmp/payloads/nat-original-address.ts";
import type { VendorId } from "../../isakmp/payloads/vendor-id.ts";
import { recogniseVendorId, type VendorIdName, vendorIdOctets } from "../../isakmp/vendor-ids.ts";
import { type Endpoint, ipv4Octets } from "../../net/ip-address.ts";
import { natDiscoveryHash } from "../keying.ts";

/** RFC 3947, or one of the drafts that older peers still speak, which differ in numbers only. */
export interface NatMethod {
  readonly name: VendorIdName;
  readonly payloadType: NatDiscovery["payloadType"];
  readonly originalAddressType: NatOriginalAddress["payloadType"];
  /** In UDP. */
  readonly modes: ModeNumbers;
}

/** What quick mode calls the encapsulation modes. */
export interface ModeNumbers {
  readonly tunnel: number;
  readonly transport: number;
}

const FINAL = {
  payloadType: 20,
  originalAddressType: 21,
  modes: {
    tunnel: ENCAPSULATION_MODE["UDP-Encapsulated-Tunnel"],
    transport: ENCAPSULATION_MODE["UDP-Encapsulated-Transport"],
  },
} as const;

const DRAFT = {
  payloadType: 130,
  originalAddressType: 131,
  modes: {
    tunnel: ENCAPSULATION_MODE["UDP-Encapsulated-Tunnel (draft)"],
    transport: ENCAPSULATION_MODE["UDP-Encapsulated-Transport (draft)"],
  },
} as const;

/** Best first. */
const METHODS: readonly NatMethod[] = [
  { name: "RFC 3947", ...FINAL },
  { name: "draft-ietf-ipsec-nat-t-ike-03", ...DRAFT },
  { name: "draft-ietf-ipsec-nat-t-ike-02\\n", ...DRAFT },
  { name: "draft-ietf-ipsec-nat-t-ike-02", ...DRAFT },
];

/** What an initiator says in MM1. */
export function offeredMethods(): VendorId[] {
  return METHODS.map(vendorIdOf);
}

export function vendorIdOf(method: NatMethod): VendorId {
  return { kind: "VID", vendorId: vendorIdOctets(method.name) };
}

/** The best method that the peer's vendor IDs name. */
export function bestMethod(vendorIds: readonly VendorId[]): NatMethod | undefined {
  const names = vendorIds.map(({ vendorId }) => recogniseVendorId(vendorId)?.name);
  return METHODS.find(({ name }) => names.includes(name));
}

export interface Ends {
  readonly hash: HashName;
  readonly initiatorCookie: Uint8Array;
  readonly responderCookie: Uint8Array;
  readonly local: Endpoint;
  readonly remote: Endpoint;
}

/** Our view: the peer's address first, then our own (RFC 3947 §3.2). */
export function discoveryPayloads(method: NatMethod, ends: Ends): NatDiscovery[] {
  return [ends.remote, ends.local].map((endpoint) => ({
    kind: "NAT-D",
    payloadType: method.payloadType,
    hash: hashOf(ends, endpoint),
  }));
}

export interface NatSituation {
  readonly localBehindNat: boolean;
  readonly remoteBehindNat: boolean;
}

/** RFC 3947 §7: who is behind a NAT MUST NOT follow a peer that is not. */
export function peerMayMove({ localBehindNat, remoteBehindNat }: NatSituation): boolean {
  return remoteBehindNat && !localBehindNat;
}

/** What the peer's hashes tell. A peer that sends none cannot be helped: nothing is assumed. */
export function discover(payloads: readonly NatDiscovery[], ends: Ends): NatSituation {
  const [aboutUs, ...aboutPeer] = payloads;
  if (aboutUs === undefined || aboutPeer.length === 0)
    return { localBehindNat: false, remoteBehindNat: false };
  const remote = hashOf(ends, ends.remote);
  return {
    localBehindNat: !equal(aboutUs.hash, hashOf(ends, ends.local)),
    remoteBehindNat: !aboutPeer.some(({ hash }) => equal(hash, remote)),
  };
}

function hashOf({ hash, initiatorCookie, responderCookie }: Ends, { address, port }: Endpoint): Uint8Array {
  return natDiscoveryHash(hash, initiatorCookie, responderCookie, ipv4Octets(address), port);
}
