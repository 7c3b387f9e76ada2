/**
 * Where what ESP packets carry is written. Packets that came as one train lie in the same octets, and room is taken for all
 * of them when the first is opened.
 */
import type { PacketSpace } from "./packet-space.ts";

export class PlaintextRoom {
  readonly #space: PacketSpace;
  #octets: Uint8Array | undefined;
  #room: Uint8Array = new Uint8Array();
  #used = 0;

  constructor(space: PacketSpace) {
    this.#space = space;
  }

  /** What `take` gives places in, until it is asked again. */
  get bytes(): Uint8Array {
    return this.#room;
  }

  /** Where in `bytes` there is room for `length` octets, which come from the packet in `octets` that begins at `start`. */
  take(octets: Uint8Array, start: number, length: number): number {
    if (octets !== this.#octets || this.#used + length > this.#room.length) {
      this.#room = this.#space.allocate(Math.max(length, octets.length - start));
      this.#octets = octets;
      this.#used = 0;
    }
    const at = this.#used;
    this.#used = (at + length + ALIGNMENT - 1) & -ALIGNMENT;
    return at;
  }

  /** What was written is whoever's it was given to. */
  leave(): void {
    this.#octets = undefined;
  }
}

const ALIGNMENT = 16;
