/** The security policy database as crypto maps say it (RFC 2401 §4.4.1): per interface, ordered, first match decides. */
import type { Origin } from "../base/origin.ts";
import type { TransformSet } from "../crypto/transform-set.ts";
import type { IpAddress } from "../net/ip-address.ts";
import type { AccessRule, TrafficSelector } from "../net/selector.ts";
import type { BundledAh, SaParameters } from "./security-association.ts";

export interface IpsecPolicy {
  readonly interfaces: readonly ProtectedInterface[];
}

/** Where the DF bit of outer headers comes from. `clear` also lets packets be cut whose own DF bit is set. */
export type DfBit = "clear" | "copy" | "set";

/** When packets are cut that ESP makes too long for their path: into packets of their own, or what ESP made of them. */
export type FragmentationOrder = "before-encryption" | "after-encryption";

/** An interface with a crypto map on it. */
export interface ProtectedInterface {
  readonly name: string;
  readonly mapName: string;
  /** Tunnel end point: of the interface, or of `crypto map … local-address`. */
  readonly localAddress: IpAddress;
  /** Octets, of the interface. */
  readonly mtu: number;
  readonly dfBit: DfBit;
  readonly fragmentation: FragmentationOrder;
  /** Ascending sequence number, static ones before those of dynamic maps. */
  readonly entries: readonly CryptoMapEntry[];
}

/**
 * One crypto map entry. A packet is held against `rules` in order: permit protects it, deny sends it on to the next
 * entry, and so does no match. A packet that no entry permits passes in clear.
 */
export interface CryptoMapEntry {
  /** The same id as IKE's `Connection`. */
  readonly id: string;
  readonly sequence: number;
  readonly accessListName: string;
  readonly rules: readonly OriginatedRule[];
  readonly peers: readonly IpAddress[];
  readonly transformSets: readonly TransformSet[];
  readonly lifetimeSeconds: number;
  readonly lifetimeKilobytes: number;
  /** SAs that carry nothing for so long go; undefined keeps them. */
  readonly idleTime: IdleTime | undefined;
  /** Packets behind the newest that are told from repetitions, a multiple of 32; 0 lets repetitions in. */
  readonly replayWindow: number;
  /** `set security-association level per-host`: each pair of hosts gets SAs of its own. Absent is false. */
  readonly isPerHost?: boolean;
  /** `set peer … default`: once its last SA has gone, the first peer is the one to begin with. Absent is false. */
  readonly hasDefaultPeer?: boolean;
  /** `reverse-route`: what is protected is routed to its peer. */
  readonly reverseRoute?: ReverseRouteTerms | undefined;
  /** Of a dynamic crypto map, whose peers are not known beforehand; absent in a static entry. */
  readonly template?: DynamicTemplate | undefined;
  /** Of an entry of type ipsec-manual, whose SAs IKE has no part in: they are there as soon as the entry is, and have no end. */
  readonly manual?: ManualKeying | undefined;
  readonly origin: Origin | undefined;
}

/**
 * An entry of a dynamic crypto map. IKE is never asked by it: who begins is accepted, and becomes a temporary entry. `rules`
 * are the access list that the peer's proxy identities must come under, and that nothing passes in clear; empty where there
 * is none. `peers` are those it is for; empty where it is for any.
 */
export interface DynamicTemplate {
  /** Of the dynamic map, and of the entry in it. */
  readonly mapName: string;
  readonly sequence: number;
}

export interface ReverseRouteTerms {
  /** For every permit line, always; else for those that have SAs. */
  readonly isStatic: boolean;
  /** Instead of the peer. */
  readonly nextHop: IpAddress | undefined;
}

/** `set session-key`. The entry has one peer, one transform set and one permit line. */
export type ManualKeying = { readonly [D in "inbound" | "outbound"]: ManualKeys };

/** As long as the transforms want them. */
export type ManualKeys = Pick<SaParameters, "suite" | "spi" | "encryptionKey" | "integrityKey"> & {
  readonly ah: Pick<BundledAh, "hash" | "key" | "spi"> | undefined;
};

/** `security-association idle-time`. */
export interface IdleTime {
  readonly seconds: number;
  /** The entry then turns to its first peer again. */
  readonly returnsToFirstPeer: boolean;
}

export interface OriginatedRule {
  readonly action: AccessRule["action"];
  /** What it is about. */
  readonly selector: TrafficSelector;
  readonly origin: Origin | undefined;
}
