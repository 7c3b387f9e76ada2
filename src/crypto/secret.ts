/** Octets that must not be seen: they print as `[secret]` everywhere, and only `reveal` gives them out. */
import { packed, unpacked } from "../base/octets.ts";

/** Packed, as every idle tunnel keeps several of them. */
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

  /** The octets from `start` to `end`, as secret as the whole. */
  part(start: number, end: number): Secret {
    return new Secret(unpacked(this.#packed.slice(start, end)));
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
