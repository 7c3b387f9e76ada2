/** The security policy database as crypto maps say it (RFC 2401 §4.4.1): per interface, ordered, first match decides. */
import type { Origin } from "../base/origin.ts";
import type { TransformSet } from "../crypto/transform-set.ts";
import type { IpAddress } from "../net/ip-address.ts";
import type { AccessRule } from "../net/selector.ts";

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
  /** Ascending sequence number. */
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
  readonly origin: Origin | undefined;
}

/** `security-association idle-time`. */
export interface IdleTime {
  readonly seconds: number;
  /** The entry then turns to its first peer again. */
  readonly returnsToFirstPeer: boolean;
}

export interface OriginatedRule {
  readonly rule: AccessRule;
  readonly origin: Origin | undefined;
}
