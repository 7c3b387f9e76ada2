/**
 * Entering configuration lines: where one is, what a line there changes, and where it leads. A line that the mode does
 * not know falls back to global configuration, as on IOS.
 */
import type { Origin } from "../base/origin.ts";
import { type Configuration, emptyConfiguration } from "../config/configuration.ts";
import { enterBlockLine, enterRawLine, type RawText, rawTextAfter } from "./block-editing.ts";
import { globalModeOf, isComment } from "./dialect.ts";
import type { Command } from "./exec/command.ts";
import type { Arguments } from "./grammar.ts";
import { type LineError, maskedLine } from "./line-error.ts";
import { ABBREVIATION, isFirmer, match, type Outcome } from "./match.ts";
import { type BlockKind, isRefusal, isWithoutEffect, type Mode, type Statement } from "./mode.ts";
import { type Sentence, sentence } from "./sentence.ts";
import { phrase } from "./vocabulary.ts";
import { type Line, splitLine } from "./words.ts";

/** A configuration and a place in it. */
export interface Editing {
  readonly configuration: Configuration;
  readonly place: EditingPlace;
  /** Lines are taken as they are for now. */
  readonly raw: RawText | undefined;
}

export type EditingPlace = { readonly kind: "global" } | ModePlace | KeptBlock;

export interface ModePlace {
  readonly kind: "mode";
  readonly mode: Mode;
  /** Of the lines that lead there, those of the modes above too. */
  readonly args: Arguments;
  readonly isIndented: boolean;
  /** The mode it is below of; undefined for global configuration. */
  readonly above: ModePlace | undefined;
}

/** Below a line that is kept, in a mode that is not known in detail. */
export interface KeptBlock {
  readonly kind: "block";
  readonly statement: Statement;
  readonly block: Extract<BlockKind, { kind: "mode" }>;
  readonly args: Arguments;
}

/** Where a line comes from. */
export interface Source {
  readonly file: string;
  readonly line: number;
  /** Whether a later line holds the delimiter of a text; absent where later lines are not there yet. */
  readonly closesLater?: (delimiter: string) => boolean;
}

export type Entered = { readonly editing: Editing } & (
  | { readonly kind: "nothing" }
  | {
      readonly kind: "changed";
      readonly statement: Statement;
      readonly announcement: string | undefined;
      readonly kept: KeptReport | undefined;
    }
  | { readonly kind: "refused"; readonly error: LineError; readonly origin: Origin }
  /** `end`, or `exit` from global configuration. */
  | { readonly kind: "left" }
  /** Nothing of the configuration: to be carried out now. */
  | { readonly kind: "command"; readonly command: Command; readonly args: Arguments }
);

export interface KeptReport {
  readonly statement: Statement;
  readonly origin: Origin;
}

export function startEditing(configuration: Configuration = emptyConfiguration()): Editing {
  return { configuration, place: { kind: "global" }, raw: undefined };
}

/** `commands`: what may be entered in global configuration beside its statements. */
export function enter(
  editing: Editing,
  text: string,
  source: Source,
  commands: readonly Command[] = [],
): Entered {
  if (editing.raw !== undefined) {
    const next = enterRawLine(editing, editing.raw, text);
    if (next === undefined) return enter({ ...editing, raw: undefined }, text, source, commands);
    if (!isRefusal(next)) return { kind: "nothing", editing: next };
    const origin = { file: source.file, line: source.line, text: text.trim() };
    const error = { kind: "said", text: next.refused } as const;
    return { kind: "refused", error, origin, editing: { ...editing, raw: undefined } };
  }
  const line = splitLine(text);
  if (line.text === "" || isComment(line, editing.configuration)) return { kind: "nothing", editing };
  const isIndented = /^\s/.test(text);
  const { place } = editing;
  if (place.kind === "block" && isBlockLine(place, globalModeOf(editing.configuration), line, isIndented))
    return { kind: "nothing", editing: enterBlockLine(editing, place, line) };
  const reading = read(editing, line, isIndented, commands);
  const origin = {
    file: source.file,
    line: source.line,
    text: maskedLine(line, reading.outcome.secretWords),
  };
  const { outcome } = reading;
  if (outcome.kind !== "accepted") {
    const { kind, at, secretWords } = outcome;
    return { kind: "refused", error: { kind, line, at, secretWords }, origin, editing };
  }
  if (outcome.candidate.kind === "movement") return move(editing, outcome.candidate.leads);
  if (outcome.candidate.kind === "command")
    return { kind: "command", command: outcome.candidate.command, args: outcome.args, editing };
  return carryOut(reading, outcome.candidate.statement, outcome.args, origin, source);

  function carryOut(
    { prefix, at }: Reading,
    statement: Statement,
    args: Arguments,
    from: Origin,
    { closesLater }: Source,
  ): Entered {
    const here: EditingPlace = at.kind === "mode" ? { ...at, isIndented } : at;
    const placeArgs = here.kind === "mode" ? here.args : {};
    const before = editing.configuration;
    const raw = prefix !== undefined ? undefined : rawAfter(statement, placeArgs, args);
    if (raw?.kind === "text" && closesLater?.(raw.delimiter) === false)
      return { kind: "refused", error: { kind: "said", text: UNCLOSED_TEXT }, origin: from, editing };
    const change = CHANGES[prefix ?? "said"](statement)(before, placeArgs, args, from);
    if (isRefusal(change))
      return { kind: "refused", error: { kind: "said", text: change.refused }, origin: from, editing };
    return {
      kind: "changed",
      statement,
      announcement: prefix !== undefined ? undefined : statement.announcement(before, args),
      kept: !isWithoutEffect(statement) || prefix === "default" ? undefined : { statement, origin: from },
      editing: {
        configuration: change,
        place: prefix !== undefined ? here : placeAfter(statement, change, args, here),
        raw,
      },
    };
  }
}

/** What may be entered: statements, the commands that move between modes, and those that are done at once. */
export type Candidate =
  | { readonly kind: "statement"; readonly sentence: Sentence; readonly statement: Statement }
  | { readonly kind: "movement"; readonly sentence: Sentence; readonly leads: "up" | "out" }
  | { readonly kind: "command"; readonly sentence: Sentence; readonly command: Command };

export const MOVEMENTS: readonly Candidate[] = [
  { kind: "movement", sentence: sentence(phrase("exit", "Exit from the current mode")), leads: "up" },
  { kind: "movement", sentence: sentence(phrase("quit", "Exit from the current mode")), leads: "up" },
  { kind: "movement", sentence: sentence(phrase("end", "Exit from configure mode")), leads: "out" },
];

/** What may be entered in a mode without falling back. */
export function candidatesOf(mode: Mode): readonly Candidate[] {
  const known = CANDIDATES.get(mode);
  if (known !== undefined) return known;
  const made = mode.statements.map(
    (statement) => ({ kind: "statement", sentence: statement.sentence, statement }) as const,
  );
  CANDIDATES.set(mode, made);
  return made;
}

const CANDIDATES = new WeakMap<Mode, readonly Candidate[]>();

/** What takes a line back: `no`, or `default`, which lets IOS decide. */
export type Prefix = "no" | "default";

export function prefixOf(line: Line): Prefix | undefined {
  const first = line.words[0]?.text.toLowerCase();
  return first === "no" || first === "default" ? first : undefined;
}

const CHANGES: Readonly<Record<Prefix | "said", (statement: Statement) => Statement["apply"]>> = {
  said: ({ apply }) => apply,
  no: ({ remove }) => remove,
  default: ({ reset }) => reset,
};

interface Reading {
  readonly outcome: Outcome<Candidate>;
  readonly prefix: Prefix | undefined;
  /** Where it was read: the mode entered, or one that it falls back to. */
  readonly at: EditingPlace;
}

function read(
  { place, configuration }: Editing,
  line: Line,
  isIndented: boolean,
  commands: readonly Command[],
): Reading {
  const prefix = prefixOf(line);
  const isNegated = prefix !== undefined;
  const from = isNegated ? 1 : 0;
  const movements = isNegated ? [] : MOVEMENTS;
  // Of thousands of lines, most need only their own mode to be looked at.
  const readTop = (): Reading => {
    const at = { kind: "global" } as const;
    const done = commands.map(
      (command) => ({ kind: "command", sentence: command.sentence, command }) as const,
    );
    // `no key config-key` is a command of its own.
    const negated = isNegated ? match(done, line) : undefined;
    if (negated?.kind === "accepted") return { outcome: negated, prefix: undefined, at };
    const global = candidatesOf(globalModeOf(configuration));
    const candidates = [...movements, ...global, ...(isNegated ? [] : done)];
    return { outcome: match(candidates, line, from, isNegated), prefix, at };
  };
  return place.kind === "mode" ? readIn(place) : readTop();

  function readIn(here: ModePlace): Reading {
    const outcome = match([...movements, ...candidatesOf(here.mode)], line, from, isNegated);
    const own: Reading = { outcome, prefix, at: here };
    // Lines at the margin below indented ones are not of this mode, where they can be of the one above.
    const isBelow = here.isIndented && !isIndented;
    if (!isBelow && isInFull(outcome)) return own;
    const above = here.above === undefined ? readTop() : readIn(here.above);
    const isOwnWord = knowsInFull(here.mode, line.words[from]?.text ?? "") && isCutShort(above.outcome);
    return isOwnWord || isPreferred(outcome, above.outcome, isBelow) ? own : above;
  }
}

/** Whether no word is read as one cut short, so that no other mode can read the line more firmly. */
function isInFull(outcome: Outcome<Candidate>): boolean {
  return outcome.kind === "accepted" && !outcome.strengths.includes(ABBREVIATION);
}

/** Below a transform set, `mode` is no abbreviation of `modemcap`, whatever follows it. */
function knowsInFull(mode: Mode, first: string): boolean {
  return candidatesOf(mode).some(({ sentence: { nodes } }) => {
    const [node] = nodes;
    return node?.kind === "word" && node.text === first.toLowerCase();
  });
}

/** Whether the first word is read as one cut short. */
function isCutShort(outcome: Outcome<Candidate>): boolean {
  return outcome.kind === "accepted" && outcome.strengths[0] === ABBREVIATION;
}

/** The mode comes first, unless global configuration reads a word in full that the mode takes for one cut short. */
function isPreferred(own: Outcome<Candidate>, above: Outcome<Candidate>, isBelow: boolean): boolean {
  if (own.kind !== "accepted") return above.kind !== "accepted" && own.at >= above.at;
  if (above.kind !== "accepted" || isMovement(own)) return true;
  return isBelow ? isFirmer(own.strengths, above.strengths) : !isFirmer(above.strengths, own.strengths);
}

function isMovement(outcome: Outcome<Candidate>): boolean {
  return outcome.kind === "accepted" && outcome.candidate.kind === "movement";
}

/** Whether a line belongs to a mode of which only first words are known. */
function isBlockLine({ block }: KeptBlock, global: Mode, line: Line, isIndented: boolean): boolean {
  const prefix = prefixOf(line);
  // Routing protocols have settings that begin with `default`.
  const isNegated = prefix === "no" || (prefix === "default" && !block.words.includes(prefix));
  const first = (line.words[isNegated ? 1 : 0]?.text ?? "").toLowerCase();
  const isKnown = block.words.includes(first);
  if (isKnown && isIndented) return true;
  const movements = isNegated ? [] : MOVEMENTS;
  const above = match([...movements, ...candidatesOf(global)], line, isNegated ? 1 : 0, isNegated);
  const isCutShort = above.kind === "accepted" && above.strengths.includes(ABBREVIATION);
  // A word of the mode is worth more than one of global configuration that would have to be cut short.
  if (above.kind === "accepted" && !(isCutShort && (isIndented || isKnown))) return false;
  return isKnown || isIndented || (first.length > 1 && block.words.some((word) => word.startsWith(first)));
}

function rawAfter(statement: Statement, place: Arguments, args: Arguments): RawText | undefined {
  return statement.octets === undefined
    ? rawTextAfter(statement, args)
    : { kind: "octets", statement, place, args, digits: "" };
}

function placeAfter(
  statement: Statement,
  configuration: Configuration,
  args: Arguments,
  here: EditingPlace,
): EditingPlace {
  const { keeps } = statement;
  const opens = statement.modeFor?.(configuration, args) ?? statement.opens;
  if (opens !== undefined) {
    const above = here.kind === "mode" ? here : undefined;
    return { kind: "mode", mode: opens, args: { ...above?.args, ...args }, isIndented: false, above };
  }
  if (keeps?.block?.kind === "mode") return { kind: "block", statement, block: keeps.block, args };
  return here;
}

function move(editing: Editing, leads: "up" | "out"): Entered {
  const { place } = editing;
  const isLeaving = leads === "out" || place.kind === "global";
  const above = leads === "up" && place.kind === "mode" ? place.above : undefined;
  return {
    kind: isLeaving ? "left" : "nothing",
    editing: { ...editing, place: above ?? { kind: "global" }, raw: undefined },
  };
}

const UNCLOSED_TEXT = "% The text is not closed: no later line holds the character that it begins with.";
