/** What somebody most likely meant to type. */

/** The one of `names` that is closest to `typed`: it begins with it, or few letters differ. Undefined if none is close. */
export function nearest(typed: string, names: readonly string[]): string | undefined {
  const wanted = typed.slice(0, LENGTH_MAX).toLowerCase();
  if (wanted === "") return undefined;
  const started = names.filter((name) => name.startsWith(wanted));
  if (started.length === 1) return started[0];
  let best: string | undefined;
  let bestDistance = wanted.length <= 3 ? 2 : 3;
  for (const name of names) {
    const distance = editDistance(wanted, name);
    if (distance < bestDistance) {
      best = name;
      bestDistance = distance;
    }
  }
  return best;
}

/** ` (did you mean lab?)`, or nothing. */
export function suggestion(typed: string, names: readonly string[], prefix = ""): string {
  const name = nearest(typed, names);
  return name === undefined ? "" : ` (did you mean ${prefix}${name}?)`;
}

/** Letters to insert, delete, replace or swap with their neighbour. */
function editDistance(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const isSame = a[i - 1] === b[j - 1];
      const isSwapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      row[j] = Math.min(
        (last[j] ?? 0) + 1,
        (row[j - 1] ?? 0) + 1,
        (last[j - 1] ?? 0) + (isSame ? 0 : 1),
        isSwapped ? (beforeLast[j - 2] ?? 0) + 1 : Infinity,
      );
    }
    beforeLast = last;
    last = row;
  }
  return last[b.length] ?? 0;
}

/** IMPLEMENTATION: nothing of ours is longer. */
const LENGTH_MAX = 40;
