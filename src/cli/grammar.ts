/** The nodes sentences are made of: data that the matcher, the printer, `?`, Tab and the reference each walk. */

/** What a sentence says, by the names of its parts; undefined for what an optional part left out. */
export type Arguments = Readonly<Record<string, unknown>>;

export type Node =
  | WordNode
  | ValueNode
  | RepeatedNode
  | OptionalNode
  | ChoiceNode
  | BranchesNode
  | AnyOrderNode;

/** A keyword, which may be abbreviated. */
export interface WordNode {
  readonly kind: "word";
  readonly text: string;
  readonly help: string;
  /** How it prints, where IOS itself prints an abbreviation. */
  readonly printed: string;
  /** Its presence is an argument: `true`. */
  readonly flag: string | undefined;
}

/** Something of the operator's own. */
export interface ValueNode {
  readonly kind: "value";
  readonly name: string;
  readonly type: ValueType;
  readonly help: string;
}

/** One to `max` values; the argument is an array. */
export interface RepeatedNode {
  readonly kind: "repeated";
  readonly name: string;
  readonly type: ValueType;
  readonly help: string;
  readonly max: number;
}

/** All of `nodes`, or none. */
export interface OptionalNode {
  readonly kind: "optional";
  readonly nodes: readonly Node[];
}

/** One of several keywords that each stand for a value, or a value written out. */
export interface ChoiceNode {
  readonly kind: "choice";
  readonly name: string;
  /** What the reference calls it where it cannot list its words. */
  readonly label: string;
  readonly words: readonly ChoiceWord[];
  readonly otherwise: { readonly type: ValueType; readonly help: string } | undefined;
}

export interface ChoiceWord {
  readonly text: string;
  readonly value: unknown;
  readonly help: string;
}

/** One of several forms; the argument is an object with the form's name as `kind` and its arguments. */
export interface BranchesNode {
  readonly kind: "branches";
  readonly name: string;
  readonly branches: readonly Branch[];
}

export interface Branch {
  readonly kind: string;
  readonly nodes: readonly Node[];
}

/** Each option at most once, in any order, at least `atLeast` of them. They print in the order given here. */
export interface AnyOrderNode {
  readonly kind: "any-order";
  readonly options: readonly (readonly Node[])[];
  readonly atLeast: number;
}

/** How a value is written. */
export interface ValueType<V = unknown> {
  /** What `?` and the reference show for it: `A.B.C.D`, `<1-10000>`. */
  readonly placeholder: string;
  /** What it takes: a word; all that is left of the line; a word, or two where the first alone is not one. */
  readonly extent: "word" | "line" | "word or two";
  /** Its text must not be seen in problems and explanations. */
  readonly isSecret: boolean;
  /** Which values there are, for tests that make some. */
  readonly domain: Domain;
  /** What `?` lists in place of the placeholder, and Tab completes. */
  readonly samples: readonly { readonly text: string; readonly help: string }[];
  parse(text: string): V | undefined;
  print(value: V): string;
}

export type Domain =
  | { readonly kind: "integer"; readonly min: number; readonly max: number }
  /** Words of a kind of their own, some of them. */
  | { readonly kind: "among"; readonly words: readonly string[] }
  | { readonly kind: "address" | "mask" | "name" | "line" | "interface" | "access-list-name" | "host-name" };

/** The names of arguments that nodes give, outermost only. */
export function argumentNames(nodes: readonly Node[]): readonly string[] {
  const known = NAMES.get(nodes);
  if (known !== undefined) return known;
  const names = nodes.flatMap(namesOf);
  NAMES.set(nodes, names);
  return names;
}

/** Sentences are read by the thousand, and their nodes never change. */
const NAMES = new WeakMap<readonly Node[], readonly string[]>();

function namesOf(node: Node): readonly string[] {
  switch (node.kind) {
    case "word":
      return node.flag === undefined ? [] : [node.flag];
    case "value":
    case "repeated":
    case "choice":
    case "branches":
      return [node.name];
    case "optional":
      return argumentNames(node.nodes);
    case "any-order":
      return node.options.flatMap(argumentNames);
  }
}
