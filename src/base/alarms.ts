/**
 * Alarms go off in order of time, at one time in the order in which they were set: a binary heap in which each knows its place, so
 * that it is set anew or cancelled without a search, and nothing that was cancelled is kept.
 */
import { type Instant, instant } from "./time.ts";

/** For gateways with tens of thousands of deadlines: whoever has one can be its alarm itself, without an object for it. */
export interface Alarm {
  alarmAt: Instant;
  /** Of those set, from the first on. */
  alarmOrder: number;
  /** In the heap; negative while it is not set. */
  alarmPlace: number;
}

/** What an alarm is before it is first set. */
export const UNSET: Alarm = { alarmAt: instant(0), alarmOrder: 0, alarmPlace: -1 };

export function isSet({ alarmPlace }: Alarm): boolean {
  return alarmPlace >= 0;
}

export class Alarms<A extends Alarm> {
  readonly #heap: A[] = [];
  #lastOrder = 0;

  /** Sets or resets it. */
  set(alarm: A, at: Instant): void {
    alarm.alarmAt = at;
    alarm.alarmOrder = ++this.#lastOrder;
    if (!isSet(alarm)) alarm.alarmPlace = this.#heap.push(alarm) - 1;
    this.#settle(alarm, alarm.alarmPlace);
  }

  /** It will not go off; nothing happens if it is not set. */
  cancel(alarm: A): void {
    const place = alarm.alarmPlace;
    if (place < 0) return;
    alarm.alarmPlace = -1;
    const last = this.#heap.pop();
    if (last !== undefined && last !== alarm) this.#settle(last, place);
  }

  /** The earliest, which stays set. */
  next(): A | undefined {
    return this.#heap[0];
  }

  /** The earliest that is due, which is then not set any more; undefined where none is. */
  takeDue(now: Instant): A | undefined {
    const [first] = this.#heap;
    if (first === undefined || first.alarmAt > now) return undefined;
    this.cancel(first);
    return first;
  }

  get size(): number {
    return this.#heap.length;
  }

  /** Finds the place of an alarm, from one that is free for it. */
  #settle(alarm: A, free: number): void {
    let place = free;
    for (;;) {
      const parent = (place - 1) >> 1;
      const above = this.#heap[parent];
      if (above === undefined || !isEarlier(alarm, above)) break;
      this.#put(above, place);
      place = parent;
    }
    for (;;) {
      const below = this.#earlierChild(place);
      if (below === undefined || !isEarlier(below, alarm)) break;
      const { alarmPlace } = below;
      this.#put(below, place);
      place = alarmPlace;
    }
    this.#put(alarm, place);
  }

  #earlierChild(place: number): A | undefined {
    const left = this.#heap[2 * place + 1];
    const right = this.#heap[2 * place + 2];
    return left !== undefined && right !== undefined && isEarlier(right, left) ? right : left;
  }

  #put(alarm: A, place: number): void {
    this.#heap[place] = alarm;
    alarm.alarmPlace = place;
  }
}

function isEarlier(a: Alarm, b: Alarm): boolean {
  return a.alarmAt < b.alarmAt || (a.alarmAt === b.alarmAt && a.alarmOrder < b.alarmOrder);
}
