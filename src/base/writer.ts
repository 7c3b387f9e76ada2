/** Octets written in network order into a growing buffer; lengths are filled in by scope, never computed by hand. */
import { MisuseError } from "./errors.ts";

export class Writer {
  #bytes: Uint8Array;
  #view: DataView;
  #length = 0;

  constructor(capacity = 256) {
    this.#bytes = new Uint8Array(capacity);
    this.#view = new DataView(this.#bytes.buffer);
  }

  /** Octets written so far. */
  get length(): number {
    return this.#length;
  }

  u8(value: number): void {
    const at = this.#grow(1);
    this.#view.setUint8(at, value);
  }

  u16(value: number): void {
    if (value > 0xffff) throw new MisuseError(`${value} does not fit in 16 bits`);
    const at = this.#grow(2);
    this.#view.setUint16(at, value);
  }

  u32(value: number): void {
    const at = this.#grow(4);
    this.#view.setUint32(at, value);
  }

  bytes(value: Uint8Array): void {
    const at = this.#grow(value.length);
    this.#bytes.set(value, at);
  }

  zeros(count: number): void {
    const at = this.#grow(count);
    this.#bytes.fill(0, at, at + count);
  }

  /** Overwrites one octet written before. */
  patchU8(at: number, value: number): void {
    if (at >= this.#length) throw new MisuseError(`cannot patch octet ${at} of ${this.#length}`);
    this.#view.setUint8(at, value);
  }

  /** Overwrites four octets written before. */
  patchU32(at: number, value: number): void {
    if (at + 4 > this.#length)
      throw new MisuseError(`cannot patch octets ${at}..${at + 3} of ${this.#length}`);
    this.#view.setUint32(at, value);
  }

  /** A 16-bit length, then `body`. The length counts `overhead` octets more than the body has. */
  lengthPrefixed16(body: (writer: this) => void, overhead = 0): void {
    const at = this.#grow(2);
    const start = this.#length;
    body(this);
    const length = this.#length - start + overhead;
    if (length > 0xffff) throw new MisuseError(`a part of ${length} octets does not fit in a 16-bit length`);
    this.#view.setUint16(at, length);
  }

  /** A copy of what was written. */
  finish(): Uint8Array {
    return this.#bytes.slice(0, this.#length);
  }

  #grow(count: number): number {
    const at = this.#length;
    const needed = at + count;
    if (needed > this.#bytes.length) {
      const bytes = new Uint8Array(Math.max(needed, this.#bytes.length * 2));
      bytes.set(this.#bytes);
      this.#bytes = bytes;
      this.#view = new DataView(bytes.buffer);
    }
    this.#length = needed;
    return at;
  }
}
