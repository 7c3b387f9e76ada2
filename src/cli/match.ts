/**
 * Reading a line: the sentences still possible are narrowed word by word. A keyword may be cut short as far as it stays
 * the only one possible at its place; written in full it outranks longer ones, and any keyword outranks a value.
 */
import { argumentsOf, cannotRead, expand, type Move, type Progress, start, startNegated } from "./expand.ts";
import type { Arguments, ValueType } from "./grammar.ts";
import type { Sentence } from "./sentence.ts";
import { type Line, restOfLine } from "./words.ts";

export type Outcome<C> = (
  | {
      readonly kind: "accepted";
      readonly candidate: C;
      readonly args: Arguments;
      /** How each word was read, in order. */
      readonly strengths: readonly Strength[];
    }
  /** The word at `at` is the beginning of several keywords. */
  | { readonly kind: "ambiguous"; readonly at: number }
  | { readonly kind: "incomplete"; readonly at: number }
  /** Nothing that may stand at `at` begins as the word there does. */
  | { readonly kind: "invalid"; readonly at: number }
) & {
  /** The words that were read as something that must not be seen. */
  readonly secretWords: readonly number[];
};

/** How firmly a word is read as what it is: a value may be anything, a keyword in full is nothing else. */
export type Strength = typeof VALUE | typeof ABBREVIATION | typeof KEYWORD;
const VALUE = 1;
export const ABBREVIATION = 2;
const KEYWORD = 3;

/** Whether the first word that is read differently is a keyword in full to `a`, and one cut short to `b`. */
export function isFirmer(a: readonly Strength[], b: readonly Strength[]): boolean {
  const at = a.findIndex((strength, i) => strength !== b[i]);
  return a[at] === KEYWORD && b[at] === ABBREVIATION;
}

/** A sentence being read, with what it belongs to. */
export interface Thread<C> {
  readonly candidate: C;
  readonly progress: Progress;
  readonly strengths: readonly Strength[];
  readonly secretWords: readonly number[];
}

interface Reading<C> {
  /** By the index of the word they read next. */
  readonly threads: Thread<C>[][];
  readonly failure: { kind: "ambiguous" | "incomplete" | "invalid"; at: number } | undefined;
}

/** Which of the candidates the words from `from` on say. `negated`: `no` stands before them. */
export function match<C extends { readonly sentence: Sentence }>(
  candidates: readonly C[],
  line: Line,
  from = 0,
  negated = false,
): Outcome<C> {
  const { threads, failure } = read(candidates, line, from, negated);
  const end = line.words.length;
  const arrived = threads[end] ?? [];
  for (const { candidate, progress, strengths, secretWords } of arrived) {
    const { complete } = expand(progress);
    if (complete !== undefined)
      return {
        kind: "accepted",
        candidate,
        args: argumentsOf(candidate.sentence, complete),
        strengths,
        secretWords,
      };
  }
  const secretWords = [...new Set(threads.flatMap((some) => some.flatMap((thread) => thread.secretWords)))];
  if (arrived.length > 0) return { kind: "incomplete", at: end, secretWords };
  return { ...(failure ?? { kind: "invalid", at: from }), secretWords };
}

/** The sentences that the words read so far can still become: what `?` and Tab go on from. */
export function threadsAfter<C extends { readonly sentence: Sentence }>(
  candidates: readonly C[],
  line: Line,
  from: number,
  negated: boolean,
): { readonly threads: readonly Thread<C>[]; readonly failure: Reading<C>["failure"] } {
  const { threads, failure } = read(candidates, line, from, negated);
  return { threads: threads[line.words.length] ?? [], failure };
}

function read<C extends { readonly sentence: Sentence }>(
  candidates: readonly C[],
  line: Line,
  from: number,
  negated: boolean,
): Reading<C> {
  const threads: Thread<C>[][] = line.words.map(() => []);
  threads.push([]);
  const first = (line.words[from]?.text ?? "").toLowerCase();
  threads[from] = candidates
    .filter((candidate) => mayBegin(candidate.sentence, first))
    .map((candidate) => ({
      candidate,
      progress: negated ? startNegated(candidate.sentence) : start(candidate.sentence),
      strengths: [],
      secretWords: [],
    }));
  let failure: Reading<C>["failure"];
  for (let at = from; at < line.words.length; at++) {
    const here = threads[at] ?? [];
    if (here.length === 0) continue;
    const read = readWord(here, line, at, threads);
    if (read !== "read") failure = { kind: read, at };
  }
  return { threads, failure };
}

/** Most sentences are ruled out by their first word. */
function mayBegin({ nodes: [node] }: Sentence, first: string): boolean {
  return node?.kind !== "word" || node.text.startsWith(first);
}

/** Moves the threads that read the word at `at` on to where they read next. */
function readWord<C>(
  here: readonly Thread<C>[],
  line: Line,
  at: number,
  threads: Thread<C>[][],
): "read" | "ambiguous" | "incomplete" | "invalid" {
  const written = (line.words[at]?.text ?? "").toLowerCase();
  const moves: { readonly thread: Thread<C>; readonly move: Move }[] = [];
  for (const thread of here)
    if (!cannotRead(thread.progress, written))
      for (const move of expand(thread.progress).moves) moves.push({ thread, move });
  const begun = moves.filter(({ move }) => move.kind === "word" && move.text.startsWith(written));
  const exact = begun.filter(({ move }) => move.kind === "word" && move.text === written);
  const keywords = exact.length > 0 ? exact : begun;
  if (keywords.length > 0) {
    const texts = new Set(keywords.map(({ move }) => (move.kind === "word" ? move.text : "")));
    if (texts.size > 1) return "ambiguous";
    for (const { thread, move } of keywords)
      if (move.kind === "word")
        threads[at + 1]?.push({
          candidate: thread.candidate,
          progress: move.next,
          strengths: thread.strengths.concat(exact.length > 0 ? KEYWORD : ABBREVIATION),
          secretWords: thread.secretWords,
        });
    return "read";
  }
  let result: "read" | "incomplete" | "invalid" = "invalid";
  for (const { thread, move } of moves) {
    if (move.kind !== "value") continue;
    const found = readValue(move, line, at);
    if (found === "incomplete") result = result === "read" ? "read" : "incomplete";
    else if (found !== undefined) {
      const taken = line.words.slice(at, found.next);
      const secretWords = move.type.isSecret
        ? [...thread.secretWords, ...taken.map((_, i) => at + i)]
        : thread.secretWords;
      threads[found.next]?.push({
        ...thread,
        progress: move.next(found.value),
        strengths: [...thread.strengths, ...taken.map((): Strength => VALUE)],
        secretWords,
      });
      result = "read";
    }
  }
  return result;
}

function readValue(
  { type }: Extract<Move, { kind: "value" }>,
  line: Line,
  at: number,
): { value: unknown; next: number } | "incomplete" | undefined {
  const text = line.words[at]?.text ?? "";
  if (type.extent === "line") {
    const value = type.parse(restOfLine(line, at));
    return value === undefined ? undefined : { value, next: line.words.length };
  }
  const value = type.parse(text);
  if (value !== undefined) return { value, next: at + 1 };
  if (type.extent === "word") return undefined;
  const second = line.words[at + 1]?.text;
  if (second === undefined) return beginsSample(type, text) ? "incomplete" : undefined;
  const both = type.parse(`${text} ${second}`);
  return both === undefined ? undefined : { value: both, next: at + 2 };
}

function beginsSample({ samples }: ValueType, text: string): boolean {
  return samples.some((sample) => sample.text.toLowerCase().startsWith(text.toLowerCase()));
}
