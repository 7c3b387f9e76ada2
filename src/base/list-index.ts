/**
 * Where in a list an item is, by its name. Lists are values: who changes one makes a copy. The index goes over to the copy that is
 * made here, so that a list of thousands that is written line by line is not gone through for each. Items have different names.
 */
export class ListIndex<T> {
  readonly #nameOf: (item: T) => string;
  readonly #places = new WeakMap<readonly T[], Map<string, number>>();

  constructor(nameOf: (item: T) => string) {
    this.#nameOf = nameOf;
  }

  /** -1 where it is not there. */
  placeOf(list: readonly T[], name: string): number {
    if (list.length < INDEXED_MIN) return list.findIndex((item) => this.#nameOf(item) === name);
    return this.#of(list).get(name) ?? -1;
  }

  find(list: readonly T[], name: string): T | undefined {
    return list[this.placeOf(list, name)];
  }

  /** A copy with another item of the same name at a place. */
  with(list: readonly T[], at: number, item: T): readonly T[] {
    return this.#succeeded(list, list.with(at, item), list.length);
  }

  /** A copy with an item more, before the one at a place. */
  inserted(list: readonly T[], at: number, item: T): readonly T[] {
    return this.#succeeded(list, list.toSpliced(at, 0, item), at);
  }

  /** The copy has other places from `first` on. */
  #succeeded(list: readonly T[], copy: readonly T[], first: number): readonly T[] {
    const places = this.#places.get(list);
    if (places === undefined) return copy;
    this.#places.delete(list);
    for (let i = first; i < copy.length; i++) this.#enter(places, copy, i);
    this.#places.set(copy, places);
    return copy;
  }

  #of(list: readonly T[]): Map<string, number> {
    const known = this.#places.get(list);
    if (known !== undefined) return known;
    const places = new Map<string, number>();
    for (let i = 0; i < list.length; i++) this.#enter(places, list, i);
    this.#places.set(list, places);
    return places;
  }

  #enter(places: Map<string, number>, list: readonly T[], i: number): void {
    const item = list[i];
    if (item !== undefined) places.set(this.#nameOf(item), i);
  }
}

/** Shorter lists are gone through. */
const INDEXED_MIN = 32;
