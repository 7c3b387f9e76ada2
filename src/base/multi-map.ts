/** Several values by a key, which nearly always has one. */
import { type Few, few, itemsOf } from "./few.ts";

export class MultiMap<K, V> {
  readonly #values = new Map<K, Few<V>>();

  /** In the order of adding. */
  get(key: K): readonly V[] {
    return itemsOf(this.#values.get(key));
  }

  has(key: K): boolean {
    return this.#values.has(key);
  }

  add(key: K, value: V): void {
    this.#set(key, this.get(key).concat([value]));
  }

  remove(key: K, value: V): void {
    this.#set(
      key,
      this.get(key).filter((other) => other !== value),
    );
  }

  /** Key by key. */
  *values(): Generator<V> {
    for (const values of this.#values.values()) yield* itemsOf(values);
  }

  #set(key: K, values: readonly V[]): void {
    if (values.length === 0) this.#values.delete(key);
    else this.#values.set(key, few(values));
  }
}
