/**
 * An SA at work: what was negotiated, and what it has carried. One direction; its partner is found by `pairSpi`. AH around ESP
 * lives and ends with it, so that a bundle is one such SA with both.
 */
import { type Alarm, UNSET } from "../base/alarms.ts";
import type { Instant } from "../base/time.ts";
import { isAh, isAuthenticated, protocolOf, type SaProtocol } from "../crypto/names.ts";
import type { IpAddress } from "../net/ip-address.ts";
import type { TrafficSelector } from "../net/selector.ts";
import type { AhTransforms } from "./ah-transforms.ts";
import type { EspTransforms } from "./esp-transforms.ts";
import type { KeptParameters } from "./kept-parameters.ts";
import { endOf, NEVER, type VolumeLimits } from "./lifetimes.ts";
import type { DataPlaneLimits } from "./limits.ts";
import type { CompiledSelector } from "./packet-flow.ts";
import type { PacketTransforms } from "./packet-transforms.ts";
import type { ProtectedLine } from "./protected-connection.ts";
import type { Protection } from "./protection.ts";
import { ReplayWindow } from "./replay-window.ts";
import type { SaPath } from "./sa-path.ts";
import { membersOf, type SaParameters } from "./security-association.ts";
import type { OuterHeader } from "./tunnel.ts";

/** What an SA is made of when it comes into service. */
export interface SaBeginnings {
  readonly parameters: KeptParameters;
  /** IOS's `flow_id`. */
  readonly flowId: number;
  readonly selector: CompiledSelector;
  readonly volume: VolumeLimits;
  /** It is to be renewed from then on. */
  readonly softAt: Instant;
  readonly line: ProtectedLine;
  readonly transforms: PacketTransforms;
}

/**
 * Most SAs of a large gateway are idle, so what packets need is made with the first of them. Its alarm is for its renewal or its end,
 * whichever comes first.
 */
abstract class LiveSaOfEither implements SaBeginnings, Protection, Alarm {
  readonly parameters: KeptParameters;
  readonly flowId: number;
  readonly selector: CompiledSelector;
  readonly volume: VolumeLimits;
  readonly softAt: Instant;
  /** The permit line that it serves; the same line of the new policy after the policy has changed. */
  line: ProtectedLine;
  readonly transforms: PacketTransforms;
  /** Earlier than its lifetime says once it has been replaced. */
  hardAt: Instant;
  /** Renewal is not looked into before; NEVER once it has been asked for or is not needed. */
  renewAfter: Instant;
  /** That the cipher worked on, or AH, which is what lifetimes count (RFC 2401 §4.4.3). */
  octets = 0;
  packets = 0;
  /** The last sent, by both protocols where there are both, or the highest received; 0 at first. */
  sequenceNumber = 0;
  alarmAt = UNSET.alarmAt;
  alarmOrder = UNSET.alarmOrder;
  alarmPlace = UNSET.alarmPlace;
  #protection: Protection | undefined;

  constructor({ parameters, flowId, selector, volume, softAt, line, transforms }: SaBeginnings) {
    this.parameters = parameters;
    this.flowId = flowId;
    this.selector = selector;
    this.volume = volume;
    this.softAt = softAt;
    this.line = line;
    this.transforms = transforms;
    this.hardAt = endOf(parameters);
    this.renewAfter = parameters.isManual === true ? NEVER : parameters.installedAt;
  }

  get kind(): "sa" {
    return "sa";
  }

  get esp(): EspTransforms | undefined {
    return this.#made().esp;
  }

  get ah(): AhTransforms | undefined {
    return this.#made().ah;
  }

  /** It is gone: what was made of its keys is given back. */
  release(): void {
    this.#protection?.esp?.release();
    this.#protection?.ah?.release();
  }

  /** What is absent is found out once, too: this is asked for every packet. */
  #made(): Protection {
    this.#protection ??= this.#make();
    return this.#protection;
  }

  #make(): Protection {
    const { suite, encryptionKey, integrityKey, ah } = this.parameters;
    const { transforms } = this;
    if (isAh(suite)) return { esp: undefined, ah: transforms.ah(suite.ah, integrityKey) };
    return {
      esp: transforms.esp(suite, encryptionKey, integrityKey),
      ah: ah === undefined ? undefined : transforms.ah(ah.hash, ah.key),
    };
  }
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

export class InboundSa extends LiveSaOfEither implements Arrivals {
  replayErrors = 0;
  icvErrors = 0;
  /** Of AH around ESP. */
  readonly ahArrivals: Arrivals | undefined;
  /** Packets; 0 where repetitions are let in: the crypto map entry says so, its keys were never negotiated, or there is no integrity. */
  readonly #windowSize: number;
  #replayWindow: ReplayWindow | undefined;

  constructor(beginnings: SaBeginnings) {
    super(beginnings);
    const { suite, isManual, ah } = beginnings.parameters;
    const windowSize = isManual === true ? 0 : beginnings.line.connection.entry.replayWindow;
    this.#windowSize = isAuthenticated(suite) ? windowSize : 0;
    if (ah !== undefined) this.ahArrivals = newArrivals(windowSize);
  }

  get direction(): "inbound" {
    return "inbound";
  }

  get detectsReplay(): boolean {
    return this.#windowSize > 0;
  }

  get replayWindow(): ReplayWindow | undefined {
    if (this.#windowSize > 0) this.#replayWindow ??= new ReplayWindow(this.#windowSize);
    return this.#replayWindow;
  }
}

export class OutboundSa extends LiveSaOfEither {
  outerHeader: OuterHeader | undefined;
  /** Found with the first packet, and anew when policy or path have changed. */
  path: SaPath | undefined;

  get direction(): "outbound" {
    return "outbound";
  }
}

export type LiveSa = InboundSa | OutboundSa;

function newArrivals(windowSize: number): Arrivals {
  const replayWindow = windowSize === 0 ? undefined : new ReplayWindow(windowSize);
  return { replayWindow, sequenceNumber: 0, replayErrors: 0, icvErrors: 0 };
}

/** What a deadline is about. */
export type PlaneAlarm =
  /** Its renewal, or its end. There are tens of thousands, which need no object around them. */
  | LiveSa
  /** Has the pair carried more than these octets, as it last had then? */
  | (Alarm & {
      readonly kind: "idle";
      readonly sa: OutboundSa;
      readonly octets: number;
      readonly since: Instant;
      /** How long it may be idle; where that has changed, another alarm is set. */
      readonly seconds: number;
    })
  /** IKE has not said how a negotiation ended. */
  | (Alarm & {
      readonly kind: "give-up";
      readonly connectionId: string;
      readonly peer: IpAddress;
      readonly selector: TrafficSelector;
    })
  /** What was learned of the way to a peer is old. */
  | (Alarm & { readonly kind: "path-mtu"; readonly local: IpAddress; readonly peer: IpAddress });

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
