/**
 * Named, bounds-checked reads from octets in network order. Every read says what it reads, so that one decoder yields
 * values, precise errors and, with a recorder, a byte-by-byte dissection.
 */
import { MalformedError } from "./errors.ts";
import { plain } from "./octets.ts";

/** One recorded read. `depth` counts the `within` levels above it; `length` is in octets. */
export interface ReadField {
  readonly path: string;
  readonly offset: number;
  readonly length: number;
  readonly depth: number;
  readonly value: number | Uint8Array;
}

export interface ReaderOptions {
  /** First part of every path, e.g. `HDR`. */
  readonly name?: string;
  /** What to add to every reported offset, when `bytes` is a part of something larger. */
  readonly baseOffset?: number;
  /** Receives every read in order. */
  readonly record?: (field: ReadField) => void;
}

export class Reader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #path: string;
  readonly #base: number;
  readonly #depth: number;
  readonly #record: ((field: ReadField) => void) | undefined;
  #position = 0;

  constructor(bytes: Uint8Array, options: ReaderOptions = {}, depth = 0) {
    this.#bytes = plain(bytes);
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#path = options.name ?? "";
    this.#base = options.baseOffset ?? 0;
    this.#depth = depth;
    this.#record = options.record;
  }

  /** Octets not yet read. */
  get remaining(): number {
    return this.#bytes.length - this.#position;
  }

  /** Offset of the next octet from the start of the outermost input. */
  get offset(): number {
    return this.#base + this.#position;
  }

  u8(name: string): number {
    const at = this.#take(name, 1);
    return this.#report(name, at, 1, this.#view.getUint8(at));
  }

  u16(name: string): number {
    const at = this.#take(name, 2);
    return this.#report(name, at, 2, this.#view.getUint16(at));
  }

  u32(name: string): number {
    const at = this.#take(name, 4);
    return this.#report(name, at, 4, this.#view.getUint32(at));
  }

  /** A copy of the next `length` octets. */
  bytes(name: string, length: number): Uint8Array {
    const at = this.#take(name, length);
    return this.#report(name, at, length, this.#bytes.slice(at, at + length));
  }

  /** A copy of all octets that are left, possibly none. */
  rest(name: string): Uint8Array {
    return this.bytes(name, this.remaining);
  }

  /** A reader confined to the next `length` octets, which this one skips. */
  within(name: string, length: number): Reader {
    const at = this.#take(name, length);
    return new Reader(
      this.#bytes.subarray(at, at + length),
      {
        name: this.#join(name),
        baseOffset: this.#base + at,
        ...(this.#record === undefined ? {} : { record: this.#record }),
      },
      this.#depth + 1,
    );
  }

  /** Demands that nothing is left. */
  end(): void {
    if (this.remaining > 0) this.fail(`${this.remaining} bytes more than expected`);
  }

  /** Refuses what was read: the value of `name` is not acceptable. The offset is that of the next read, or `at`. */
  fail(reason: string, name = "", at: number = this.offset): never {
    throw new MalformedError(reason, name === "" ? this.#path || "input" : this.#join(name), at);
  }

  #take(name: string, length: number): number {
    if (length < 0 || length > this.remaining)
      this.fail(
        `needs ${length} ${length === 1 ? "byte" : "bytes"}, ${Math.max(0, this.remaining)} left`,
        name,
      );
    const at = this.#position;
    this.#position += length;
    return at;
  }

  #report<T extends number | Uint8Array>(name: string, at: number, length: number, value: T): T {
    this.#record?.({ path: this.#join(name), offset: this.#base + at, length, depth: this.#depth, value });
    return value;
  }

  #join(name: string): string {
    return this.#path === "" ? name : `${this.#path}.${name}`;
  }
}
