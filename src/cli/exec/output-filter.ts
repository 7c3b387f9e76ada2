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
  const name = FILTERS.find(({ text: word }) => verb !== "" && word.startsWith(verb))?.text;
  const option = name === "section" ? (words[bar + 2]?.text.toLowerCase() ?? "") : "";
  const isOption = option !== "" && ["include", "exclude"].some((word) => word.startsWith(option));
  const pattern = text.slice(words[bar + (isOption ? 3 : 2)]?.start ?? text.length);
  if (name === undefined || pattern === "")
    return { command, filter: undefined, at: name === undefined ? bar + 1 : words.length };
  const isExcluding = isOption && option.startsWith("e");
  return { command, filter: filterFor(name, pattern, isExcluding), at: bar };
}

/** What may follow `|`, by name. */
export const FILTERS = [
  { text: "begin", help: "Begin with the line that matches" },
  { text: "count", help: "Count number of lines which match regexp" },
  { text: "exclude", help: "Exclude lines that match" },
  { text: "include", help: "Include lines that match" },
  { text: "section", help: "Filter a section of output" },
] as const;

type FilterName = (typeof FILTERS)[number]["text"];

function filterFor(
  name: FilterName,
  pattern: string,
  isExcluding: boolean,
): NonNullable<FilteredCommand["filter"]> {
  const matches = matcherFor(pattern);
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
    case "count":
      return (lines) => [`Number of lines which match regexp = ${lines.filter(matches).length}`];
    case "section":
      return (lines) => sections(lines, matches, isExcluding);
  }
}

/** Lines that match, each with what stands below it and is indented further; or all others. */
function sections(
  lines: readonly string[],
  matches: (line: string) => boolean,
  isExcluding: boolean,
): string[] {
  let depth = Number.POSITIVE_INFINITY;
  return lines.filter((line) => {
    const indentation = line.length - line.trimStart().length;
    if (indentation <= depth) depth = matches(line) ? indentation : Number.POSITIVE_INFINITY;
    return (depth !== Number.POSITIVE_INFINITY) !== isExcluding;
  });
}

/** A regular expression of IOS, whose `_` is what stands between words; or the text itself where it is none. */
export function matcherFor(pattern: string): (line: string) => boolean {
  try {
    const expression = new RegExp(
      pattern.replaceAll(/\\.|_/g, (found) => (found === "_" ? "(?:^|$|[ ,{}()])" : found)),
    );
    return (line) => expression.test(line);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return (line) => line.includes(pattern);
  }
}
