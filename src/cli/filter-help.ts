/** `?` and Tab behind `|`: which filters there are. */
import { FILTERS } from "./exec/output-filter.ts";
import { formatRows, formatWords, type HelpRow, unfinishedWord } from "./help.ts";
import type { Line } from "./words.ts";

/** In the list of what may follow a command that prints. */
export const BAR_ROW: HelpRow = { text: "|", help: "Output modifiers", isLiteral: true, endsWord: true };

/** What `?` prints, where the line has a `|`; undefined where it has none. */
export function filterHelp(line: Line): string[] | undefined {
  const words = wordsAfterBar(line);
  if (words === undefined) return undefined;
  if (unfinishedWord(line) === undefined)
    return formatRows({ rows: words.length === 0 ? ROWS : [PATTERN], mayEnd: false, failure: undefined });
  const rows = words.length === 1 ? rowsFor(words[0] ?? "") : [];
  return [rows.length === 0 ? "% Unrecognized command" : formatWords(rows)];
}

/** The filters that the last word may become; undefined where it is not the word after `|`. */
export function filterRows(line: Line): readonly HelpRow[] | undefined {
  const words = wordsAfterBar(line);
  return words?.length === 1 && !line.endsWord ? rowsFor(words[0] ?? "") : undefined;
}

function wordsAfterBar(line: Line): readonly string[] | undefined {
  const bar = line.words.findIndex(({ text }) => text === "|");
  const isBehind = bar > 0 && (line.endsWord || bar < line.words.length - 1);
  return isBehind ? line.words.slice(bar + 1).map(({ text }) => text) : undefined;
}

function rowsFor(begun: string): readonly HelpRow[] {
  return ROWS.filter(({ text }) => text.startsWith(begun.toLowerCase()));
}

const ROWS: readonly HelpRow[] = FILTERS.map((filter) => ({ ...filter, isLiteral: true, endsWord: true }));
const PATTERN: HelpRow = { text: "LINE", help: "Regular Expression", isLiteral: false, endsWord: true };
