/**
 * The port to another that carries the packets of SAs in our place: an operating system's kernel. The data plane then keeps
 * the books: what is protected, which SAs there are, when they are renewed and when they end. No packet passes through it.
 */
import type { SaProtocol } from "../crypto/names.ts";
import type { Endpoint, IpAddress } from "../net/ip-address.ts";
import type { TrafficSelector } from "../net/selector.ts";
import type { VolumeLimits } from "./lifetimes.ts";
import type { PacketFlow } from "./packet-flow.ts";
import type { IpsecPolicy } from "./policy.ts";
import type { SaParameters } from "./security-association.ts";

export interface PacketCarrier {
  /** Takes one direction of a pair into service; the outbound one is used at once. False where that is refused. */
  install(sa: SaParameters, limits: VolumeLimits): boolean;
  /** An SA that is not there, because it has reached its end, is no mistake. */
  remove(sa: SaParameters): void;
  /** Its peer's ESP in UDP has another port from now on; in all else it goes on as it is. */
  moveToPort(sa: SaParameters, limits: VolumeLimits): void;
  /** What is to be protected from now on. */
  setPolicy(policy: IpsecPolicy): void;
  /** What the SA has carried since its installation; undefined where it is not there any more. */
  usageOf(sa: SaParameters): SaUsage | undefined;
  /** What has happened since this was asked last. Whoever drives the data plane wakes it when there is something. */
  takeNews(): readonly CarrierNews[];
}

export interface SaUsage {
  /** That the cipher worked on. */
  readonly octets: number;
  readonly packets: number;
  /** The highest sent or received. */
  readonly sequenceNumber: number;
  readonly replayErrors: number;
  readonly icvErrors: number;
}

export type CarrierNews =
  /** A packet that a permit line protects has no SA. */
  | {
      readonly kind: "sa wanted";
      readonly connectionId: string;
      /** Of the line. */
      readonly selector: TrafficSelector;
      /** The two of the packet. */
      readonly hosts: Pick<PacketFlow, "source" | "destination">;
    }
  /** What an inbound SA has received, authentic and new, in UDP, came from elsewhere than its peer is known to be. */
  | {
      readonly kind: "peer elsewhere";
      readonly local: IpAddress;
      readonly spi: number;
      readonly at: Endpoint;
    }
  /** An SA has reached a limit of its volume: a soft one, or a hard one, and is not there any more. */
  | {
      readonly kind: "limit reached";
      readonly direction: "inbound" | "outbound";
      /** Where its packets are sent to. */
      readonly destination: IpAddress;
      readonly protocol: SaProtocol;
      readonly spi: number;
      readonly usage: SaUsage;
    };
