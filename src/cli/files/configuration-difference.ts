/** What differs between two configurations, as IOS shows it: lines with `+` and `-`, below the line of their mode. */

/** From the lines of one to those of the other. */
export function differenceLines(before: readonly string[], after: readonly string[]): string[] {
  return compared(treeOf(before), treeOf(after), "");
}

interface Branch {
  readonly text: string;
  readonly below: readonly Branch[];
}

/** By indentation; what only divides is left out. */
function treeOf(lines: readonly string[]): Branch[] {
  const top: Branch[] = [];
  const open: { readonly depth: number; readonly below: Branch[] }[] = [{ depth: -1, below: top }];
  for (const line of lines) {
    const text = line.trim();
    if (text === "" || text === "!" || text === "end") continue;
    const depth = line.length - line.trimStart().length;
    while (open.length > 1 && (open.at(-1)?.depth ?? 0) >= depth) open.pop();
    const below: Branch[] = [];
    open.at(-1)?.below.push({ text, below });
    open.push({ depth, below });
  }
  return top;
}

function compared(before: readonly Branch[], after: readonly Branch[], indentation: string): string[] {
  const kept = keptPairs(before, after);
  const gone = new Set(kept.map(({ old }) => old));
  const partners = new Map(kept.map(({ old, now }) => [now, old]));
  const added = after.flatMap((branch) => {
    const old = partners.get(branch);
    if (old === undefined) return written(branch, "+", indentation);
    const inner = compared(old.below, branch.below, `${indentation} `);
    return inner.length === 0 ? [] : [`${indentation}${branch.text}`, ...inner];
  });
  return [
    ...added,
    ...before.flatMap((branch) => (gone.has(branch) ? [] : written(branch, "-", indentation))),
  ];
}

function written({ text, below }: Branch, sign: string, indentation: string): string[] {
  return [
    `${indentation}${sign}${text}`,
    ...below.flatMap((inner) => written(inner, sign, `${indentation} `)),
  ];
}

/** Branches with the same text, as many as stand in the same order in both. */
function keptPairs(before: readonly Branch[], after: readonly Branch[]): { old: Branch; now: Branch }[] {
  const places = new Map<string, number[]>();
  before.forEach(({ text }, i) => {
    const known = places.get(text);
    if (known === undefined) places.set(text, [i]);
    else known.push(i);
  });
  const pairs = after.flatMap((now) => {
    const at = places.get(now.text)?.shift();
    const old = at === undefined ? undefined : before[at];
    return at === undefined || old === undefined ? [] : [{ at, old, now }];
  });
  return longestAscending(pairs);
}

/** The longest part of the pairs whose places ascend, by piles: each pile's top is the smallest that ends so many. */
function longestAscending<T extends { readonly at: number }>(pairs: readonly T[]): T[] {
  interface Link {
    readonly pair: T;
    readonly before: Link | undefined;
  }
  const tops: Link[] = [];
  for (const pair of pairs) {
    let low = 0;
    let high = tops.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((tops[middle]?.pair.at ?? 0) < pair.at) low = middle + 1;
      else high = middle;
    }
    tops[low] = { pair, before: tops[low - 1] };
  }
  const found: T[] = [];
  for (let link = tops.at(-1); link !== undefined; link = link.before) found.push(link.pair);
  return found.reverse();
}
