/**
 * What RIP has learned, and for how long it is believed (RFC 2453 §3.9.2, §3.10), with IOS's hold-down: for a while after a
 * network was lost no other way there is believed, as it may be our own, told back.
 */
import { after, elapsed, type Instant, instant, type Milliseconds, seconds } from "../base/time.ts";
import type { RipTimers } from "../config/rip-settings.ts";
import type { IpAddress } from "../net/ip-address.ts";
import { NET_LIMITS } from "../net/limits.ts";
import { RIP_INFINITY } from "../net/rip.ts";
import type { AddressBlock } from "../net/selector.ts";

/** A way to a network, as a neighbour has told it. */
export interface RipWay {
  readonly prefix: AddressBlock;
  readonly interfaceName: string;
  /** Who told it. */
  readonly neighbour: IpAddress;
  readonly nextHop: IpAddress;
  /** Hops: 1 to 16, where 16 is no way. */
  readonly metric: number;
}

export interface RipEntryState extends RipWay {
  readonly heardAt: Instant;
  /** Until then other ways are not believed. */
  readonly heldUntil: Instant;
  readonly flushAt: Instant;
  /** Neighbours are still to be told that it is otherwise than before. */
  isNews: boolean;
}

export class RipTable {
  #timers: RipTimers;
  readonly #entries = new Map<string, RipEntryState>();

  constructor(timers: RipTimers) {
    this.#timers = timers;
  }

  /** From now on; what is there lives by the old ones. */
  setTimers(timers: RipTimers): void {
    this.#timers = timers;
  }

  get entries(): readonly RipEntryState[] {
    return [...this.#entries.values()];
  }

  /** A neighbour has told of a way. True if packets now go otherwise. */
  hear(now: Instant, way: RipWay): boolean {
    const known = this.#entries.get(keyOf(way.prefix));
    if (known === undefined) {
      if (way.metric >= RIP_INFINITY || this.#entries.size >= NET_LIMITS.ripRoutesMax) return false;
      return this.#put(now, way);
    }
    if (known.metric >= RIP_INFINITY)
      return way.metric < RIP_INFINITY && now >= known.heldUntil && this.#put(now, way);
    const isFromSame = known.neighbour === way.neighbour && known.interfaceName === way.interfaceName;
    if (isFromSame && way.metric >= RIP_INFINITY) return this.#lose(now, known, this.#timers.holddown);
    if (isFromSame && known.metric === way.metric && known.nextHop === way.nextHop) {
      this.#entries.set(keyOf(way.prefix), { ...known, ...this.#times(now) });
      return false;
    }
    return (isFromSame || this.#isBetter(now, way, known)) && this.#put(now, way);
  }

  /** An interface is down: what was reached by it is not, and its own network neither. */
  loseInterface(now: Instant, interfaceName: string, own: RipWay): void {
    for (const entry of this.#entries.values())
      if (entry.interfaceName === interfaceName && entry.metric < RIP_INFINITY) this.#lose(now, entry, 0);
    if (!this.#entries.has(keyOf(own.prefix)))
      this.#lose(now, { ...own, ...this.#times(now), isNews: true }, 0);
  }

  /** Lets go of what has not been heard of for too long. True if packets now go otherwise. */
  expire(now: Instant): boolean {
    let isOtherwise = false;
    for (const [key, entry] of this.#entries)
      if (now >= entry.flushAt) {
        this.#entries.delete(key);
        isOtherwise ||= entry.metric < RIP_INFINITY;
      } else if (entry.metric < RIP_INFINITY && now >= this.#invalidAt(entry))
        isOtherwise = this.#lose(now, entry, this.#timers.holddown);
    return isOtherwise;
  }

  /** When `expire` has something to do again. */
  nextDeadline(): Instant | undefined {
    const times = this.entries.map((entry) =>
      entry.metric < RIP_INFINITY ? Math.min(this.#invalidAt(entry), entry.flushAt) : entry.flushAt,
    );
    return times.length === 0 ? undefined : instant(Math.min(...times));
  }

  /** What neighbours are to be told of is told. */
  tellAll(): void {
    for (const entry of this.#entries.values()) entry.isNews = false;
  }

  /** Shorter, or as short while the known one is about to be given up (RFC 2453 §3.9.2). */
  #isBetter(now: Instant, way: RipWay, known: RipEntryState): boolean {
    if (way.metric !== known.metric) return way.metric < known.metric;
    return way.metric < RIP_INFINITY && elapsed(known.heardAt, now) * 2 >= span(this.#timers.invalid);
  }

  #put(now: Instant, way: RipWay): true {
    this.#entries.set(keyOf(way.prefix), { ...way, ...this.#times(now), isNews: true });
    return true;
  }

  #times(now: Instant): Pick<RipEntryState, "heardAt" | "heldUntil" | "flushAt"> {
    return { heardAt: now, heldUntil: now, flushAt: after(now, span(this.#timers.flush)) };
  }

  /** No way any more; neighbours are told so until it is forgotten. */
  #lose(now: Instant, entry: RipEntryState, holddown: number): true {
    const { invalid, flush } = this.#timers;
    this.#entries.set(keyOf(entry.prefix), {
      ...entry,
      metric: RIP_INFINITY,
      heldUntil: after(now, span(holddown)),
      flushAt: after(now, span(Math.max(1, flush - invalid))),
      isNews: true,
    });
    return true;
  }

  #invalidAt({ heardAt }: RipEntryState): Instant {
    return after(heardAt, span(this.#timers.invalid));
  }
}

function span(count: number): Milliseconds {
  return seconds(count);
}

function keyOf({ address, wildcard }: AddressBlock): string {
  return `${address} ${wildcard}`;
}
