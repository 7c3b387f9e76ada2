/** Initialization vectors: unpredictable octets for every packet (RFC 3602 §3), drawn many at a time, never given twice. */
import type { Random } from "../base/random.ts";

export class IvPool {
  readonly #random: Random;
  readonly #octets: number;
  #pool: Uint8Array = new Uint8Array();
  #used = 0;

  /** `octets` are drawn at once; an IV is never longer. */
  constructor(random: Random, octets: number) {
    this.#random = random;
    this.#octets = octets;
  }

  draw(length: number): Uint8Array {
    if (this.#used + length > this.#pool.length) {
      this.#pool = this.#random.bytes("iv", this.#octets);
      this.#used = 0;
    }
    this.#used += length;
    return this.#pool.subarray(this.#used - length, this.#used);
  }
}
