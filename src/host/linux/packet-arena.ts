/**
 * Memory for packets on their way: what arrives lies here, the data plane builds here, and system calls and libcrypto work on
 * it in place. What is built lives until everything that waits to be sent has been sent; then all of it is free again.
 */
import type { PacketSpace } from "../../ipsec/packet-space.ts";
import type { Libc } from "./libc.ts";
import { NativeMemory, type Region } from "./native-memory.ts";

export class PacketArena implements PacketSpace {
  readonly libc: Libc;
  readonly memory: NativeMemory;
  readonly #room: Region;
  #used = 0;

  /** `reserve` octets more are for whoever keeps a place of its own here. */
  constructor(libc: Libc, reserve: number) {
    this.libc = libc;
    this.memory = new NativeMemory(libc, ROOM + reserve);
    this.#room = this.memory.reserve(ROOM);
  }

  /** Here while there is room, elsewhere otherwise: that costs whoever sends it a copy. */
  allocate(length: number): Uint8Array {
    const start = this.#used;
    const end = start + length;
    if (end > ROOM) return new Uint8Array(length);
    this.#used = (end + ALIGNMENT - 1) & -ALIGNMENT;
    return this.#room.bytes.subarray(start, end);
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
    const offset = bytes.byteOffset - this.#room.bytes.byteOffset;
    const isHere = bytes.buffer === this.#room.bytes.buffer && offset >= 0 && offset + bytes.length <= ROOM;
    return isHere ? this.#room.address(offset, bytes.length) : undefined;
  }
}

/** Octets: what a few TCP super-packets become, with as much again for what is not sent yet. */
const ROOM = 1 << 20;
const ALIGNMENT = 16;
