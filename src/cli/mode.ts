/**
 * Statements: sentences that say something about the configuration, with the lens that reads and writes it. A mode is the
 * list of statements that may be entered at one place, in the order in which IOS prints them.
 */
import type { Origin } from "../base/origin.ts";
import type { Configuration } from "../config/configuration.ts";
import type { Arguments } from "./grammar.ts";
import { type ArgumentsOf, type Nothing, type Part, type Sentence, sentence, typed } from "./sentence.ts";

export interface Mode {
  /** What the reference calls it: `Crypto map entry`. */
  readonly title: string;
  /** Within the parentheses of the prompt. */
  readonly prompt: string;
  readonly statements: readonly Statement[];
}

/** Types of place and arguments are gone here, so that all statements are alike to parser, printer and reference. */
export interface Statement {
  readonly sentence: Sentence;
  /** What a change says: the arguments of the sentence, and where it is entered: those of the sentence before the mode. */
  apply(configuration: Configuration, place: Arguments, args: Arguments, origin: Origin | undefined): Change;
  remove(configuration: Configuration, place: Arguments, args: Arguments, origin: Origin | undefined): Change;
  /** What `default` does: as if nothing had been said. */
  reset(configuration: Configuration, place: Arguments, args: Arguments, origin: Origin | undefined): Change;
  /** Everything of it that the configuration says. `all`: defaults too. */
  written(configuration: Configuration, place: Arguments, all: boolean): readonly Written[];
  /** The mode that it leads into. */
  readonly opens: Mode | undefined;
  /** Which mode it is, where what is there decides. */
  readonly modeFor?: (configuration: Configuration, args: Arguments) => Mode;
  /** For lines that are kept and have no effect. */
  readonly keeps: Keeping | undefined;
  /** For a line that octets follow. */
  readonly octets: OctetsTaking | undefined;
  /** What IOS says to the operator who enters it; undefined is nothing. */
  announcement(before: Configuration, args: Arguments): string | undefined;
}

export interface OctetsTaking {
  /** Within the parentheses of the prompt while they are entered. */
  readonly prompt: string;
  /** How they are written, and with it what ends them: `quit`, or `exit`. */
  readonly form: OctetsForm;
  /** What the octets change; `place` and `args` are those of the line that they follow. */
  take(configuration: Configuration, place: Arguments, args: Arguments, octets: Uint8Array): Change;
}

export type OctetsForm = "hexadecimal" | "base64";

export type Change<T = Configuration> = T | Refusal;

/** IOS takes no notice of the line but for saying this. */
export interface Refusal {
  readonly refused: string;
}

export type Written =
  | {
      readonly kind: "said";
      readonly args: Arguments;
      /** Octets that follow the line. */
      readonly octets?: Uint8Array | undefined;
    }
  | { readonly kind: "negated"; readonly args: Arguments }
  | { readonly kind: "kept"; readonly text: string; readonly block: readonly string[] };

export interface Keeping {
  /** `unsupported`: it would have an effect on a router, which is missing here. `used`: it has one, and is kept as text. */
  readonly effect: "none" | "unsupported" | "used";
  readonly block: BlockKind | undefined;
  /** Changes the block of the line that says `args`. */
  extend(
    configuration: Configuration,
    place: Arguments,
    args: Arguments,
    change: (block: readonly string[]) => readonly string[],
  ): Configuration;
}

/** Lines that follow a kept line and belong to it. */
export type BlockKind =
  /** Statements of a mode that is not known in detail; `words` are what they begin with. */
  | {
      readonly kind: "mode";
      readonly prompt: string;
      readonly words: readonly string[];
    }
  /** Text up to the delimiter that the line names. */
  | { readonly kind: "text" };

/** It is kept, and that is all. */
export function isWithoutEffect({ keeps }: Statement): boolean {
  return keeps !== undefined && keeps.effect !== "used";
}

export function isRefusal<T extends object>(change: T | Refusal): change is Refusal {
  return "refused" in change;
}

/** Where a mode's statements act: on which part of the configuration. */
export interface Place<T, P> {
  /** The part; a new one where it is not there. */
  read(configuration: Configuration, place: P): T;
  write(configuration: Configuration, place: P, part: T): Configuration;
}

/** How one setting reads and writes a part of the configuration. */
export interface Lens<T, A> {
  /** How many leading parts of the sentence `no` needs; all of them by default. */
  readonly key?: number;
  set(part: T, args: A, origin: Origin | undefined): Change<T>;
  /** Arguments after the key may be missing. */
  unset(part: T, args: { readonly [K in keyof A]: A[K] | undefined }, origin: Origin | undefined): Change<T>;
  /** What `default` does, where `no` means something else. */
  reset?(part: T, args: { readonly [K in keyof A]: A[K] | undefined }): Change<T>;
  get(part: T, all: boolean): readonly A[];
  /** What prints with `no`: arguments of the key. */
  negations?(part: T, all: boolean): readonly Partial<A>[];
}

/** Makes the statements of one place. */
export function statementsAt<T extends object, P extends object>(at: Place<T, P>) {
  return function setting<const S extends readonly Part[]>(
    parts: S,
    lens: Lens<T, ArgumentsOf<S>>,
  ): Statement {
    const change = (configuration: Configuration, place: Arguments, changed: (part: T) => Change<T>) => {
      const here = typed<P>(place);
      const part = changed(at.read(configuration, here));
      return isRefusal(part) ? part : at.write(configuration, here, part);
    };
    return {
      sentence: sentence(parts, lens.key),
      apply: (configuration, place, args, origin) =>
        change(configuration, place, (part) => lens.set(part, typed(args), origin)),
      remove: (configuration, place, args, origin) =>
        change(configuration, place, (part) => lens.unset(part, typed(args), origin)),
      reset: (configuration, place, args, origin) =>
        change(
          configuration,
          place,
          (part) => lens.reset?.(part, typed(args)) ?? lens.unset(part, typed(args), origin),
        ),
      written: (configuration, place, all) => {
        const part = at.read(configuration, typed<P>(place));
        return [
          ...(lens.negations?.(part, all) ?? []).map(
            (args) => ({ kind: "negated", args: { ...args } }) as const,
          ),
          ...lens.get(part, all).map((args) => ({ kind: "said", args: { ...args } }) as const),
        ];
      },
      opens: undefined,
      keeps: undefined,
      octets: undefined,
      announcement: () => undefined,
    };
  };
}

export const GLOBAL_PLACE: Place<Configuration, Nothing> = {
  read: (configuration) => configuration,
  write: (_configuration, _place, changed) => changed,
};

export const globalSetting = statementsAt(GLOBAL_PLACE);

/** A statement that opens a mode, and says so with `announce`. */
export function opening<A extends object>(
  statement: Statement,
  mode: Mode,
  announce: (before: Configuration, args: A) => string | undefined = () => undefined,
): Statement {
  return { ...statement, opens: mode, announcement: (before, args) => announce(before, typed<A>(args)) };
}

/** A statement that octets follow: where they go, where they are, and what asks for them. */
export function takingOctets<A extends object, P extends object>(
  statement: Statement,
  own: {
    readonly prompt: string;
    readonly form?: OctetsForm;
    readonly hint?: string;
    take(configuration: Configuration, place: P, args: A, octets: Uint8Array): Change;
    given(configuration: Configuration, place: P, args: A): Uint8Array | undefined;
  },
): Statement {
  return {
    ...statement,
    octets: {
      prompt: own.prompt,
      form: own.form ?? "hexadecimal",
      take: (configuration, place, args, octets) =>
        own.take(configuration, typed<P>(place), typed<A>(args), octets),
    },
    written: (configuration, place, all) =>
      statement
        .written(configuration, place, all)
        .map((written) =>
          written.kind === "said"
            ? { ...written, octets: own.given(configuration, typed<P>(place), typed<A>(written.args)) }
            : written,
        ),
    announcement: () => own.hint,
  };
}

/** All modes that statements lead into, those below them too, in the order of the statements. */
export function openedModes(statements: readonly Statement[]): Mode[] {
  const modes = statements.flatMap(({ opens }) =>
    opens === undefined ? [] : [opens, ...openedModes(opens.statements)],
  );
  return [...new Set(modes)];
}
