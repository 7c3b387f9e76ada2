/**
 * Reproducible chance. Every draw depends on the seed, on who draws, on what for and on how often before, and on nothing
 * else: another draw added elsewhere changes none of these. It is NOT for real keys: whoever knows the seed knows all.
 */
import type { Random, RandomPurpose } from "../base/random.ts";

/** The generator xoshiro128** of Blackman and Vigna, started from a text. */
export class Dice {
  #a: number;
  #b: number;
  #c: number;
  #d: number;

  constructor(text: string) {
    [this.#a, this.#b, this.#c, this.#d] = stateOf(text);
  }

  /** 0 to 2^32 - 1. */
  u32(): number {
    const result = Math.imul(rotated(Math.imul(this.#b, 5), 7), 9) >>> 0;
    const shifted = this.#b << 9;
    this.#c ^= this.#a;
    this.#d ^= this.#b;
    this.#b ^= this.#c;
    this.#a ^= this.#d;
    this.#c ^= shifted;
    this.#d = rotated(this.#d, 11);
    return result;
  }

  /** 0 up to, but not, 1. */
  fraction(): number {
    return this.u32() / 0x1_0000_0000;
  }

  /** A whole number from `low` to `high`, both included. */
  between(low: number, high: number): number {
    return low + Math.floor(this.fraction() * (high - low + 1));
  }

  /** True `percent` times in a hundred. Draws nothing where there is nothing to decide. */
  happens(percent: number): boolean {
    return percent > 0 && (percent >= 100 || this.fraction() * 100 < percent);
  }

  bytes(length: number): Uint8Array {
    const drawn = new Uint8Array(length);
    for (let at = 0; at < length; at += 4) {
      const word = this.u32();
      drawn[at] = word;
      if (at + 1 < length) drawn[at + 1] = word >>> 8;
      if (at + 2 < length) drawn[at + 2] = word >>> 16;
      if (at + 3 < length) drawn[at + 3] = word >>> 24;
    }
    return drawn;
  }
}

/** The entropy of one node of a lab. */
export class SeededRandom implements Random {
  readonly #prefix: string;
  readonly #draws = new Map<RandomPurpose, number>();

  constructor(seed: number, node: string) {
    this.#prefix = `${seed}/${node}`;
  }

  bytes(purpose: RandomPurpose, length: number): Uint8Array {
    const draw = this.#draws.get(purpose) ?? 0;
    this.#draws.set(purpose, draw + 1);
    return new Dice(`${this.#prefix}/${purpose}/${draw}`).bytes(length);
  }
}

/** Four words that depend on every character: FNV-1a from four starts, each finished by MurmurHash3's mixer. */
function stateOf(text: string): [number, number, number, number] {
  const state = STARTS.map((start) => {
    let word: number = start;
    for (let i = 0; i < text.length; i++) word = Math.imul(word ^ text.charCodeAt(i), 0x01000193);
    return mixed(word ^ text.length);
  });
  // All zeros is the one state from which xoshiro does not leave.
  return [state[0] ?? 1, state[1] ?? 1, state[2] ?? 1, (state[3] ?? 1) | 1];
}

function mixed(value: number): number {
  let word = value;
  word = Math.imul(word ^ (word >>> 16), 0x85ebca6b);
  word = Math.imul(word ^ (word >>> 13), 0xc2b2ae35);
  return (word ^ (word >>> 16)) >>> 0;
}

function rotated(word: number, by: number): number {
  return (word << by) | (word >>> (32 - by));
}

/** FNV's own offset basis and three arbitrary words, the first digits of pi's fraction. */
const STARTS = [0x811c9dc5, 0x243f6a88, 0x85a308d3, 0x13198a2e] as const;
