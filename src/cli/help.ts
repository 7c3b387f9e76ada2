/** `?` and Tab: what may come next, from the same walk that reads a line. */
import { expand } from "./expand.ts";
import { threadsAfter } from "./match.ts";
import type { Sentence } from "./sentence.ts";
import type { Line, Word } from "./words.ts";

export interface HelpRow {
  readonly text: string;
  readonly help: string;
  /** A keyword, or the beginning of a value that Tab can complete. */
  readonly isLiteral: boolean;
  /** It is a whole word, and Tab goes on behind it. */
  readonly endsWord: boolean;
}

export interface Continuations {
  readonly rows: readonly HelpRow[];
  /** The line may end here. */
  readonly mayEnd: boolean;
  /** What is wrong before the place asked about. */
  readonly failure:
    | { readonly kind: "ambiguous" | "incomplete" | "invalid"; readonly at: number }
    | undefined;
}

/** What may come after the words from `from` on, sorted as IOS does; values come after keywords of the same place. */
export function continuations<C extends { readonly sentence: Sentence }>(
  candidates: readonly C[],
  line: Line,
  from = 0,
  negated = false,
): Continuations {
  const { threads, failure } = threadsAfter(candidates, line, from, negated);
  const rows = new Map<string, HelpRow>();
  let mayEnd = false;
  for (const { progress } of threads) {
    const { moves, complete } = expand(progress);
    if (complete !== undefined) mayEnd = true;
    for (const move of moves) {
      if (move.kind === "word") add({ text: move.text, help: move.help, isLiteral: true, endsWord: true });
      else if (move.type.samples.length === 0)
        add({ text: move.type.placeholder, help: move.help, isLiteral: false, endsWord: true });
      else for (const sample of move.type.samples) add({ ...sample, isLiteral: true, endsWord: false });
    }
  }
  const sorted = sortedRows([...rows.values()]);
  const wrong = failure ?? ({ kind: "invalid", at: from } as const);
  return { rows: sorted, mayEnd, failure: threads.length > 0 ? undefined : wrong };

  function add(row: HelpRow): void {
    if (!rows.has(row.text)) rows.set(row.text, row);
  }
}

/** In the order in which IOS lists them. */
export function sortedRows(rows: readonly HelpRow[]): HelpRow[] {
  return rows.toSorted((a, b) => (a.text.toLowerCase() < b.text.toLowerCase() ? -1 : 1));
}

/** Line and last word apart, when that word is still being written. */
export function unfinishedWord(line: Line): { readonly before: Line; readonly begun: Word } | undefined {
  const begun = line.words.at(-1);
  if (line.endsWord || begun === undefined) return undefined;
  const words = line.words.slice(0, -1);
  return { before: { text: line.text.slice(0, begun.start), words, endsWord: true }, begun };
}

/** The rows that the word being written may become. */
export function rowsFor(rows: readonly HelpRow[], begun: string): readonly HelpRow[] {
  const wanted = begun.toLowerCase();
  return rows.filter(({ text, isLiteral }) => isLiteral && text.toLowerCase().startsWith(wanted));
}

/** The words that `cr?` lists, side by side. */
export function formatWords(rows: readonly HelpRow[]): string {
  return rows.map(({ text }) => text).join("  ");
}

/** The table that `crypto ?` prints. */
export function formatRows({ rows, mayEnd }: Continuations): string[] {
  const width = Math.max(0, ...rows.map(({ text }) => text.length));
  return [...rows.map(({ text, help }) => `  ${text.padEnd(width)}  ${help}`), ...(mayEnd ? ["  <cr>"] : [])];
}
