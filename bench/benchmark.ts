/** What a benchmark is: rows of figures, each beside a peer's or a limit's from the same run, most of them with an aim. */

export interface Benchmark {
  /** As it is called on the command line. */
  readonly name: string;
  readonly title: string;
  /** Why it cannot run here, with what would enable it; undefined if it can. */
  readonly whyNot: () => string | undefined;
  readonly run: (runs: number) => Promise<readonly Row[]>;
}

/** Figures are medians. */
export interface Row {
  readonly subject: string;
  readonly unit: string;
  readonly ours: number;
  /** What it is held against; absent where our figure stands alone, or the other could not be had. */
  readonly other?: Other | undefined;
  readonly aim?: Aim | undefined;
}

export interface Other {
  readonly name: string;
  readonly figure: number;
}

/** A bound of our figure, or of how many times the other's it is. */
export interface Aim {
  readonly of: "ours" | "ratio";
  readonly bound: "at most" | "at least";
  readonly value: number;
}

/** How many times the other's figure ours is. */
export function ratioOf({ ours, other }: Row): number | undefined {
  return other === undefined ? undefined : ours / other.figure;
}

/** Undefined without an aim, or where there is nothing to hold against it. */
export function isMet(row: Row): boolean | undefined {
  const { aim } = row;
  const figure = aim?.of === "ours" ? row.ours : ratioOf(row);
  if (aim === undefined || figure === undefined || Number.isNaN(figure)) return undefined;
  return aim.bound === "at most" ? figure <= aim.value : figure >= aim.value;
}

export function median(figures: readonly number[]): number {
  const sorted = [...figures].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}

/** Measures everything in turn, `runs` times over, so that a noisy minute of the machine meets all alike; the medians. */
export async function alternating<K extends string>(
  runs: number,
  measures: Readonly<Record<K, () => number | Promise<number>>>,
): Promise<Readonly<Record<K, number>>> {
  // Object.keys forgets what its keys are.
  const names = Object.keys(measures) as K[];
  const figures = new Map<K, number[]>(names.map((name) => [name, []]));
  for (let run = 0; run < runs; run++)
    for (const name of names) figures.get(name)?.push(await measures[name]());
  // And so does Object.fromEntries.
  return Object.fromEntries([...figures].map(([name, each]) => [name, median(each)])) as Record<K, number>;
}

/** Processor time of this process for some work, in milliseconds: what others do on the machine counts less than by the clock. */
export function processorTime(work: () => void): number {
  const start = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1000;
}
