/**
 * A list that nearly always has one item, for whoever keeps ten thousands of them: one is kept as it is, as an array of one takes
 * 56 octets more.
 */
export type Few<T> = T | Several<T> | undefined;

export function few<T>(items: readonly T[]): Few<T> {
  return items.length > 1 ? new Several(items) : items[0];
}

export function itemsOf<T>(kept: Few<T>): readonly T[] {
  if (kept instanceof Several) return kept.items;
  return kept === undefined ? [] : [kept];
}

/** An item may be an array itself, so that it takes a class of its own to tell them apart. */
class Several<T> {
  readonly items: readonly T[];

  constructor(items: readonly T[]) {
    this.items = items;
  }
}
