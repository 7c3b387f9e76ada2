/** What follows `|`: which lines of a command's output are shown. */
import type { Line } from "../words.ts";

export interface FilteredCommand {
  /** The line without the filter. */
  readonly command: string;
  /** Undefined where what follows `|` is not a filter; `at` is then the index of the word that is wrong. */
  readonly filter: ((lines: readonly string[]) => readonly string[]) | undefined;
  readonly at: number;
}

/** Undefined if there is no `|`. */
export function splitFilter({ text, words }: Line): FilteredCommand | undefined {
  const bar = words.findIndex((word) => word.text === "|");
  const start = words[bar]?.start;
  if (bar < 1 || start === undefined) return undefined;
  const command = text.slice(0, start).trimEnd();
  const verb = words[bar + 1]?.text.toLowerCase() ?? "";
  const pattern = text.slice(words[bar + 2]?.start ?? text.length);
  const name = FILTERS.find((filter) => verb !== "" && filter.startsWith(verb));
  if (name === undefined || pattern === "")
    return { command, filter: undefined, at: name === undefined ? bar + 1 : words.length };
  return { command, filter: filterFor(name, matcherFor(pattern)), at: bar };
}

type FilterName = "include" | "exclude" | "begin";
const FILTERS: readonly FilterName[] = ["include", "exclude", "begin"];

function filterFor(
  name: FilterName,
  matches: (line: string) => boolean,
): NonNullable<FilteredCommand["filter"]> {
  switch (name) {
    case "include":
      return (lines) => lines.filter(matches);
    case "exclude":
      return (lines) => lines.filter((line) => !matches(line));
    case "begin":
      return (lines) => {
        const first = lines.findIndex(matches);
        return first < 0 ? [] : lines.slice(first);
      };
  }
}

/** A regular expression, or the text itself where it is none. */
function matcherFor(pattern: string): (line: string) => boolean {
  try {
    const expression = new RegExp(pattern);
    return (line) => expression.test(line);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return (line) => line.includes(pattern);
  }
}
