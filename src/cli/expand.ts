/** What may come next in a sentence that is partly read: the one place where the meaning of each node is spelled out. */
import { type Arguments, argumentNames, type Node, type ValueType } from "./grammar.ts";
import type { Sentence } from "./sentence.ts";

/** A sentence partly read: what is left of it, and what was said so far. */
export interface Progress {
  readonly rest: Chain<Step>;
  readonly taken: Chain<Taken>;
}

/** One thing that may be written next. */
export type Move =
  | { readonly kind: "word"; readonly text: string; readonly help: string; readonly next: Progress }
  | {
      readonly kind: "value";
      readonly type: ValueType;
      readonly help: string;
      readonly next: (value: unknown) => Progress;
    };

export interface Expansion {
  readonly moves: Move[];
  /** Where the line may end here, what it then says. */
  complete: Progress | undefined;
}

/** Persistent list, last in first: progress is shared between the ways to go on. */
type Chain<T> = { readonly first: T; readonly rest: Chain<T> } | undefined;

type Step =
  | Node
  | { readonly kind: "more"; readonly node: Node & { kind: "repeated" }; readonly count: number }
  | {
      readonly kind: "options";
      readonly options: readonly (readonly Node[])[];
      readonly atLeast: number;
    }
  | { readonly kind: "close" }
  /** `no` may leave out what follows. */
  | { readonly kind: "may end" };

type Taken =
  | { readonly kind: "set" | "append"; readonly name: string; readonly value: unknown }
  | {
      readonly kind: "open";
      readonly name: string;
      readonly branch: string;
      readonly names: readonly string[];
    }
  | { readonly kind: "close" };

export function start({ nodes }: Sentence): Progress {
  return { rest: chain(nodes, undefined), taken: undefined };
}

/** The sentence after `no`: its key, then as much of the rest as is written. */
export function startNegated({ nodes, key }: Sentence): Progress {
  const steps = nodes.flatMap((node, i): Step[] => (i < key ? [node] : [{ kind: "may end" }, node]));
  return { rest: chain(steps, undefined), taken: undefined };
}

/** Quickly, for most sentences at most words: a keyword comes next, and not this one. */
export function cannotRead({ rest }: Progress, written: string): boolean {
  return rest?.first.kind === "word" && !rest.first.text.startsWith(written);
}

export function expand(progress: Progress): Expansion {
  const expansion: Expansion = { moves: [], complete: undefined };
  follow(progress, expansion);
  return expansion;
}

function follow({ rest, taken }: Progress, into: Expansion): void {
  if (rest === undefined) {
    into.complete ??= { rest, taken };
    return;
  }
  const { first: step, rest: after } = rest;
  switch (step.kind) {
    case "word":
      into.moves.push({
        kind: "word",
        text: step.text,
        help: step.help,
        next: { rest: after, taken: step.flag === undefined ? taken : push(taken, set(step.flag, true)) },
      });
      return;
    case "value":
      into.moves.push({
        kind: "value",
        type: step.type,
        help: step.help,
        next: (value) => ({ rest: after, taken: push(taken, set(step.name, value)) }),
      });
      return;
    case "repeated":
      return takeMore({ kind: "more", node: step, count: 0 }, after, taken, into);
    case "more":
      if (step.count < step.node.max) takeMore(step, after, taken, into);
      return follow({ rest: after, taken }, into);
    case "choice":
      for (const { text, value, help } of step.words)
        into.moves.push({
          kind: "word",
          text,
          help,
          next: { rest: after, taken: push(taken, set(step.name, value)) },
        });
      if (step.otherwise !== undefined)
        follow({ rest: push(after, { kind: "value", name: step.name, ...step.otherwise }), taken }, into);
      return;
    case "optional":
      follow({ rest: chain(step.nodes, after), taken }, into);
      return follow({ rest: after, taken }, into);
    case "branches":
      for (const { kind, nodes } of step.branches)
        follow(
          {
            rest: chain(nodes, push(after, { kind: "close" })),
            taken: push(taken, { kind: "open", name: step.name, branch: kind, names: argumentNames(nodes) }),
          },
          into,
        );
      return;
    case "any-order":
      return follow(
        { rest: push(after, { kind: "options", options: step.options, atLeast: step.atLeast }), taken },
        into,
      );
    case "options":
      step.options.forEach((nodes, i) => {
        const left = { ...step, options: step.options.toSpliced(i, 1), atLeast: step.atLeast - 1 };
        follow({ rest: chain(nodes, push(after, left)), taken }, into);
      });
      if (step.atLeast <= 0) follow({ rest: after, taken }, into);
      return;
    case "close":
      return follow({ rest: after, taken: push(taken, { kind: "close" }) }, into);
    case "may end":
      into.complete ??= { rest: undefined, taken };
      return follow({ rest: after, taken }, into);
  }
}

function takeMore(
  { node, count }: Extract<Step, { kind: "more" }>,
  after: Chain<Step>,
  taken: Chain<Taken>,
  into: Expansion,
): void {
  into.moves.push({
    kind: "value",
    type: node.type,
    help: node.help,
    next: (value) => ({
      rest: push(after, { kind: "more", node, count: count + 1 }),
      taken: push(taken, { kind: "append", name: node.name, value }),
    }),
  });
}

/** What was said, as the arguments that the sentence's parts promise. */
export function argumentsOf({ nodes }: Sentence, { taken }: Progress): Arguments {
  const outermost = scope(argumentNames(nodes));
  const open = [outermost];
  for (const step of inOrder(taken)) {
    const innermost = open.at(-1) ?? outermost;
    if (step.kind === "set") innermost[step.name] = step.value;
    else if (step.kind === "append") {
      const soFar = innermost[step.name];
      innermost[step.name] = Array.isArray(soFar) ? [...soFar, step.value] : [step.value];
    } else if (step.kind === "open") {
      const inner = { ...scope(step.names), kind: step.branch };
      innermost[step.name] = inner;
      open.push(inner);
    } else open.pop();
  }
  return outermost;
}

function scope(names: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(names.map((name) => [name, undefined]));
}

function set(name: string, value: unknown): Taken {
  return { kind: "set", name, value };
}

function push<T>(onto: Chain<T>, first: T): Chain<T> {
  return { first, rest: onto };
}

function chain<T>(items: readonly T[], rest: Chain<T>): Chain<T> {
  return items.reduceRight<Chain<T>>((after, first) => ({ first, rest: after }), rest);
}

function inOrder(taken: Chain<Taken>): Taken[] {
  const steps: Taken[] = [];
  for (let at = taken; at !== undefined; at = at.rest) steps.push(at.first);
  return steps.reverse();
}
