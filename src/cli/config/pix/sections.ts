/**
 * How a PIX writes what IOS writes below a line: each setting in a line of its own, which begins with that line
 * (`isakmp policy 10 hash md5`). Its configuration prints section by section.
 */
import type { Configuration } from "../../../config/configuration.ts";
import { type Arguments, argumentNames, type Node } from "../../grammar.ts";
import { isRefusal, type Statement, type Written } from "../../mode.ts";
import { printNegated, printNodes, printSentence } from "../../print.ts";
import { nodesOf, type Part } from "../../sentence.ts";

/** Statements that print together. */
export interface Section {
  readonly statements: readonly Statement[];
  lines(configuration: Configuration, all: boolean): readonly string[];
}

/** Statement by statement. */
export function section(...statements: readonly Statement[]): Section {
  return {
    statements,
    lines: (configuration, all) =>
      statements.flatMap((statement) =>
        statement.written(configuration, {}, all).map((written) => lineOf(statement, written)),
      ),
  };
}

/** It prints with its default too. */
export function alwaysWritten(statement: Statement): Statement {
  return {
    ...statement,
    written: (configuration, place) => statement.written(configuration, place, true),
  };
}

export interface EntryOptions {
  /** Whether the line that begins the entry stands by itself, or only where nothing else tells of the entry. */
  readonly ownLine: "always" | "when empty";
  /** Settings print also where they have their defaults. */
  readonly printsDefaults?: boolean;
}

/**
 * Entry by entry. `opener` is IOS's line with its mode, `header` the PIX's words for it, with the same arguments;
 * `ending`, what the line that stands by itself has besides.
 */
export function entries(
  opener: Statement,
  header: readonly Part[],
  options: EntryOptions,
  ending: readonly Part[] = [],
): Section {
  const headNodes = nodesOf(header);
  const names = argumentNames(headNodes);
  const own: Statement = {
    ...opener,
    sentence: { nodes: [...headNodes, ...nodesOf(ending)], key: headNodes.length },
    opens: undefined,
    announcement: () => undefined,
  };
  const inner = opener.opens?.statements ?? [];
  const linesOfEntry = (configuration: Configuration, written: Written, all: boolean): readonly string[] => {
    if (written.kind !== "said") return [];
    const head = printNodes(headNodes, written.args).join(" ");
    const settings = inner.flatMap((statement) =>
      statement
        .written(configuration, written.args, all || options.printsDefaults === true)
        .map((setting) => prefixed(head, lineOf(spelled(statement), setting))),
    );
    const stands = options.ownLine === "always" || settings.length === 0;
    return stands ? [lineOf(own, written), ...settings] : settings;
  };
  return {
    statements: [own, ...inner.map((statement) => inOneLine(opener, headNodes, names, spelled(statement)))],
    lines: (configuration, all) =>
      opener.written(configuration, {}, all).flatMap((written) => linesOfEntry(configuration, written, all)),
  };
}

/** A setting with the line that leads to it: both are entered, and `no` takes the setting back alone. */
function inOneLine(
  opener: Statement,
  head: readonly Node[],
  names: readonly string[],
  statement: Statement,
): Statement {
  const { nodes, key } = statement.sentence;
  const placeOf = (args: Arguments) => Object.fromEntries(names.map((name) => [name, args[name]]));
  const takingBack =
    (change: Statement["remove"]): Statement["remove"] =>
    (configuration, _place, args, origin) => {
      const place = placeOf(args);
      const isThere = opener
        .written(configuration, {}, false)
        .some(({ kind, ...written }) => kind === "said" && "args" in written && isPlace(written.args, place));
      return isThere ? change(configuration, place, args, origin) : configuration;
    };
  return {
    ...statement,
    sentence: { nodes: [...head, ...nodes], key: head.length + key },
    apply: (configuration, _place, args, origin) => {
      const place = placeOf(args);
      const begun = opener.apply(configuration, {}, place, origin);
      return isRefusal(begun) ? begun : statement.apply(begun, place, args, origin);
    },
    remove: takingBack(statement.remove),
    reset: takingBack(statement.reset),
    written: () => [],
  };
}

function isPlace(args: Arguments, place: Arguments): boolean {
  return Object.entries(place).every(([name, value]) => args[name] === value);
}

/** IOS's own abbreviations are not the PIX's. */
function spelled(statement: Statement): Statement {
  const nodes = statement.sentence.nodes.map((node) =>
    node.kind === "word" ? { ...node, printed: node.text } : node,
  );
  return { ...statement, sentence: { ...statement.sentence, nodes } };
}

function prefixed(head: string, line: string): string {
  return line.startsWith("no ") ? `no ${head} ${line.slice(3)}` : `${head} ${line}`;
}

function lineOf({ sentence }: Statement, written: Written): string {
  switch (written.kind) {
    case "said":
      return printSentence(sentence, written.args);
    case "negated":
      return printNegated(sentence, written.args);
    case "kept":
      return written.text;
  }
}
