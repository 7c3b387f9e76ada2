/** Sentences written out: with their arguments as lines of a configuration, without as the syntax of the reference. */
import { type Arguments, argumentNames, type Node, type ValueType } from "./grammar.ts";
import { type ArgumentsOf, nodesOf, type Part, type Sentence } from "./sentence.ts";

/** Instead of a secret. */
export const REMOVED = "<removed>";

/** The line that says these arguments; read again it gives them back, unless its secrets are left out. */
export function printSentence(
  { nodes }: Sentence,
  args: Arguments,
  { withoutSecrets = false }: { readonly withoutSecrets?: boolean } = {},
): string {
  return printNodes(nodes, args, withoutSecrets ? removed : asItIs).join(" ");
}

/** The line that takes a sentence back: `no`, the words it needs, and of its values those that are there. */
export function printNegated({ nodes, key }: Sentence, args: Arguments): string {
  return ["no", ...printNodes(nodes.slice(0, key), args)].join(" ");
}

type PrintValue = (type: ValueType, value: unknown) => string;

function asItIs(type: ValueType, value: unknown): string {
  return type.print(value);
}

function removed(type: ValueType, value: unknown): string {
  return type.isSecret ? REMOVED : type.print(value);
}

/** The words of some parts alone. */
export function printParts<const P extends readonly Part[]>(parts: P, args: ArgumentsOf<P>): string {
  return printNodes(nodesOf(parts), { ...args }).join(" ");
}

export function printNodes(nodes: readonly Node[], args: Arguments, print: PrintValue = asItIs): string[] {
  return nodes.flatMap((node) => printNode(node, args, print));
}

function printNode(node: Node, args: Arguments, print: PrintValue): string[] {
  switch (node.kind) {
    case "word":
      return [node.printed];
    case "value":
      return args[node.name] === undefined ? [] : [print(node.type, args[node.name])];
    case "repeated":
      return listOf(args[node.name]).map((item) => print(node.type, item));
    case "optional":
      return isSaid(node.nodes, args) ? printNodes(node.nodes, args, print) : [];
    case "choice": {
      const chosen = node.words.find(({ value }) => value === args[node.name]);
      if (chosen !== undefined) return [chosen.text];
      return [node.otherwise === undefined ? "" : print(node.otherwise.type, args[node.name])];
    }
    case "branches": {
      const { kind: wanted, ...inner } = recordOf(args[node.name]);
      const branch = node.branches.find(({ kind }) => kind === wanted);
      return branch === undefined ? [] : printNodes(branch.nodes, inner, print);
    }
    case "any-order":
      return node.options.flatMap((option) => (isSaid(option, args) ? printNodes(option, args, print) : []));
  }
}

/** An optional part is said if any of its arguments is there. */
function isSaid(nodes: readonly Node[], args: Arguments): boolean {
  return argumentNames(nodes).some((name) => args[name] !== undefined);
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function recordOf(value: unknown): { readonly kind?: unknown } & Arguments {
  return typeof value === "object" && value !== null ? { ...value } : {};
}
