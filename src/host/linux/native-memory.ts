/**
 * Memory that system calls read and write: one block, given out in regions. The only place where addresses are made, each
 * from a range that is checked against its region. A region's own views are checked by the language.
 */
import { BugError, MisuseError } from "../../base/errors.ts";
import type { Libc } from "./libc.ts";

export class NativeMemory {
  readonly #block: ArrayBuffer;
  readonly #base: number;
  #used = 0;
  /** The octets that were asked for last, and those before them: packets of a train come from and go to the same ones. */
  #last: Place = NOWHERE;
  #before: Place = NOWHERE;

  /** The octets of `block`, which nobody else gives out. */
  constructor(libc: Pick<Libc, "addressOf">, block: ArrayBuffer) {
    this.#block = block;
    this.#base = libc.addressOf(this.#block);
    if (!Number.isSafeInteger(this.#base) || this.#base <= 0)
      throw new BugError("no address for a block of memory");
  }

  /** The address of `length` octets of `bytes` from `at` on; undefined where `bytes` are not of this memory. */
  addressIn(bytes: Uint8Array, at: number, length: number): number | undefined {
    const offset = this.offsetIn(bytes, at, length);
    return offset === undefined ? undefined : this.#base + offset;
  }

  /** The same as a place in the block. */
  offsetIn(bytes: Uint8Array, at: number, length: number): number | undefined {
    const place = this.#placeOf(bytes);
    if (place === undefined) return undefined;
    if (!(at >= 0 && length >= 0 && at + length <= bytes.length) || !Number.isInteger(at + length))
      throw new BugError(`${length} octets at ${at} of ${bytes.length}`);
    return place.offset + at;
  }

  #placeOf(bytes: Uint8Array): Place | undefined {
    if (bytes === this.#last.bytes) return this.#last;
    if (bytes === this.#before.bytes) return this.#before;
    if (bytes.buffer !== this.#block) return undefined;
    return this.#remember(bytes, bytes.byteOffset);
  }

  #remember(bytes: Uint8Array, offset: number): Place {
    this.#before = this.#last;
    this.#last = { bytes, offset };
    return this.#last;
  }

  /** So many octets of a region from `at` on, about to be used: their address is at hand. */
  part(region: Region, at: number, length: number): Uint8Array {
    const offset = region.address(at, length) - this.#base;
    const bytes = new Uint8Array(this.#block, offset, length);
    this.#remember(bytes, offset);
    return bytes;
  }

  /** Never given out twice. Throws MisuseError when the block is used up. */
  reserve(length: number): Region {
    const offset = Math.ceil(this.#used / ALIGNMENT) * ALIGNMENT;
    if (!Number.isSafeInteger(length) || length <= 0 || offset + length > this.#block.byteLength)
      throw new MisuseError(`no room for ${length} octets more`);
    this.#used = offset + length;
    return new Region(this.#block, this.#base, offset, length);
  }
}

interface Place {
  readonly bytes: Uint8Array | undefined;
  readonly offset: number;
}

const NOWHERE: Place = { bytes: undefined, offset: 0 };

export class Region {
  readonly bytes: Uint8Array;
  readonly view: DataView;
  readonly #address: number;

  constructor(block: ArrayBuffer, base: number, offset: number, length: number) {
    this.bytes = new Uint8Array(block, offset, length);
    this.view = new DataView(block, offset, length);
    this.#address = base + offset;
  }

  /** The address of `length` octets from `at` on, all within the region. Throws BugError otherwise. */
  address(at: number, length: number): number {
    if (!(at >= 0 && length >= 0 && at + length <= this.bytes.length) || !Number.isInteger(at + length))
      throw new BugError(`${length} octets at ${at} of a region of ${this.bytes.length}`);
    return this.#address + at;
  }

  /** Writes, at `at`, the address of `length` octets of `target` from `targetAt` on. */
  putAddress(at: number, target: Region, targetAt: number, length: number): void {
    this.putPointer(at, target.address(targetAt, length));
  }

  /** Writes an address that `NativeMemory.addressIn` has given. */
  putPointer(at: number, address: number): void {
    const low = address >>> 0;
    this.view.setUint32(at, low, true);
    this.view.setUint32(at + 4, (address - low) / 2 ** 32, true);
  }

  /** Writes a number of up to 32 bits as one of 64. */
  putSize(at: number, size: number): void {
    this.view.setUint32(at, size, true);
    this.view.setUint32(at + 4, 0, true);
  }
}

/** A cache line: more than any structure asks for. */
const ALIGNMENT = 64;
