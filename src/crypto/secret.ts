/** Octets that must not be seen: they print as `[secret]` everywhere, and only `reveal` gives them out. */
import { concat, packed, unpacked } from "../base/octets.ts";

export class Secret {
  readonly #packed: string;

  /** Takes a copy. */
  constructor(bytes: Uint8Array) {
    this.#packed = packed(bytes);
  }

  /** A copy of the octets, for the caller to wipe. The word is chosen to be found by a search. */
  reveal(): Uint8Array {
    return unpacked(this.#packed);
  }

  get length(): number {
    return this.#packed.length;
  }

  toJSON(): string {
    return "[secret]";
  }

  toString(): string {
    return "[secret]";
  }
}

/**
 * Several secrets as one text, for a private field of what there are ten thousands of: a Secret of its own takes 32 octets more
 * for each. Such a field is as hidden as a Secret's.
 */
export function joinSecrets(...secrets: readonly Secret[]): string {
  return packed(concat(...secrets.map((secret) => secret.reveal())));
}

/** The octets from `start` to `end` of what was joined. */
export function secretIn(joined: string, start: number, end: number): Secret {
  return new Secret(unpacked(joined.slice(start, end)));
}
