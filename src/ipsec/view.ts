/** What `show crypto ipsec sa` may see: a snapshot. */
import type { Instant } from "../base/time.ts";
import type { SaSuite } from "../crypto/names.ts";
import type { EncapsulationMode } from "../crypto/transform-set.ts";
import type { IpAddress } from "../net/ip-address.ts";
import type { TrafficSelector } from "../net/selector.ts";
import type { PacketDropReason } from "./events.ts";
import type { DynamicTemplate } from "./policy.ts";

/** One proxy identity of one crypto map entry, with its SAs newest last. */
export interface FlowView {
  readonly interfaceName: string;
  readonly mapName: string;
  readonly connectionId: string;
  /** Of a temporary entry: what it was made of. */
  readonly template: DynamicTemplate | undefined;
  readonly localAddress: IpAddress;
  readonly peer: IpAddress | undefined;
  readonly selector: TrafficSelector;
  readonly counters: FlowCounters;
  readonly pathMtu: number;
  readonly mediaMtu: number;
  /** Octets of the longest packet that the newest outbound SA takes whole. Absent where there is none. */
  readonly plaintextMtu?: number | undefined;
  readonly inbound: readonly SaView[];
  readonly outbound: readonly SaView[];
}

export interface FlowCounters {
  readonly encapsulated: number;
  readonly encrypted: number;
  readonly digested: number;
  readonly decapsulated: number;
  readonly decrypted: number;
  readonly verified: number;
  readonly sendErrors: number;
  readonly receiveErrors: number;
  /** Both kinds of errors, by what was wrong. */
  readonly drops: DropCounts;
}

/** A reason that is absent has not happened. */
export type DropCounts = { readonly [R in PacketDropReason]?: number };

/** Of one protocol: a bundle is two. */
export interface SaView {
  readonly spi: number;
  readonly suite: SaSuite;
  readonly mode: EncapsulationMode;
  /** Where ESP goes in UDP: the ports. */
  readonly udpEncapsulation: { readonly localPort: number; readonly remotePort: number } | undefined;
  readonly connId: number;
  /** IOS's `flow_id`: 1, 2, … */
  readonly flowId: number;
  /** Keyed by the operator, and without end. Absent is false. */
  readonly isManual?: boolean;
  readonly remainingKilobytes: number;
  readonly remainingSeconds: number;
  readonly installedAt: Instant;
  /** Octets. */
  readonly ivLength: number;
  readonly replayDetection: boolean;
  /** Packets. Absent is 64. */
  readonly replayWindow?: number;
  readonly sequenceNumber: number;
  readonly packets: number;
  readonly octets: number;
  readonly replayErrors: number;
  readonly icvErrors: number;
}

export interface IpsecView {
  /** Every permit line of every static entry in policy order, SAs or not; then those of temporary entries. */
  readonly flows: readonly FlowView[];
}
