/** How assigned numbers are written down: a table of names, spelled as their registry spells them, to numbers. */

/** A table of assigned numbers. Several names may share a number; the first is the one that is printed. */
export type Registry = { readonly [name: string]: number };

const indexes = new WeakMap<Registry, ReadonlyMap<number, string>>();

/** The name of `number` in `registry`, or `unknown (number)`. */
export function nameOf(registry: Registry, number: number): string {
  return assignedName(registry, number) ?? `unknown (${number})`;
}

/** The name of `number` in `registry`, or undefined where it is not assigned. */
export function assignedName(registry: Registry, number: number): string | undefined {
  return indexOf(registry).get(number);
}

function indexOf(registry: Registry): ReadonlyMap<number, string> {
  const known = indexes.get(registry);
  if (known !== undefined) return known;
  const index = new Map<number, string>();
  for (const [name, number] of Object.entries(registry)) if (!index.has(number)) index.set(number, name);
  indexes.set(registry, index);
  return index;
}
