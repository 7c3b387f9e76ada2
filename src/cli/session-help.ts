/** `?` and Tab at a console: what may be entered where the operator is. */

import { candidatesOf, type EditingPlace, MOVEMENTS, prefixOf } from "./editing.ts";
import type { Command } from "./exec/command.ts";
import { CONFIGURATION_COMMANDS } from "./exec/configuration-commands.ts";
import { BAR_ROW, filterHelp, filterRows } from "./filter-help.ts";
import {
  type Continuations,
  continuations,
  formatRows,
  formatWords,
  type HelpRow,
  rowsFor,
  sortedRows,
  unfinishedWord,
} from "./help.ts";
import { keptPhrase } from "./keeping.ts";
import { errorLines } from "./line-error.ts";
import type { Mode } from "./mode.ts";
import { type Sentence, sentence } from "./sentence.ts";
import { phrase } from "./vocabulary.ts";
import { type Line, splitLine } from "./words.ts";

export type HelpPlace =
  | { readonly kind: "exec"; readonly commands: readonly Command[] }
  | {
      readonly kind: "configuring";
      /** Global configuration, in the dialect of the router. */
      readonly global: Mode;
      readonly place: EditingPlace;
      /** Whether the operator's level may enter lines with these words. */
      readonly mayEnter: (words: readonly string[]) => boolean;
      readonly commands: readonly Command[];
    };

/** What `?` prints after `text`. `column` is where the line begins on the screen. */
export function helpLines(where: HelpPlace, text: string, column: number): string[] {
  const line = splitLine(text);
  const filters = isExec(where, line) ? filterHelp(line) : undefined;
  if (filters !== undefined) return filters;
  const unfinished = unfinishedWord(line);
  if (unfinished !== undefined) {
    const rows = rowsOf(where, unfinished.before, unfinished.begun.text);
    return [rows.length === 0 ? "% Unrecognized command" : formatWords(rows)];
  }
  const [own, ...above] = continuationsAt(where, line);
  const found = own.failure === undefined ? own : (above.find(({ failure }) => failure === undefined) ?? own);
  if (found.failure !== undefined) {
    const indentation = text.length - text.trimStart().length;
    return errorLines({ ...found.failure, line, secretWords: [] }, column + indentation);
  }
  return formatRows(isExec(where, line) && prints(line) && found.mayEnd ? withBar(found) : found);
}

function isExec(where: HelpPlace, line: Line): boolean {
  return where.kind === "exec" || line.words[0]?.text.toLowerCase() === "do";
}

/** Of the commands that print something, those of which one looks for a part. */
function prints({ words }: Line): boolean {
  const verb = words.find(({ text }) => text.toLowerCase() !== "do")?.text.toLowerCase() ?? "";
  return verb.length > 1 && ["show", "more", "write"].some((word) => word.startsWith(verb));
}

/** After the words, before `<cr>`. */
function withBar(found: Continuations): Continuations {
  return { ...found, rows: [...found.rows, BAR_ROW] };
}

/** The line with its unfinished word completed, if only one word begins so. */
export function completed(where: HelpPlace, text: string): string | undefined {
  const line = splitLine(text);
  const unfinished = unfinishedWord(line);
  if (unfinished === undefined) return undefined;
  const begun = unfinished.begun.text;
  const filters = isExec(where, line) ? filterRows(line) : undefined;
  const rows = filters ?? rowsOf(where, unfinished.before, begun);
  const exact = rows.find((row) => row.text.toLowerCase() === begun.toLowerCase());
  const only = exact ?? (rows.length === 1 ? rows[0] : undefined);
  if (only === undefined) return undefined;
  return `${text.slice(0, text.length - begun.length)}${only.text}${only.endsWord ? " " : ""}`;
}

/** What the unfinished word may become; in a mode, words of global configuration only where it has none of its own. */
function rowsOf(where: HelpPlace, before: Line, begun: string): readonly HelpRow[] {
  for (const { rows } of continuationsAt(where, before)) {
    const found = rowsFor(rows, begun);
    if (found.length > 0) return found;
  }
  return [];
}

interface Helper {
  readonly sentence: Sentence;
}

/** Of the mode, and after it of those above, which a line falls back to. */
function continuationsAt(where: HelpPlace, line: Line): readonly [Continuations, ...Continuations[]] {
  if (where.kind === "exec") return [continuations(where.commands, line)];
  if (line.words[0]?.text.toLowerCase() === "do") return [continuations(where.commands, line, 1)];
  const { place, global, mayEnter } = where;
  const prefix = prefixOf(line);
  // Routing protocols have settings that begin with `default`.
  const isNegated = prefix !== undefined && !(place.kind === "block" && place.block.words.includes(prefix));
  const from = isNegated ? 1 : 0;
  const extras: readonly Helper[] = isNegated ? [] : [...MOVEMENTS, ...PREFIXES];
  const allowed = (candidates: readonly Helper[]) =>
    candidates.filter(({ sentence }) => mayEnter(fixedWords(sentence)));
  const at = (candidates: readonly Helper[]) =>
    continuations([...extras, ...allowed(candidates)], line, from, isNegated);
  const [own, ...above] = [at(ownCandidates(place, global)), ...candidatesAbove(place, global).map(at)];
  // `no key config-key` is a command of its own.
  const commands = continuations(place.kind === "global" ? allowed(CONFIGURATION_COMMANDS) : [], line);
  return [joined(own, commands), ...above];
}

/** What either lists; what is wrong only where neither lists anything. */
function joined(a: Continuations, b: Continuations): Continuations {
  if (b.failure !== undefined) return a;
  if (a.failure !== undefined) return b;
  const rows = [...a.rows, ...b.rows.filter(({ text }) => !a.rows.some((row) => row.text === text))];
  return { rows: sortedRows(rows), mayEnd: a.mayEnd || b.mayEnd, failure: undefined };
}

function fixedWords({ nodes }: Sentence): string[] {
  return nodes.flatMap((node) => (node.kind === "word" ? [node.text] : []));
}

function candidatesAbove(place: EditingPlace, global: Mode): (readonly Helper[])[] {
  if (place.kind === "global") return [];
  const above = place.kind === "mode" ? place.above : undefined;
  return above === undefined
    ? [candidatesOf(global)]
    : [candidatesOf(above.mode), ...candidatesAbove(above, global)];
}

function ownCandidates(place: EditingPlace, global: Mode): readonly Helper[] {
  switch (place.kind) {
    case "global":
      return candidatesOf(global);
    case "mode":
      return candidatesOf(place.mode);
    case "block":
      return place.block.words.map((word) => ({ sentence: sentence(keptPhrase(word, KEPT_WORD_HELP)) }));
  }
}

const KEPT_WORD_HELP = "Kept as it is, without effect";

/** Words that stand before other lines. */
const PREFIXES: readonly Helper[] = [
  { sentence: sentence(phrase("no")) },
  { sentence: sentence(phrase("default", "Set a command to its defaults")) },
  { sentence: sentence(phrase("do", "To run exec commands in config mode")) },
];
