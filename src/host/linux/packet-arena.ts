/**
 * Memory for packets on their way: what arrives lies here, the data plane builds here, and system calls and libcrypto work on
 * it in place. What is built lives until everything that waits to be sent has been sent; then all of it is free again.
 */
import type { PacketSpace } from "../../ipsec/packet-space.ts";
import { PlainOctets, type SummedOctets } from "../../net/summed-octets.ts";
import type { Libc } from "./libc.ts";
import { NativeMemory, type Region } from "./native-memory.ts";
import { type WordMemory, wordMemory } from "./word-memory.ts";

export class PacketArena implements PacketSpace {
  readonly libc: Libc;
  readonly memory: NativeMemory;
  readonly #words: WordMemory;
  readonly #room: Region;
  readonly #roomAt: number;
  #used = 0;

  /** `reserve` octets more are for whoever keeps a place of its own here. */
  constructor(libc: Libc, reserve: number) {
    this.libc = libc;
    this.#words = wordMemory(ROOM + reserve);
    this.memory = new NativeMemory(libc, this.#words.buffer);
    this.#room = this.memory.reserve(ROOM);
    this.#roomAt = this.#room.address(0, ROOM);
  }

  /** Here while there is room, elsewhere otherwise: that costs whoever sends it a copy. */
  allocate(length: number): Uint8Array {
    const start = this.#used;
    const end = start + length;
    if (end > ROOM) return new Uint8Array(length);
    this.#used = (end + ALIGNMENT - 1) & -ALIGNMENT;
    return this.memory.part(this.#room, start, length);
  }

  /** It is time to send, so that it can be reset. */
  get isCrowded(): boolean {
    return this.#used > ROOM / 2;
  }

  /** Nothing that was built is in use any more. */
  reset(): void {
    this.#used = 0;
  }

  /** The address of octets that were allocated here, and so stay until the reset; undefined for others. */
  addressOf(bytes: Uint8Array): number | undefined {
    const address = this.memory.addressIn(bytes, 0, bytes.length);
    const isHere =
      address !== undefined && address >= this.#roomAt && address + bytes.length <= this.#roomAt + ROOM;
    return isHere ? address : undefined;
  }

  summed(octets: Uint8Array): SummedOctets {
    const place = this.memory.offsetIn(octets, 0, octets.length);
    return place === undefined
      ? new PlainOctets(octets)
      : new OwnOctets(this.#words, this.memory, octets, place);
  }
}

/** Octets of the arena's memory. */
class OwnOctets implements SummedOctets {
  readonly #words: WordMemory;
  readonly #memory: NativeMemory;
  readonly #bytes: Uint8Array;
  readonly #start: number;

  constructor(words: WordMemory, memory: NativeMemory, bytes: Uint8Array, start: number) {
    this.#words = words;
    this.#memory = memory;
    this.#bytes = bytes;
    this.#start = start;
  }

  sum(from: number, to: number): number {
    return this.#words.sum(this.#start + from, this.#start + to);
  }

  move(from: number, to: number, target: Uint8Array, at: number): void {
    const place = this.#memory.offsetIn(target, at, to - from);
    if (place === undefined) target.set(this.#bytes.subarray(from, to), at);
    else this.#words.move(this.#start + from, this.#start + to, place);
  }

  copy(from: number, to: number, target: Uint8Array, at: number): number {
    const place = this.#memory.offsetIn(target, at, to - from);
    if (place !== undefined) return this.#words.copy(this.#start + from, this.#start + to, place);
    target.set(this.#bytes.subarray(from, to), at);
    return this.sum(from, to);
  }
}

/** Octets: what a few TCP super-packets become, with as much again for what is not sent yet. */
const ROOM = 1 << 20;
const ALIGNMENT = 16;
