/** Random lines of the command language, made from the very definitions that read them. */
import fc, { type Arbitrary } from "fast-check";
import { GLOBAL_MODE } from "../../src/cli/config/global-mode.ts";
import { enter, MOVEMENTS, startEditing } from "../../src/cli/editing.ts";
import type { Domain, Node, ValueType } from "../../src/cli/grammar.ts";
import { type Mode, openedModes, type Statement } from "../../src/cli/mode.ts";
import type { Sentence } from "../../src/cli/sentence.ts";

/** Words of lines that say the sentence. */
export function wordsOf({ nodes }: Sentence): Arbitrary<readonly string[]> {
  return sequence(nodes);
}

function sequence(nodes: readonly Node[]): Arbitrary<readonly string[]> {
  return fc.tuple(...nodes.map(wordsOfNode)).map((parts) => parts.flat());
}

function wordsOfNode(node: Node): Arbitrary<readonly string[]> {
  switch (node.kind) {
    case "word":
      return fc.constant([node.text]);
    case "value":
      return valueText(node.type).map((text) => [text]);
    case "repeated":
      return fc.array(valueText(node.type), { minLength: 1, maxLength: node.max });
    case "optional":
      return fc.oneof(fc.constant([]), sequence(node.nodes));
    case "choice": {
      const words = fc.constantFrom(...node.words.map(({ text }) => [text]));
      return node.otherwise === undefined
        ? words
        : fc.oneof(
            words,
            valueText(node.otherwise.type).map((text) => [text]),
          );
    }
    case "branches":
      return fc.oneof(...node.branches.map(({ nodes }) => sequence(nodes)));
    case "any-order":
      return fc
        .shuffledSubarray([...node.options], { minLength: node.atLeast })
        .chain((chosen) => fc.tuple(...chosen.map(sequence)).map((parts) => parts.flat()));
  }
}

function valueText(type: ValueType): Arbitrary<string> {
  return textIn(type.domain).filter((text) => type.parse(text) !== undefined);
}

/** From small sets, so that lines happen to speak of the same things. */
function textIn(domain: Domain): Arbitrary<string> {
  switch (domain.kind) {
    case "integer":
      return fc
        .oneof(
          fc.constantFrom(domain.min, domain.max),
          fc.integer({ min: domain.min, max: Math.min(domain.max, domain.min + 3) }),
          fc.integer({ min: domain.min, max: domain.max }),
        )
        .map(String);
    case "among":
      return fc.constantFrom(...domain.words);
    case "address":
      return fc.constantFrom(
        "10.1.1.1",
        "10.1.2.0",
        "0.0.0.255",
        "172.16.172.20",
        "0.0.0.0",
        "192.168.0.200",
      );
    case "mask":
      return fc.constantFrom("255.255.255.0", "255.255.255.255", "0.0.0.0", "255.255.255.252");
    case "interface":
      return fc.constantFrom("Ethernet0/0", "Serial0", "Loopback12", "fa0/1.5", "vlan 7");
    case "name":
      return fc.constantFrom("vpn", "myset", "101", "gre1", "A", "jw4ep98!04");
    case "host-name":
      return fc.constantFrom("Peer", "peer", "lab-isdn.example.com");
    case "access-list-name":
      return fc.constantFrom("gre1", "lan", "A-101");
    case "line":
      return fc.constantFrom("x", "in place of  two spaces", "^C text ^C", "1 permit");
  }
}

/** In the report of a failure. */
function shownAs<T extends object>(text: string, value: T): T {
  return Object.assign(value, { [fc.toStringMethod]: () => text });
}

/** A line that enters a statement, and how it is taken back. */
export interface RandomLine {
  readonly statement: Statement;
  readonly words: readonly string[];
  readonly text: string;
}

export function lineOf(statement: Statement): Arbitrary<RandomLine> {
  return wordsOf(statement.sentence).map((words) => {
    const text = words.join(" ");
    return shownAs(text, { statement, words, text });
  });
}

export function lineIn(mode: Mode): Arbitrary<RandomLine> {
  const made = LINES.get(mode) ?? fc.oneof(...mode.statements.map(lineOf));
  LINES.set(mode, made);
  return made;
}

/** Making an arbitrary takes longer than drawing from it. */
const LINES = new WeakMap<Mode, Arbitrary<RandomLine>>();

/** A mode and the lines that lead there; none to global configuration. */
export interface RandomPlace {
  readonly mode: Mode;
  readonly headers: readonly string[];
}

export function place(global: Mode = GLOBAL_MODE): Arbitrary<RandomPlace> {
  const globally = fc.constant(shownAs("globally", { mode: global, headers: [] }));
  return openedModes(global.statements).length === 0
    ? globally
    : fc.oneof(
        globally,
        below(global, []).filter(({ headers }) => isReached(headers)),
      );
}

/** Not `line vty 4 0`, which is a sentence and leads nowhere. */
function isReached(headers: readonly string[]): boolean {
  let editing = startEditing();
  for (const [i, text] of headers.entries()) {
    const entered = enter(editing, text, { file: "test", line: i + 1 });
    if (entered.kind === "refused") return false;
    editing = entered.editing;
  }
  return true;
}

/** A mode below this one, or one below that. */
function below(above: Mode, before: readonly string[]): Arbitrary<RandomPlace> {
  const opening = above.statements.filter(({ opens }) => opens !== undefined);
  return fc.oneof(...opening.map(lineOf)).chain(({ statement, text }) => {
    const mode = statement.opens ?? above;
    const headers = [...before, text];
    const here = fc.constant(shownAs(headers.join(" / "), { mode, headers }));
    return mode.statements.some(({ opens }) => opens !== undefined)
      ? fc.oneof(here, below(mode, headers))
      : here;
  });
}

/** Lines of a configuration: modes with lines of their own, now and then with `no`. */
export function configurationLines(global: Mode = GLOBAL_MODE): Arbitrary<readonly string[]> {
  const block = place(global).chain(({ mode, headers }) =>
    fc
      .array(fc.tuple(lineIn(mode), fc.integer({ min: 0, max: 9 })), { maxLength: 6 })
      .map((lines) => [
        ...(headers.length === 0 ? ["exit", "exit"] : headers),
        ...lines.map(([{ text }, chance]) => (chance === 0 ? `no ${text}` : text)),
      ]),
  );
  return fc
    .array(block, { maxLength: 8 })
    .map((blocks) => blocks.flat().filter((line) => !MOVES.includes(line)));
}

const MOVES = MOVEMENTS.map(({ sentence }) =>
  sentence.nodes.map((node) => (node.kind === "word" ? node.text : "")).join(" "),
);
