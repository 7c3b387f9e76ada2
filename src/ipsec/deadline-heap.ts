/** What is to happen when, earliest first, at one time in the order of adding: a binary heap whose cancelled timers are dropped lazily, but never pile up. */
import type { Instant } from "../base/time.ts";

export interface Timer<T> {
  readonly at: Instant;
  readonly order: number;
  readonly subject: T;
}

export class DeadlineHeap<T> {
  #heap: Timer<T>[] = [];
  #lastOrder = 0;
  readonly #cancelled = new Set<Timer<T>>();

  add(at: Instant, subject: T): Timer<T> {
    const timer = { at, order: ++this.#lastOrder, subject };
    this.#heap.push(timer);
    this.#rise(this.#heap.length - 1);
    return timer;
  }

  /** The timer will not come up; nothing happens if it already has. */
  cancel(timer: Timer<T>): void {
    this.#cancelled.add(timer);
    if (this.#cancelled.size <= this.#heap.length / 2) return;
    const alive = this.#heap.filter((other) => !this.#cancelled.has(other));
    this.#cancelled.clear();
    // A sorted array is a heap.
    this.#heap = alive.sort((a, b) => (isEarlier(a, b) ? -1 : 1));
  }

  /** The earliest timer, which stays. */
  next(): Timer<T> | undefined {
    for (;;) {
      const first = this.#heap[0];
      if (first === undefined || !this.#cancelled.delete(first)) return first;
      this.#removeFirst();
    }
  }

  /** The earliest timer that is due, which goes; undefined where none is. */
  takeDue(now: Instant): Timer<T> | undefined {
    const first = this.next();
    if (first === undefined || first.at > now) return undefined;
    this.#removeFirst();
    return first;
  }

  /** Timers held, cancelled ones included. */
  get size(): number {
    return this.#heap.length;
  }

  #removeFirst(): void {
    const last = this.#heap.pop();
    if (last === undefined || this.#heap.length === 0) return;
    this.#heap[0] = last;
    this.#sink(0);
  }

  #rise(from: number): void {
    let at = from;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!this.#swapIfEarlier(at, parent)) return;
      at = parent;
    }
  }

  #sink(from: number): void {
    let at = from;
    for (;;) {
      const left = 2 * at + 1;
      const child = this.#isEarlier(left + 1, left) ? left + 1 : left;
      if (!this.#swapIfEarlier(child, at)) return;
      at = child;
    }
  }

  #isEarlier(a: number, b: number): boolean {
    const first = this.#heap[a];
    const second = this.#heap[b];
    return first !== undefined && second !== undefined && isEarlier(first, second);
  }

  #swapIfEarlier(a: number, b: number): boolean {
    const first = this.#heap[a];
    const second = this.#heap[b];
    if (first === undefined || second === undefined || !isEarlier(first, second)) return false;
    this.#heap[a] = second;
    this.#heap[b] = first;
    return true;
  }
}

function isEarlier<T>(a: Timer<T>, b: Timer<T>): boolean {
  return a.at < b.at || (a.at === b.at && a.order < b.order);
}
