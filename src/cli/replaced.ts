/** Lists of settings that are told apart by something of their own. */

/** The list with an item in the place of the one it replaces, or at the end. */
export function replaced<T>(list: readonly T[], item: T, isOld: (other: T) => boolean): readonly T[] {
  const at = list.findIndex(isOld);
  return at < 0 ? [...list, item] : list.with(at, item);
}
