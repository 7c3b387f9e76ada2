/** Lenses that many settings share: a value with a default, a value that may be missing, a switch. */
import type { Origin } from "../base/origin.ts";
import type { Setting } from "../config/configuration.ts";
import type { Change, Lens } from "./mode.ts";

/** A value that has a default: it prints if it differs, `no` gives the default back. */
export function defaulted<T, A, V>(own: {
  readonly key: number;
  readonly initial: V;
  read(part: T): Setting<V>;
  write(part: T, setting: Setting<V>): T;
  toValue(args: A): V;
  toArguments(value: V): A;
}): Lens<T, A> {
  return {
    key: own.key,
    set: (part, args, origin) => own.write(part, { value: own.toValue(args), origin }),
    unset: (part) => own.write(part, { value: own.initial, origin: undefined }),
    get: (part, all) => {
      const { value } = own.read(part);
      return all || value !== own.initial ? [own.toArguments(value)] : [];
    },
  };
}

/** A value that may be missing: `no` removes it. */
export function possible<T, A, V>(own: {
  readonly key: number;
  read(part: T): Setting<V> | undefined;
  write(part: T, setting: Setting<V> | undefined): T;
  toValue(args: A, origin: Origin | undefined): V | { readonly refused: string };
  toArguments(value: V): A;
}): Lens<T, A> {
  return {
    key: own.key,
    set: (part, args, origin): Change<T> => {
      const value = own.toValue(args, origin);
      return isRefused(value) ? value : own.write(part, { value, origin });
    },
    unset: (part) => own.write(part, undefined),
    get: (part) => {
      const setting = own.read(part);
      return setting === undefined ? [] : [own.toArguments(setting.value)];
    },
  };
}

/** On or off, without arguments. What differs from the default prints; `all` prints both. */
export function toggle<T>(own: {
  readonly initial: boolean;
  read(part: T): Setting<boolean>;
  write(part: T, setting: Setting<boolean>): T;
}): Lens<T, object> {
  return {
    set: (part, _args, origin) => own.write(part, { value: true, origin }),
    // The line that switches something off is its origin; one that restores the default is not kept.
    unset: (part, _args, origin) =>
      own.write(part, { value: false, origin: own.initial ? origin : undefined }),
    reset: (part) => own.write(part, { value: own.initial, origin: undefined }),
    get: (part, all) => {
      const { value } = own.read(part);
      return value && (all || !own.initial) ? [{}] : [];
    },
    negations: (part, all) => {
      const { value } = own.read(part);
      return !value && (all || own.initial) ? [{}] : [];
    },
  };
}

function isRefused(value: unknown): value is { readonly refused: string } {
  return typeof value === "object" && value !== null && "refused" in value;
}
