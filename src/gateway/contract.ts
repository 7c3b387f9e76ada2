/**
 * What goes into a gateway and what comes out. The gateway is a function of its inputs: it has no clock, socket, timer
 * or entropy of its own. Whoever drives it gives it what happened and performs the effects in their order.
 */
import type { Instant } from "../base/time.ts";
import type { Job, JobResult } from "../crypto/jobs.ts";
import type { IkeEvent } from "../ike/events.ts";
import type { IkeView } from "../ike/view.ts";
import type { IpsecEvent } from "../ipsec/events.ts";
import type { SaFilter } from "../ipsec/sa-filter.ts";
import type { IpsecView } from "../ipsec/view.ts";
import type { AccessListEvent } from "../net/access-list.ts";
import type { Endpoint, IpAddress } from "../net/ip-address.ts";

/** Octets are lent: the gateway neither changes nor keeps them, but may give them back in an effect. */
export type GatewayInput =
  /** A UDP payload that came to one of our addresses on port 500 or 4500. */
  | {
      readonly kind: "datagram";
      readonly local: Endpoint;
      readonly remote: Endpoint;
      readonly bytes: Uint8Array;
      /** Several payloads, one after the other, of so many octets each; the last may be shorter. Absent: one. */
      readonly segmentLength?: number;
      /** Of the packet that brought it; 0 where that is not known. */
      readonly typeOfService?: number;
    }
  /** A whole IPv4 packet of protocol 50 or 51, addressed to us, that came in by an interface. */
  | { readonly kind: "esp" | "ah"; readonly interfaceName: string; readonly bytes: Uint8Array }
  /** A whole IPv4 packet about to leave by an interface, already routed, TTL already lowered. */
  | {
      readonly kind: "outbound-packet";
      readonly interfaceName: string;
      readonly bytes: Uint8Array;
      /** A TCP packet of up to 64 kB, to be sent as packets with so many octets of data each. Absent: as it is. */
      readonly segmentLength?: number;
    }
  /** A whole IPv4 packet that came in clear by an interface: may it? */
  | { readonly kind: "inbound-packet"; readonly interfaceName: string; readonly bytes: Uint8Array }
  /** A whole ICMP packet addressed to us, beside what else becomes of it: a router may say how long ESP packets can be. */
  | { readonly kind: "icmp"; readonly bytes: Uint8Array }
  | { readonly kind: "job-done"; readonly id: number; readonly result: JobResult }
  /** The deadline asked for has come. */
  | { readonly kind: "wake" }
  /** Somebody has set the time of day: certificates are judged by it. No timer is. */
  | { readonly kind: "clock-set"; readonly wallClockAtStart: number }
  | { readonly kind: "request"; readonly request: GatewayRequest };

/** What an operator asks for. */
export type GatewayRequest =
  /** `clear crypto sa` [peer | map | entry]: IPsec SAs go, peers are told. */
  | ({ readonly kind: "clear-ipsec-sas" } & SaFilter)
  /** `clear crypto session` [local] [remote]: SAs of both phases go, peers are told. */
  | {
      readonly kind: "clear-sessions";
      readonly localAddress?: IpAddress | undefined;
      readonly peer?: IpAddress | undefined;
    }
  /** `clear crypto isakmp` [conn-id]. */
  | { readonly kind: "clear-isakmp-sas"; readonly connId: number | undefined }
  /** `clear crypto sa counters`. */
  | { readonly kind: "clear-counters" }
  /** `clear crypto call admission statistics`. */
  | { readonly kind: "clear-admission-statistics" }
  /** Everything goes, peers are told: before the end of the process. */
  | { readonly kind: "shut-down" };

/** Octets of packets are the gateway's own again once its effects have been performed. */
export type GatewayEffect =
  | {
      readonly kind: "send-datagram";
      readonly local: Endpoint;
      readonly remote: Endpoint;
      readonly bytes: Uint8Array;
    }
  /** A whole IPv4 packet to leave by an interface: an ESP packet, or one that policy lets pass in clear. */
  | {
      readonly kind: "transmit";
      readonly interfaceName: string;
      readonly bytes: Uint8Array;
      /** A train of datagrams (`net/udp-train.ts`) with so many octets each, where a TCP packet came in to be cut. */
      readonly segmentLength?: number;
    }
  /** A whole inner IPv4 packet, decrypted and checked or allowed in clear: route it on. */
  | {
      readonly kind: "receive";
      readonly interfaceName: string;
      readonly bytes: Uint8Array;
      readonly wasProtected: boolean;
      /** Several TCP packets with so many octets of data each, joined to one whose checksum is that of its pseudo-header. */
      readonly segmentLength?: number;
    }
  | { readonly kind: "start-job"; readonly id: number; readonly job: Job }
  | { readonly kind: "cancel-job"; readonly id: number }
  | { readonly kind: "event"; readonly event: GatewayEvent }
  /** Keys for a key log, produced only if the gateway was made with `exportKeys`. Never an event. */
  | { readonly kind: "keys"; readonly keys: ExportedKeys };

export type GatewayEvent = { readonly at: Instant } & (IkeEvent | IpsecEvent | AccessListEvent);

export type ExportedKeys =
  | {
      readonly kind: "isakmp";
      readonly initiatorCookie: string;
      readonly encryptionKey: Uint8Array;
      readonly skeyid: Uint8Array;
      readonly skeyidA: Uint8Array;
      readonly hash: string;
      readonly encryption: string;
    }
  | {
      readonly kind: "esp";
      readonly source: IpAddress;
      readonly destination: IpAddress;
      readonly spi: number;
      readonly encryption: string;
      readonly encryptionKey: Uint8Array;
      readonly integrity: string | undefined;
      readonly integrityKey: Uint8Array;
    };

/** Everything show commands read. */
export interface GatewayView {
  readonly now: Instant;
  readonly ike: IkeView;
  readonly ipsec: IpsecView;
}
