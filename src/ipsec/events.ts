/** State-like facts of the data plane. What happens per packet is counted, not told. */
import type { SaSuite } from "../crypto/names.ts";
import type { Endpoint, IpAddress } from "../net/ip-address.ts";
import type { Flow, TrafficSelector } from "../net/selector.ts";

export type IpsecEvent =
  /** A packet wants protection and there is no SA: IKE is asked for one. */
  | {
      readonly kind: "sa-requested";
      readonly connectionId: string;
      readonly local: IpAddress;
      readonly peer: IpAddress;
      readonly selector: TrafficSelector;
      /** Of the first transform set, from the outside in. */
      readonly suites: readonly SaSuite[];
      readonly lifetimeSeconds: number;
      readonly lifetimeKilobytes: number;
      /** Of the inbound SAs, in the same order, where they are chosen before IKE is asked. */
      readonly spis?: readonly number[];
      readonly reason: "traffic" | "lifetime" | "volume" | "sequence number" | "operator";
    }
  | {
      readonly kind: "sa-installed";
      readonly direction: "inbound" | "outbound";
      readonly spi: number;
      readonly connId: number;
      readonly destination: IpAddress;
      /** The other end, whichever way its packets go. */
      readonly peer: IpAddress;
      readonly suite: SaSuite;
    }
  | {
      readonly kind: "sa-removed";
      readonly direction: "inbound" | "outbound";
      readonly spi: number;
      readonly connId: number;
      readonly destination: IpAddress;
      /** The other end, whichever way its packets go. */
      readonly peer: IpAddress;
      readonly suite: SaSuite;
      readonly reason: "expired" | "deleted" | "peer deleted" | "peer dead" | "idle" | "replaced" | "cleared";
    }
  /** What is authentic comes from another address or port of a peer behind a NAT; SAs send there now. */
  | {
      readonly kind: "encapsulation-moved";
      readonly localAddress: IpAddress;
      readonly from: Endpoint;
      readonly to: Endpoint;
    }
  /** A peer of a dynamic map has SAs for just what another one has them for, as clients at home networks of equal addresses do. */
  | {
      readonly kind: "flow-taken-over";
      readonly localAddress: IpAddress;
      readonly selector: TrafficSelector;
      /** Whom its packets went to, and whose SAs are still there. */
      readonly from: IpAddress;
      readonly to: IpAddress;
    }
  /** How long packets between two end points may be, in octets; `reporter` is the router that said so, absent when what one said is old. */
  | {
      readonly kind: "path-mtu-changed";
      readonly local: IpAddress;
      readonly peer: IpAddress;
      readonly before: number;
      readonly mtu: number;
      readonly reporter: IpAddress | undefined;
    }
  /** Rate-limited: the first of its kind from a peer, then at most one a minute with how many were not told. */
  | {
      readonly kind: "packet-dropped";
      readonly reason: PacketDropReason;
      readonly source: IpAddress;
      readonly destination: IpAddress;
      readonly protocol: number;
      readonly spi: number | undefined;
      readonly sequenceNumber: number | undefined;
      /** IOS's conn id of the SA, where there is one. */
      readonly connId?: number;
      /** Of the inner packet where it is known. */
      readonly flow: Flow | undefined;
      readonly detail: string;
      readonly notTold: number;
    };

export type PacketDropReason =
  | "unknown spi"
  | "bad icv"
  | "replayed"
  | "malformed"
  | "selector mismatch"
  | "not protected"
  | "no sa"
  | "hold queue full"
  | "too big"
  | "sequence number exhausted"
  | "expired";
