/**
 * Virtual time: what is to happen, ordered by instant and, within one, by when it was asked for. The world moves only
 * when told to, so the same seed gives the same run, and a driver with a clock can keep it in step with real time.
 */
import { after, type Instant, instant, type Milliseconds } from "../base/time.ts";

/** Something that will happen unless it is cancelled. */
export interface Scheduled {
  readonly at: Instant;
  cancel(): void;
}

interface Happening {
  readonly at: Instant;
  readonly sequence: number;
  /** Undefined once cancelled. */
  run: (() => void) | undefined;
}

export class World {
  #now: Instant = instant(0);
  #sequence = 0;
  /** A binary heap: no happening comes before its parent. */
  readonly #heap: Happening[] = [];

  get now(): Instant {
    return this.#now;
  }

  /** Runs `run` at an instant; one in the past is now. */
  at(when: Instant, run: () => void): Scheduled {
    const happening: Happening = { at: when < this.#now ? this.#now : when, sequence: this.#sequence, run };
    this.#sequence += 1;
    this.#push(happening);
    return {
      at: happening.at,
      cancel: () => {
        happening.run = undefined;
      },
    };
  }

  after(span: Milliseconds, run: () => void): Scheduled {
    return this.at(after(this.#now, span), run);
  }

  /** When the next thing happens, or undefined if nothing is to come. */
  nextAt(): Instant | undefined {
    this.#dropCancelled();
    return this.#heap[0]?.at;
  }

  /** Lets the next thing happen; false if nothing is to come. */
  step(): boolean {
    this.#dropCancelled();
    const next = this.#pop();
    if (next === undefined) return false;
    this.#now = next.at;
    next.run?.();
    return true;
  }

  /** Everything up to and including `until` happens, and it is then `until`. */
  runUntil(until: Instant): void {
    for (let next = this.nextAt(); next !== undefined && next <= until; next = this.nextAt()) this.step();
    if (until > this.#now) this.#now = until;
  }

  /** As `runUntil` a span from now. */
  runFor(span: Milliseconds): void {
    this.runUntil(after(this.#now, span));
  }

  /**
   * Runs until nothing is due within `calm` of the last thing that happened, but not beyond `limit`. True if it became
   * quiet: what is left, such as the end of an SA's lifetime, is further away.
   */
  runUntilQuiet(calm: Milliseconds, limit: Instant): boolean {
    for (;;) {
      const next = this.nextAt();
      if (next === undefined || next > after(this.#now, calm)) return true;
      if (next > limit) return false;
      this.step();
    }
  }

  #dropCancelled(): void {
    while (this.#heap[0] !== undefined && this.#heap[0].run === undefined) this.#pop();
  }

  #push(happening: Happening): void {
    const heap = this.#heap;
    let at = heap.length;
    heap.push(happening);
    while (at > 0) {
      const above = (at - 1) >> 1;
      const parent = heap[above];
      if (parent === undefined || isBefore(parent, happening)) break;
      heap[at] = parent;
      at = above;
    }
    heap[at] = happening;
  }

  #pop(): Happening | undefined {
    const heap = this.#heap;
    const first = heap[0];
    const last = heap.pop();
    if (first === undefined || last === undefined || heap.length === 0) return first;
    let at = 0;
    for (;;) {
      const left = heap[2 * at + 1];
      const right = heap[2 * at + 2];
      if (left === undefined) break;
      const rightIsFirst = right !== undefined && isBefore(right, left);
      const child = rightIsFirst ? right : left;
      if (isBefore(last, child)) break;
      heap[at] = child;
      at = rightIsFirst ? 2 * at + 2 : 2 * at + 1;
    }
    heap[at] = last;
    return first;
  }
}

function isBefore(a: Happening, b: Happening): boolean {
  return a.at < b.at || (a.at === b.at && a.sequence < b.sequence);
}
