/** Initialization vectors: unpredictable octets for every packet (RFC 3602 §3), drawn many at a time, never given twice. */
import type { Random } from "../base/random.ts";
import { putU32 } from "../net/words.ts";
import type { EspTransforms } from "./esp-transforms.ts";

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

  /** Writes the IV of a packet. Where it must not come twice it is the sequence number, which does not (RFC 4106 §3.1). */
  put(transforms: EspTransforms, sequenceNumber: number, octets: Uint8Array, at: number): void {
    const { ivLength, ivKind } = transforms;
    if (ivKind === "random") this.#draw(ivLength, octets, at);
    else {
      for (let i = 0; i < ivLength - 4; i++) octets[at + i] = 0;
      putU32(octets, at + ivLength - 4, sequenceNumber);
    }
  }

  #draw(length: number, octets: Uint8Array, at: number): void {
    if (this.#used + length > this.#pool.length) {
      this.#pool = this.#random.bytes("iv", this.#octets);
      this.#used = 0;
    }
    for (let i = 0; i < length; i++) octets[at + i] = this.#pool[this.#used + i] ?? 0;
    this.#used += length;
  }
}
