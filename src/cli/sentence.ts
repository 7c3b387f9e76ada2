/**
 * Sentences: what an operator can write, put together from parts. The types of their arguments follow from the parts, so
 * that what acts on a sentence is checked against how it is written.
 */
import type { Arguments, Branch, Node, ValueType } from "./grammar.ts";

/** A part of a sentence that contributes the arguments `A`. */
export interface Part<A extends object = object> {
  readonly node: Node;
  /** Never there: carries the type. */
  readonly contributes?: A;
}

/** The arguments of a sequence of parts. */
export type ArgumentsOf<P extends readonly Part[]> = Simplify<Intersection<Contribution<P[number]>>>;

type Contribution<P> = P extends Part<infer A> ? A : never;
// Wrapped in functions, so that a union among the arguments of one part is not taken for several parts.
type Intersection<U> = (U extends unknown ? (all: U) => void : never) extends (all: infer I) => void
  ? I
  : never;
type Simplify<T> = { readonly [K in keyof T]: T[K] };
type Absent<T> = { readonly [K in keyof T]: T[K] | undefined };
export type Nothing = Record<never, never>;

/** `printed`: where IOS prints an abbreviation, as `encr`. */
export function word(text: string, help: string, options: { printed?: string } = {}): Part<Nothing> {
  return { node: { kind: "word", text, help, printed: options.printed ?? text, flag: undefined } };
}

/** A keyword that may be there or not. */
export function flag<const N extends string>(
  name: N,
  text: string,
  help: string,
): Part<{ readonly [K in N]: true | undefined }> {
  return {
    node: { kind: "optional", nodes: [{ kind: "word", text, help, printed: text, flag: name }] },
  };
}

export function value<const N extends string, V>(
  name: N,
  type: ValueType<V>,
  help: string,
): Part<{ readonly [K in N]: V }> {
  return { node: { kind: "value", name, type: untyped(type), help } };
}

/** One to `max` values. */
export function repeated<const N extends string, V>(
  name: N,
  type: ValueType<V>,
  max: number,
  help: string,
): Part<{ readonly [K in N]: readonly V[] }> {
  return { node: { kind: "repeated", name, type: untyped(type), help, max } };
}

export function optional<const P extends readonly Part[]>(...parts: P): Part<Absent<ArgumentsOf<P>>> {
  return { node: { kind: "optional", nodes: nodesOf(parts) } };
}

/** Keywords with the value and the help of each: `choice("hash", { sha: ["sha1", "Secure Hash Standard"] })`. */
export function choice<const N extends string, const V, W = never>(
  name: N,
  words: Readonly<Record<string, readonly [value: V, help: string]>>,
  otherwise?: { readonly type: ValueType<W>; readonly help: string },
  label: string = name.toUpperCase(),
): Part<{ readonly [K in N]: V | W }> {
  return {
    node: {
      kind: "choice",
      name,
      label,
      words: Object.entries(words).map(([text, [value, help]]) => ({ text, value, help })),
      otherwise:
        otherwise === undefined ? undefined : { type: untyped(otherwise.type), help: otherwise.help },
    },
  };
}

/** One of several forms, told apart by `kind`. */
export function oneOf<const N extends string, const B extends Readonly<Record<string, readonly Part[]>>>(
  name: N,
  branches: B,
): Part<{ readonly [K in N]: { [F in keyof B]: { readonly kind: F } & ArgumentsOf<B[F]> }[keyof B] }> {
  const forms: readonly Branch[] = Object.entries(branches).map(([kind, parts]) => ({
    kind,
    nodes: nodesOf(parts),
  }));
  return { node: { kind: "branches", name, branches: forms } };
}

/** Each of the options at most once, in any order. */
export function anyOrder<const P extends readonly (readonly Part[])[]>(
  atLeast: number,
  ...options: P
): Part<Absent<Intersection<ArgumentsOf<P[number]>>>> {
  return { node: { kind: "any-order", options: options.map(nodesOf), atLeast } };
}

export function nodesOf(parts: readonly Part[]): readonly Node[] {
  return parts.map((part) => part.node);
}

/** What can be entered, and how much of it `no` needs. */
export interface Sentence {
  readonly nodes: readonly Node[];
  /** The leading nodes that `no` needs; the rest may follow it. */
  readonly key: number;
}

export function sentence(parts: readonly Part[], key: number = parts.length): Sentence {
  return { nodes: nodesOf(parts), key };
}

/** Arguments with the types that the sentence's parts give them. */
export function typed<A>(args: Arguments): A {
  return args as A; // the matcher makes them from the very nodes that A follows from
}

function untyped<V>(type: ValueType<V>): ValueType {
  return type as ValueType; // a node prints only what its own type has parsed, or a lens has typed
}
