/** Sentences as the reference shows them: their form, and what each word means. */
import type { ChoiceNode, Node } from "./grammar.ts";

/** `crypto isakmp key [0 | 6] WORD {address A.B.C.D [A.B.C.D] | hostname Hostname} [no-xauth]`. */
export function syntax(nodes: readonly Node[]): string {
  return nodes.map(syntaxOf).join(" ");
}

/** The same in several lines, one for each form, where it is too long for one. */
export function syntaxLines(nodes: readonly Node[]): string[] {
  const whole = syntax(nodes);
  const at = nodes.findLastIndex((node) => node.kind === "branches" && syntaxOf(node).length > LONG_FORM);
  const node = nodes[at];
  if (whole.length <= LINE_MAX || node?.kind !== "branches") return [whole];
  return node.branches.flatMap((branch) => syntaxLines(nodes.toSpliced(at, 1, ...branch.nodes)));
}

const LINE_MAX = 110;
/** Forms that are shorter than this stay in the line. */
const LONG_FORM = 80;

function syntaxOf(node: Node): string {
  switch (node.kind) {
    case "word":
      return node.text;
    case "value":
      return node.type.placeholder;
    case "repeated":
      return `${node.type.placeholder} [... up to ${node.max}]`;
    case "optional":
      return `[${inner(node.nodes)}]`;
    case "choice":
    case "branches":
      return alternatives(node).length === 1 ? inner([node]) : `{${inner([node])}}`;
    case "any-order":
      return node.options.map((option) => `[${inner(option)}]`).join(" ");
  }
}

/** What stands within brackets, which need none of their own inside. */
function inner(nodes: readonly Node[]): string {
  const [only, ...others] = nodes;
  if (only === undefined || others.length > 0) return syntax(nodes);
  if (only.kind === "optional") return inner(only.nodes);
  return only.kind === "choice" || only.kind === "branches" ? alternatives(only).join(" | ") : syntaxOf(only);
}

function alternatives(node: Extract<Node, { kind: "choice" | "branches" }>): string[] {
  if (node.kind === "branches") return node.branches.map(({ nodes }) => syntax(nodes));
  if (isLong(node)) return [node.label];
  const { words, otherwise } = node;
  return [...words.map(({ text }) => text), ...(otherwise === undefined ? [] : [otherwise.type.placeholder])];
}

/** Too many words to stand in a line: they are told below it. */
function isLong({ words }: ChoiceNode): boolean {
  return words.length > 8;
}

export interface Meaning {
  readonly text: string;
  readonly help: string;
}

/** What the words and values of some nodes mean, each once. */
export function meanings(nodes: readonly Node[]): readonly Meaning[] {
  const found = new Map<string, Meaning>();
  for (const meaning of nodes.flatMap(meaningsOf)) {
    const key = `${meaning.text} ${meaning.help}`;
    if (!found.has(key)) found.set(key, meaning);
  }
  return [...found.values()];
}

function meaningsOf(node: Node): Meaning[] {
  switch (node.kind) {
    case "word":
      return [{ text: node.text, help: node.help }];
    case "value":
    case "repeated":
      return [{ text: node.type.placeholder, help: node.help }];
    case "optional":
      return node.nodes.flatMap(meaningsOf);
    case "choice":
      return choiceMeanings(node);
    case "branches":
      return node.branches.flatMap(({ nodes }) => nodes.flatMap(meaningsOf));
    case "any-order":
      return node.options.flatMap((option) => option.flatMap(meaningsOf));
  }
}

function choiceMeanings(node: ChoiceNode): Meaning[] {
  const { words, otherwise, label } = node;
  const written = otherwise === undefined ? [] : [{ text: otherwise.type.placeholder, help: otherwise.help }];
  if (!isLong(node)) return [...words.map(({ text, help }) => ({ text, help })), ...written];
  const texts = [...words, ...written].map(({ text }) => `\`${text}\``);
  return [{ text: label, help: `one of ${texts.join(", ")}` }];
}
