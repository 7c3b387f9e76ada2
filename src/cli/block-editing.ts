/** Lines that are no statements: of modes that are not known in detail, octets in hexadecimal, texts between delimiters. */
import { fromBase64 } from "../base/base64.ts";
import { fromHex } from "../base/octets.ts";
import type { Editing, KeptBlock } from "./editing.ts";
import type { Arguments } from "./grammar.ts";
import { isRefusal, type Refusal, type Statement } from "./mode.ts";
import type { Line } from "./words.ts";

/** Lines that are taken as they are. */
export type RawText =
  /** Up to `quit` or `exit`. */
  | {
      readonly kind: "octets";
      readonly statement: Statement;
      readonly place: Arguments;
      readonly args: Arguments;
      /** So far. */
      readonly digits: string;
    }
  /** Up to the delimiter. */
  | {
      readonly kind: "text";
      readonly statement: Statement;
      readonly args: Arguments;
      readonly delimiter: string;
    };

/** A line of a mode that is kept as a whole. */
export function enterBlockLine(editing: Editing, of: KeptBlock, line: Line): Editing {
  return extended(editing, of.statement, of.args, (block) => withBlockLine(block, line.text));
}

/** `no` takes a line back that is there; without that it may mean something, and is kept. */
function withBlockLine(block: readonly string[], text: string): readonly string[] {
  const positive = text.replace(/^no\s+/i, "");
  if (positive !== text && block.includes(` ${positive}`))
    return block.filter((other) => other !== ` ${positive}`);
  return block.includes(` ${text}`) ? block : [...block, ` ${text}`];
}

/**
 * What comes of a line that is taken as it is: the state after it, or a refusal; undefined where the line is not of that
 * kind, and ends it.
 */
export function enterRawLine(editing: Editing, raw: RawText, text: string): Editing | Refusal | undefined {
  if (raw.kind === "text") {
    const next = extended(editing, raw.statement, raw.args, (block) => [...block, text]);
    return text.includes(raw.delimiter) ? { ...next, raw: undefined } : next;
  }
  const trimmed = text.trim();
  const form = FORMS[raw.statement.octets?.form ?? "hexadecimal"];
  if (trimmed === "" || trimmed.startsWith("!")) return editing;
  if (trimmed.toLowerCase() === form.end) return octetsDone(editing, raw);
  const more = form.digitsOf(trimmed);
  if (more === undefined) return undefined;
  const digits = raw.digits + more;
  return digits.length > OCTETS_MAX * 2
    ? { refused: `% More than ${OCTETS_MAX} octets` }
    : { ...editing, raw: { ...raw, digits } };
}

/** How octets are written, and what ends them. */
const FORMS = {
  hexadecimal: {
    end: "quit",
    digitsOf: (text: string) => (/^[\da-f\s]+$/i.test(text) ? text.replace(/\s/g, "") : undefined),
    octetsOf: (digits: string) => (digits.length % 2 === 0 ? fromHex(digits) : undefined),
    fault: "% An odd number of hexadecimal digits makes no octets",
  },
  // As ssh-keygen writes a key, with its kind before it and a comment behind.
  base64: {
    end: "exit",
    digitsOf: (text: string) => /^(?:[a-z][\w@.-]*-[\w@.-]+\s+)?([A-Za-z\d+/=]+)(?:\s|$)/.exec(text)?.[1],
    octetsOf: fromBase64,
    fault: "%SSH: Failed to decode the Key Value",
  },
} as const;

function octetsDone(
  editing: Editing,
  { statement, place, args, digits }: Extract<RawText, { kind: "octets" }>,
): Editing | Refusal {
  if (statement.octets === undefined || digits === "") return { ...editing, raw: undefined };
  const form = FORMS[statement.octets.form];
  const octets = form.octetsOf(digits);
  if (octets === undefined) return { refused: form.fault };
  const change = statement.octets.take(editing.configuration, place, args, octets);
  return isRefusal(change) ? change : { ...editing, configuration: change, raw: undefined };
}

/** Of what is entered by hand: as much as a certificate may have. */
const OCTETS_MAX = 16_384;

/** The text that a line begins: a banner whose delimiter is not on the same line again. */
export function rawTextAfter(
  statement: Statement,
  args: Arguments,
): Extract<RawText, { kind: "text" }> | undefined {
  const { rest } = args;
  if (statement.keeps?.block?.kind !== "text" || typeof rest !== "string") return undefined;
  const delimiter = delimiterOf(rest);
  const isOpen = !rest.slice(delimiter.length).includes(delimiter);
  return isOpen ? { kind: "text", statement, args, delimiter } : undefined;
}

/** What a text begins and ends with. A configuration shows the control character that usually does as two characters. */
export function delimiterOf(rest: string): string {
  return rest.startsWith("^C") ? "^C" : rest.slice(0, 1);
}

function extended(
  editing: Editing,
  statement: Statement,
  args: Arguments,
  change: (block: readonly string[]) => readonly string[],
): Editing {
  const configuration = statement.keeps?.extend(editing.configuration, {}, args, change);
  return configuration === undefined ? editing : { ...editing, configuration };
}
