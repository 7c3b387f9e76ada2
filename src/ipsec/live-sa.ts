/**
 * An SA at work: what was negotiated, and what it has carried. One direction; its partner is found by `pairSpi`. AH around ESP
 * lives and ends with it, so that a bundle is one such SA with both.
 */
import type { Instant } from "../base/time.ts";
import { protocolOf, type SaProtocol } from "../crypto/names.ts";
import type { IpAddress } from "../net/ip-address.ts";
import type { TrafficSelector } from "../net/selector.ts";
import type { Timer } from "./deadline-heap.ts";
import type { VolumeLimits } from "./lifetimes.ts";
import type { DataPlaneLimits } from "./limits.ts";
import type { CompiledSelector } from "./packet-flow.ts";
import type { ProtectedLine } from "./protected-policy.ts";
import type { Protection } from "./protection.ts";
import type { ReplayWindow } from "./replay-window.ts";
import type { SaPath } from "./sa-path.ts";
import { membersOf, type SaParameters } from "./security-association.ts";
import type { OuterHeader } from "./tunnel.ts";

interface LiveSaCommon extends Protection {
  /** Others when its peer has moved. */
  parameters: SaParameters;
  /** IOS's `flow_id`. */
  readonly flowId: number;
  readonly selector: CompiledSelector;
  readonly volume: VolumeLimits;
  /** The permit line that it serves; the same line of the new policy after the policy has changed. */
  line: ProtectedLine;
  /** It is to be renewed from then on. */
  readonly softAt: Instant;
  /** Earlier than its lifetime says once it has been replaced. */
  hardAt: Instant;
  /** Renewal is not looked into before; NEVER once it has been asked for or is not needed. */
  renewAfter: Instant;
  /** That the cipher worked on, or AH, which is what lifetimes count (RFC 2401 §4.4.3). */
  octets: number;
  packets: number;
  /** For its renewal or its end, whichever comes first. */
  timer: Timer<PlaneTimer> | undefined;
}

/** What has come by an SA of one protocol. */
export interface Arrivals {
  /** Undefined without integrity: who can forge a packet can forge its number (RFC 2406 §3.4.3). */
  readonly replayWindow: ReplayWindow | undefined;
  /** The highest sequence number received. */
  sequenceNumber: number;
  replayErrors: number;
  icvErrors: number;
}

export interface InboundSa extends LiveSaCommon, Arrivals {
  readonly direction: "inbound";
  /** Of AH around ESP. */
  readonly ahArrivals: Arrivals | undefined;
}

export interface OutboundSa extends LiveSaCommon {
  readonly direction: "outbound";
  /** The last sent, by both protocols where there are both; 0 at first. */
  sequenceNumber: number;
  /** Made with the first packet. */
  outerHeader: OuterHeader | undefined;
  /** Found with the first packet, and anew when policy or path have changed. */
  path: SaPath | undefined;
}

export type LiveSa = InboundSa | OutboundSa;

/** What a deadline is about. */
export type PlaneTimer =
  /** Its renewal, or its end. There are tens of thousands, which need no object around them. */
  | LiveSa
  /** Has the pair carried more than these octets, as it last had then? */
  | {
      readonly kind: "idle";
      readonly sa: OutboundSa;
      readonly octets: number;
      readonly since: Instant;
      /** How long it may be idle; where that has changed, another timer is running. */
      readonly seconds: number;
    }
  /** IKE has not said how a negotiation ended. */
  | {
      readonly kind: "give-up";
      readonly connectionId: string;
      readonly peer: IpAddress;
      readonly selector: TrafficSelector;
    }
  /** What was learned of the way to a peer is old. */
  | { readonly kind: "path-mtu"; readonly local: IpAddress; readonly peer: IpAddress };

/** Why the SA should be renewed by now, or undefined. */
export function renewalReason(
  sa: LiveSa,
  now: Instant,
  limits: DataPlaneLimits,
): "lifetime" | "volume" | "sequence number" | undefined {
  if (now >= sa.softAt) return "lifetime";
  if (sa.octets >= sa.volume.softOctets) return "volume";
  const isRunningOut = sa.sequenceNumber >= limits.sequenceNumberMax - limits.sequenceNumberMargin;
  return sa.direction === "outbound" && isRunningOut ? "sequence number" : undefined;
}

/** Its time or its volume is over. */
export function isExpired(sa: LiveSa, now: Instant): boolean {
  return now >= sa.hardAt || sa.octets >= sa.volume.hardOctets;
}

/** Its volume and its sequence numbers last for so many packets more, which have so many octets together. */
export function hasRoomFor(
  sa: OutboundSa,
  packets: number,
  octets: number,
  limits: DataPlaneLimits,
): boolean {
  // What ESP adds to a packet is less than 64 octets, and so are the outer header and AH.
  const added = sa.ah === undefined ? 64 : 128;
  return (
    sa.sequenceNumber + packets <= limits.sequenceNumberMax &&
    sa.octets + octets + packets * added < sa.volume.hardOctets
  );
}

/** Both directions or what there is of them, and what IKE must know to tell the peer. */
export interface RemovedPair {
  readonly peer: IpAddress;
  readonly localAddress: IpAddress;
  /** The SAs by which we received, or would have, from the outside in. */
  readonly inbound: readonly { readonly protocol: SaProtocol; readonly spi: number }[];
  readonly connectionId: string;
}

export function pairOf(parameters: SaParameters): RemovedPair {
  const { direction, peer, localAddress, connectionId } = parameters;
  const inbound = membersOf(parameters).map(({ suite, spi, pairSpi }) => ({
    protocol: protocolOf(suite),
    spi: direction === "inbound" ? spi : pairSpi,
  }));
  return { peer, localAddress, inbound, connectionId };
}
