/** Several values by a key, which nearly always has one: that is kept as it is, for an array of one takes 56 octets more. */
export class MultiMap<K, V> {
  readonly #values = new Map<K, V | Several<V>>();

  /** In the order of adding. */
  get(key: K): readonly V[] {
    const found = this.#values.get(key);
    if (found instanceof Several) return found.values;
    return found === undefined ? [] : [found];
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
    for (const found of this.#values.values())
      if (found instanceof Several) yield* found.values;
      else yield found;
  }

  #set(key: K, values: readonly V[]): void {
    const [first] = values;
    if (first === undefined) this.#values.delete(key);
    else this.#values.set(key, values.length === 1 ? first : new Several(values));
  }
}

class Several<V> {
  readonly values: readonly V[];

  constructor(values: readonly V[]) {
    this.values = values;
  }
}
