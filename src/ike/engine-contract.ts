/** What goes into the IKE engine and what comes out, in the order in which it must be done. */
import type { Job, JobResult } from "../crypto/jobs.ts";
import type { HashName, SaProtocol, SaSuite } from "../crypto/names.ts";
import type { Secret } from "../crypto/secret.ts";
import type { EncapsulationMode } from "../crypto/transform-set.ts";
import type { Endpoint, IpAddress } from "../net/ip-address.ts";
import type { TrafficSelector } from "../net/selector.ts";
import type { Addresses } from "../net/transport-checksum.ts";
import type { IkeEvent } from "./events.ts";
import type { InboundSpis } from "./spi-table.ts";

export type IkeInput =
  | {
      readonly kind: "datagram";
      readonly local: Endpoint;
      readonly remote: Endpoint;
      readonly bytes: Uint8Array;
    }
  | { readonly kind: "job-done"; readonly id: number; readonly result: JobResult }
  | { readonly kind: "wake" }
  /** The time of day is another than was thought: milliseconds since 1970 at instant 0. */
  | { readonly kind: "clock-set"; readonly wallClockAtStart: number }
  /** IPsec wants a pair of SAs for a selector of a connection, with one of its peers. */
  | {
      readonly kind: "negotiate";
      readonly connectionId: string;
      readonly peer: IpAddress;
      readonly selector: TrafficSelector;
      /** Taken before by `reserveSpis`; given back if nothing comes of the request. */
      readonly spis?: InboundSpis | undefined;
      /** Our SPI of the pair that is to be renewed. */
      readonly replaces?: number | undefined;
    }
  /** A pair of IPsec SAs of ours is gone: tell the peer. */
  | {
      readonly kind: "ipsec-sa-removed";
      readonly peer: IpAddress;
      readonly localAddress: IpAddress;
      /** The SAs that received, from the outside in. */
      readonly inbound: readonly { readonly protocol: SaProtocol; readonly spi: number }[];
    }
  /** ESP or AH came from a peer with an SPI that no SA of ours has. Nobody has proven that it is the peer's. */
  | {
      readonly kind: "invalid-spi";
      readonly protocol: SaProtocol;
      readonly localAddress: IpAddress;
      readonly peer: IpAddress;
      readonly spi: number;
    }
  /** Answers `ask-traffic`. */
  | {
      readonly kind: "traffic";
      readonly connId: number;
      readonly peer: IpAddress;
      readonly traffic: Traffic;
    }
  /** ESP of a peer behind a NAT, which is authentic, comes from elsewhere than before. */
  | ({ readonly kind: "peer-moved" } & PeerMove)
  /** An operator wants admission control to count from 0. */
  | { readonly kind: "clear-admission-statistics" }
  /** An operator clears ISAKMP SAs: one by conn-id, those between two ends, or all. */
  | {
      readonly kind: "clear-isakmp-sas";
      readonly connId?: number | undefined;
      readonly localAddress?: IpAddress | undefined;
      readonly peer?: IpAddress | undefined;
    };

export type IkeOutput =
  | { readonly kind: "send"; readonly local: Endpoint; readonly remote: Endpoint; readonly bytes: Uint8Array }
  /** One octet 0xff, without the marker of IKE (RFC 3948 §2.3). */
  | { readonly kind: "send-keepalive"; readonly local: Endpoint; readonly remote: Endpoint }
  | { readonly kind: "start-job"; readonly id: number; readonly job: Job }
  | { readonly kind: "cancel-job"; readonly id: number }
  | { readonly kind: "event"; readonly event: IkeEvent }
  | { readonly kind: "install-sa"; readonly sa: KeyedSa }
  /** A peer behind a NAT is elsewhere than before: ESP for it is to go there. */
  | ({ readonly kind: "peer-moved" } & PeerMove)
  /** The peer has deleted or lost one of a pair: both go. */
  | {
      readonly kind: "remove-ipsec-sa";
      readonly peer: IpAddress;
      readonly direction: "inbound" | "outbound";
      /** Of the peer's SPI: it counts those of each protocol for itself. */
      readonly protocol?: SaProtocol;
      readonly spi: number;
      readonly reason: "peer deleted" | "peer dead" | "replaced";
    }
  /** A quick mode failed after its inbound SA was installed. */
  | { readonly kind: "abandon-sa"; readonly peer: IpAddress; readonly inboundSpi: number }
  /** What has IPsec carried between these two? Answered by the input `traffic`, for this ISAKMP SA. */
  | {
      readonly kind: "ask-traffic";
      readonly connId: number;
      readonly localAddress: IpAddress;
      readonly peer: IpAddress;
      /** Of one behind a NAT, whose address others have too: the pairs it is about, by our SPIs. */
      readonly inboundSpis: readonly number[] | undefined;
    }
  /** The peer does not answer any more, and its IPsec SAs are gone: others of its entry's peers have their turn. */
  | { readonly kind: "peer-dead"; readonly localAddress: IpAddress; readonly peer: IpAddress }
  | {
      readonly kind: "negotiation-failed";
      readonly connectionId: string;
      readonly peer: IpAddress;
      readonly selector: TrafficSelector;
    }
  /** Keys of a phase 1, for a key log; only if asked for at construction. */
  | {
      readonly kind: "isakmp-keys";
      readonly initiatorCookie: string;
      readonly hash: string;
      readonly encryption: string;
      readonly encryptionKey: Secret;
      readonly SKEYID_a: Secret;
      readonly SKEYID: Secret;
    };

/** Octets that the SAs between two ends have carried so far. */
export interface Traffic {
  readonly inbound: number;
  readonly outbound: number;
}

/** An authentic message has come from `to`, where the peer was at `from` before (RFC 3947 §7). */
export interface PeerMove {
  readonly localAddress: IpAddress;
  readonly from: Endpoint;
  readonly to: Endpoint;
}

/** One direction of a negotiated pair. */
export interface KeyedSa {
  readonly direction: "inbound" | "outbound";
  readonly isInitiator: boolean;
  readonly spi: number;
  readonly pairSpi: number;
  readonly connectionId: string;
  readonly localAddress: IpAddress;
  readonly peer: IpAddress;
  readonly selector: TrafficSelector;
  readonly suite: SaSuite;
  readonly mode: EncapsulationMode;
  readonly encryptionKey: Secret;
  readonly integrityKey: Secret;
  /** AH around ESP, where both were negotiated under one proposal number. */
  readonly ah: KeyedAh | undefined;
  readonly lifetimeSeconds: number;
  readonly lifetimeKilobytes: number;
  readonly connId: number;
  /** Through a NAT: the UDP ports of the tunnel (RFC 3948). */
  readonly udpEncapsulation: { readonly localPort: number; readonly remotePort: number } | undefined;
  /** The peer is behind a NAT and we are not: its address or port may change (RFC 3947 §7). */
  readonly peerMayMove: boolean;
  /** In transport mode through a NAT: of the packets as the peer sends them, if it has told (RFC 3947 §5.2). */
  readonly originalAddresses: Addresses | undefined;
}

/** The AH SA of a bundle. */
export interface KeyedAh {
  readonly hash: HashName;
  readonly spi: number;
  readonly pairSpi: number;
  readonly key: Secret;
  readonly connId: number;
}
