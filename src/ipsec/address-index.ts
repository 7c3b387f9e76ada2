/**
 * What belongs to a pair of IPv4 addresses, for look-ups at the rate of packets: a hash table in two arrays, so that among
 * thousands of pairs a look-up touches as little memory as among ten. Filled once.
 */
export class AddressIndex<V> {
  /** Two words a slot: first and second address. */
  readonly #keys: Int32Array;
  readonly #values: (V | undefined)[];
  readonly #mask: number;

  /** Each pair at most once. */
  constructor(entries: readonly (readonly [first: number, second: number, value: V])[]) {
    // At most two thirds full, so that a search soon meets an empty slot.
    const slots = 2 ** Math.ceil(Math.log2(1.5 * entries.length + 1));
    this.#keys = new Int32Array(2 * slots);
    this.#values = new Array<V | undefined>(slots).fill(undefined);
    this.#mask = slots - 1;
    for (const [first, second, value] of entries) {
      let slot = slotOf(first, second) & this.#mask;
      while (this.#values[slot] !== undefined) slot = (slot + 1) & this.#mask;
      this.#keys[2 * slot] = first;
      this.#keys[2 * slot + 1] = second;
      this.#values[slot] = value;
    }
  }

  get(first: number, second: number): V | undefined {
    const [a, b] = [first | 0, second | 0];
    for (let slot = slotOf(a, b) & this.#mask; ; slot = (slot + 1) & this.#mask) {
      if (this.#keys[2 * slot] === a && this.#keys[2 * slot + 1] === b) return this.#values[slot];
      if (this.#values[slot] === undefined) return undefined;
    }
  }
}

function slotOf(first: number, second: number): number {
  const hash = Math.imul(Math.imul(first, 0x9e3779b1) ^ second, 0x85ebca6b);
  return hash ^ (hash >>> 15);
}
