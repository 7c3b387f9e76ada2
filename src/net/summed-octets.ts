/** Octets whose 16-bit words are summed for a checksum (RFC 1071), many at a time. */
import { checksumOfSum } from "./checksum.ts";

/** From and to are places in the octets; a last odd octet counts as the high half of a word. Sums are of 16 bits, carries added. */
export interface SummedOctets {
  sum(from: number, to: number): number;
  /** Copies them to `target` from `at` on, which may overlap. */
  move(from: number, to: number, target: Uint8Array, at: number): void;
  /** The same to octets that do not overlap, and gives their sum. */
  copy(from: number, to: number, target: Uint8Array, at: number): number;
}

/** Octets anywhere. */
export class PlainOctets implements SummedOctets {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  }

  /** 32 bits at a time, as doubles, which hold the sum exactly. */
  sum(from: number, to: number): number {
    const view = this.#view;
    let even = 0;
    let odd = 0;
    let i = from;
    for (; i + 32 <= to; i += 32) {
      even +=
        view.getUint32(i, true) +
        view.getUint32(i + 4, true) +
        view.getUint32(i + 8, true) +
        view.getUint32(i + 12, true);
      odd +=
        view.getUint32(i + 16, true) +
        view.getUint32(i + 20, true) +
        view.getUint32(i + 24, true) +
        view.getUint32(i + 28, true);
    }
    for (; i + 2 <= to; i += 2) even += view.getUint16(i, true);
    if (i < to) even += view.getUint8(i);
    return ofLittleEndian(even + odd);
  }

  move(from: number, to: number, target: Uint8Array, at: number): void {
    target.set(this.#bytes.subarray(from, to), at);
  }

  copy(from: number, to: number, target: Uint8Array, at: number): number {
    this.move(from, to, target, at);
    return this.sum(from, to);
  }
}

/**
 * The sum of words whose octets were taken in the order of most machines: in ones' complement a sum of swapped words is the
 * swapped sum (RFC 1071 §2 B).
 */
export function ofLittleEndian(sum: number): number {
  const folded = ~checksumOfSum(sum) & 0xffff;
  return ((folded & 0xff) << 8) | (folded >>> 8);
}
