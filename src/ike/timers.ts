/** Deadlines by key: a binary heap with lazy removal, so that arming and looking up the next one stay cheap with many SAs. */
import type { Deadline, Instant } from "../base/time.ts";

interface Entry<K> {
  readonly key: K;
  readonly at: Instant;
  readonly why: string;
}

export class Timers<K> {
  readonly #current = new Map<K, Entry<K>>();
  #heap: Entry<K>[] = [];

  /** Arms or re-arms the deadline of `key`. */
  set(key: K, at: Instant, why: string): void {
    const entry = { key, at, why };
    this.#current.set(key, entry);
    if (this.#heap.length > 64 && this.#heap.length > 4 * this.#current.size) this.#rebuild();
    else this.#push(entry);
  }

  clear(key: K): void {
    this.#current.delete(key);
  }

  next(): Deadline | undefined {
    this.#dropStale();
    const top = this.#heap[0];
    return top === undefined ? undefined : { at: top.at, why: top.why };
  }

  /** Takes out the earliest key whose deadline has come. */
  takeDue(now: Instant): K | undefined {
    this.#dropStale();
    const top = this.#heap[0];
    if (top === undefined || top.at > now) return undefined;
    this.#pop();
    this.#current.delete(top.key);
    return top.key;
  }

  #dropStale(): void {
    for (
      let top = this.#heap[0];
      top !== undefined && this.#current.get(top.key) !== top;
      top = this.#heap[0]
    )
      this.#pop();
  }

  #rebuild(): void {
    this.#heap = [];
    for (const entry of this.#current.values()) this.#push(entry);
  }

  #push(entry: Entry<K>): void {
    const heap = this.#heap;
    let at = heap.length;
    heap.push(entry);
    while (at > 0) {
      const parent = (at - 1) >> 1;
      const above = heap[parent];
      if (above === undefined || above.at <= entry.at) break;
      heap[at] = above;
      at = parent;
    }
    heap[at] = entry;
  }

  #pop(): void {
    const heap = this.#heap;
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      let below = heap[child];
      const right = heap[child + 1];
      if (below !== undefined && right !== undefined && right.at < below.at) {
        child += 1;
        below = right;
      }
      if (below === undefined || below.at >= last.at) break;
      heap[at] = below;
      at = child;
    }
    heap[at] = last;
  }
}
