/**
 * Statements without effect here: their lines are kept as they are and print back. `no` before one either removes the
 * line, or is itself kept, for things that are on unless a configuration says otherwise.
 */
import type { Origin } from "../base/origin.ts";
import type { Configuration, KeptLine, KeptLines } from "../config/configuration.ts";
import type { Arguments } from "./grammar.ts";
import type { BlockKind, Keeping, Place, Statement } from "./mode.ts";
import { printSentence } from "./print.ts";
import { optional, type Part, type Sentence, sentence, typed, value } from "./sentence.ts";
import { LINE } from "./value-types.ts";
import { phrase } from "./vocabulary.ts";

export interface Traits {
  /** What a line replaces: the one of the same statement, or the same line alone. */
  readonly replaces: "statement" | "line";
  /** Whether `no` with it is kept. */
  readonly keepsNo: boolean;
  readonly effect: Keeping["effect"];
  readonly block: BlockKind | undefined;
}

/** Where lines are kept. */
export interface KeptPlace {
  read(configuration: Configuration, place: Arguments, args: Arguments): KeptLines;
  write(configuration: Configuration, place: Arguments, args: Arguments, kept: KeptLines): Configuration;
  /** Of all parts of the configuration that `args` may name. */
  all(configuration: Configuration, place: Arguments): KeptLines;
}

/** In a part of the configuration that has kept lines. */
export function keptIn<T extends { readonly kept: KeptLines }, P extends object>(at: Place<T, P>): KeptPlace {
  const read = (configuration: Configuration, place: Arguments) =>
    at.read(configuration, typed<P>(place)).kept;
  return {
    read,
    all: read,
    write: (configuration, place, _args, kept) => {
      const here = typed<P>(place);
      return at.write(configuration, here, { ...at.read(configuration, here), kept });
    },
  };
}

/** `key`: how many leading parts `no` needs; all by default. */
export function keeping(parts: readonly Part[], traits: Traits, at: KeptPlace, key?: number): Statement {
  const own = sentence(parts, key);
  const name = keywordsOf(own);
  const enter =
    (change: typeof with_, how: Traits = traits): Statement["apply"] =>
    (configuration, place, args, origin) => {
      const kept = at.read(configuration, place, args);
      const next = change(kept, name, printSentence(own, args), how, origin);
      return next === kept ? configuration : at.write(configuration, place, args, next);
    };
  return {
    sentence: own,
    apply: enter(with_),
    remove: enter(without),
    // Nothing is known of it any more, a `no` neither.
    reset: enter(forgotten, { ...traits, keepsNo: false }),
    written: (configuration, place) =>
      at
        .all(configuration, place)
        .filter(({ statement }) => statement === name)
        .map(({ text, block }) => ({ kind: "kept", text, block })),
    opens: undefined,
    keeps: {
      effect: traits.effect,
      block: traits.block,
      extend: (configuration, place, args, change) => {
        const text = printSentence(own, args);
        const kept = at
          .read(configuration, place, args)
          .map((each) =>
            each.text === text && each.statement === name ? { ...each, block: change(each.block) } : each,
          );
        return at.write(configuration, place, args, kept);
      },
    },
    octets: undefined,
    announcement: () => undefined,
  };
}

/** `words`, and whatever follows them. */
export function keptPhrase(words: string, help: string): readonly Part[] {
  return [...phrase(words, help), optional(value("rest", LINE, "The rest of the line, kept as it is"))];
}

/** A statement whose lines would do something on a router. */
export function unsupported(statement: Statement): Statement {
  const { keeps } = statement;
  return keeps === undefined ? statement : { ...statement, keeps: { ...keeps, effect: "unsupported" } };
}

/** A statement whose lines are kept as they are, and have their effect. */
export function used(statement: Statement): Statement {
  const { keeps } = statement;
  return keeps === undefined ? statement : { ...statement, keeps: { ...keeps, effect: "used" } };
}

/** The name of a statement among those of its mode. */
function keywordsOf({ nodes }: Sentence): string {
  return nodes.flatMap((node) => (node.kind === "word" ? [node.text] : [])).join(" ");
}

function with_(
  kept: KeptLines,
  statement: string,
  text: string,
  { replaces, block }: Traits,
  origin: Origin | undefined,
): KeptLines {
  const line: KeptLine = { statement, text, block: [], origin };
  const old = kept.find((other) => other.text === text) ?? kept.find((other) => isReplaced(other));
  // A mode that is entered again goes on; a text begins anew.
  const keepsBlock = (other: KeptLine) => other.text === text && block?.kind !== "text";
  if (old === undefined) return inserted(kept, line);
  return kept.map((other) => (other === old ? { ...line, block: keepsBlock(old) ? old.block : [] } : other));

  function isReplaced(other: KeptLine): boolean {
    return other.statement === statement && (replaces === "statement" || other.text === `no ${text}`);
  }
}

function without(
  kept: KeptLines,
  statement: string,
  text: string,
  { replaces, keepsNo }: Traits,
  origin: Origin | undefined,
): KeptLines {
  const isMeant = (other: KeptLine) =>
    other.statement === statement &&
    (replaces === "statement" || other.text === text || other.text.startsWith(`${text} `));
  if (!keepsNo) {
    const left = kept.filter((other) => !isMeant(other));
    return left.length === kept.length ? kept : left;
  }
  const negated: KeptLine = { statement, text: `no ${text}`, block: [], origin };
  const old = kept.find((other) => other.text === negated.text) ?? kept.find(isMeant);
  if (old === undefined) return inserted(kept, negated);
  return kept
    .map((other) => (other === old ? negated : other))
    .filter((other) => other === negated || !isMeant(other));
}

/** Without the line and without `no` with it. */
function forgotten(
  kept: KeptLines,
  statement: string,
  text: string,
  traits: Traits,
  origin: Origin | undefined,
): KeptLines {
  const isNo = (other: KeptLine) =>
    other.statement === statement && (other.text === `no ${text}` || other.text.startsWith(`no ${text} `));
  const left = kept.filter((other) => !isNo(other));
  return without(left.length === kept.length ? kept : left, statement, text, traits, origin);
}

/** After the lines of its own statement, and among the others by name. */
function inserted(kept: KeptLines, line: KeptLine): KeptLines {
  const at = kept.findIndex(({ statement }) => statement > line.statement);
  return kept.toSpliced(at < 0 ? kept.length : at, 0, line);
}
