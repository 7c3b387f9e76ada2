/**
 * Anti-replay (RFC 2406 §3.4.3, RFC 2401 App. C): which sequence numbers have been received, as one bit each in a ring of
 * words (the layout RFC 6479 proposes). `isAcceptable` has no effect; `mark` comes only after the ICV has held, because
 * an attacker must not be able to move the window.
 */
import { MisuseError } from "../base/errors.ts";

export class ReplayWindow {
  /** Sequence numbers behind the highest that are still told apart from replays; a multiple of 32. */
  readonly size: number;
  /** Numbers of 32 bits, signed. A typed array takes three times as much memory for so few. */
  readonly #words: number[];
  #highest = 0;

  constructor(size: number) {
    if (size < 32 || size % 32 !== 0) throw new MisuseError(`a replay window of ${size}`);
    this.size = size;
    // One word more than the size needs, so that clearing the word ahead never forgets a number in the window.
    this.#words = new Array<number>(size / 32 + 1).fill(0);
  }

  /** The highest sequence number marked, 0 at first. */
  get highest(): number {
    return this.#highest;
  }

  /** Not seen yet and not left of the window. 0 is never sent (RFC 2406 §2.2). */
  isAcceptable(sequenceNumber: number): boolean {
    if (sequenceNumber === 0) return false;
    if (sequenceNumber > this.#highest) return true;
    if (sequenceNumber + this.size <= this.#highest) return false;
    return ((this.#words[this.#wordOf(sequenceNumber)] ?? 0) & bitOf(sequenceNumber)) === 0;
  }

  /** Records an authenticated packet that was acceptable. */
  mark(sequenceNumber: number): void {
    if (sequenceNumber > this.#highest) this.#advance(sequenceNumber);
    const word = this.#wordOf(sequenceNumber);
    this.#words[word] = (this.#words[word] ?? 0) | bitOf(sequenceNumber);
  }

  #advance(sequenceNumber: number): void {
    const from = Math.floor(this.#highest / 32);
    const to = Math.floor(sequenceNumber / 32);
    const last = Math.min(to, from + this.#words.length);
    for (let word = from + 1; word <= last; word++) this.#words[word % this.#words.length] = 0;
    this.#highest = sequenceNumber;
  }

  #wordOf(sequenceNumber: number): number {
    return Math.floor(sequenceNumber / 32) % this.#words.length;
  }
}

function bitOf(sequenceNumber: number): number {
  return 1 << (sequenceNumber & 31);
}
