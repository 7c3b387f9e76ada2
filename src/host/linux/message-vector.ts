/**
 * Many messages with one system call: the arrays of `struct mmsghdr` for recvmmsg(2) and sendmmsg(2), laid out as on
 * 64-bit Linux.
 */
import { type Endpoint, ipv4FromNumber, ipv4ToNumber } from "../../net/ip-address.ts";
import type { Libc } from "./libc.ts";
import { NativeMemory, type Region } from "./native-memory.ts";
import { type OsError, osError } from "./os-error.ts";

export interface ReceivedMessage {
  readonly remote: Endpoint;
  readonly bytes: Uint8Array;
}

/** Receives up to `count` messages of up to `slotLength` octets at once. */
export class ReceiveVector {
  readonly #libc: Libc;
  readonly #slots: Slots;

  constructor(libc: Libc, count: number, slotLength: number) {
    this.#libc = libc;
    this.#slots = new Slots(libc, count, slotLength);
    for (let i = 0; i < count; i++) this.#slots.setLength(i, slotLength);
  }

  /** What there is, in copies of its own; nothing where nothing waits. Messages longer than a slot are left out. */
  receive(fd: number): readonly ReceivedMessage[] | OsError {
    const { headers, count } = this.#slots;
    for (let i = 0; i < count; i++) this.#slots.resetAddress(i);
    const got = this.#libc.recvmmsg(fd, headers.address(0, count * HEADER), count, MSG_DONTWAIT, 0);
    if (got < 0) {
      const errno = this.#libc.errno();
      return errno === EAGAIN || errno === EINTR ? [] : osError("receive", errno);
    }
    const messages: ReceivedMessage[] = [];
    for (let i = 0; i < got; i++) {
      const message = this.#slots.message(i);
      if (message !== undefined) messages.push(message);
    }
    return messages;
  }
}

/** Gathers messages and sends them at once. */
export class SendVector {
  readonly #libc: Libc;
  readonly #slots: Slots;
  #waiting = 0;

  constructor(libc: Libc, count: number, slotLength: number) {
    this.#libc = libc;
    this.#slots = new Slots(libc, count, slotLength);
  }

  /** False: it is full and must be sent first. */
  get hasRoom(): boolean {
    return this.#waiting < this.#slots.count;
  }

  /** Copies a message; false for one that is longer than a slot. */
  add(bytes: Uint8Array, remote: Endpoint): boolean {
    if (!this.hasRoom || !this.#slots.fill(this.#waiting, bytes, remote)) return false;
    this.#waiting++;
    return true;
  }

  /** Sends what waits. What the system refuses is dropped; the first refusal is returned. */
  send(fd: number): OsError | undefined {
    let refusal: OsError | undefined;
    for (let at = 0; at < this.#waiting; ) {
      const left = this.#waiting - at;
      const address = this.#slots.headers.address(at * HEADER, left * HEADER);
      const sent = this.#libc.sendmmsg(fd, address, left, MSG_DONTWAIT | MSG_NOSIGNAL);
      if (sent > 0) {
        at += sent;
        continue;
      }
      const errno = this.#libc.errno();
      if (errno === EINTR) continue;
      refusal ??= osError("send", errno);
      // Full buffers stay full for what follows; any other refusal concerns the one message.
      at = errno === EAGAIN || errno === ENOBUFS ? this.#waiting : at + 1;
    }
    this.#waiting = 0;
    return refusal;
  }
}

/** For each message a header, an address, a vector of one piece, and the octets. */
class Slots {
  readonly count: number;
  readonly headers: Region;
  readonly #addresses: Region;
  readonly #pieces: Region;
  readonly #octets: Region;
  readonly #length: number;

  constructor(libc: Libc, count: number, length: number) {
    const memory = new NativeMemory(libc, count * (HEADER + SOCKADDR + PIECE + length) + 4 * 64);
    this.count = count;
    this.#length = length;
    this.headers = memory.reserve(count * HEADER);
    this.#addresses = memory.reserve(count * SOCKADDR);
    this.#pieces = memory.reserve(count * PIECE);
    this.#octets = memory.reserve(count * length);
    for (let i = 0; i < count; i++) {
      this.headers.putAddress(i * HEADER, this.#addresses, i * SOCKADDR, SOCKADDR);
      this.headers.putAddress(i * HEADER + 16, this.#pieces, i * PIECE, PIECE);
      this.headers.putSize(i * HEADER + 24, 1);
      this.#pieces.putAddress(i * PIECE, this.#octets, i * length, length);
      this.resetAddress(i);
    }
  }

  /** How much of the octets is sent, or may be received. */
  setLength(i: number, length: number): void {
    this.#pieces.putSize(i * PIECE + 8, Math.min(length, this.#length));
  }

  /** The system writes here how long the address was. */
  resetAddress(i: number): void {
    this.headers.view.setUint32(i * HEADER + 8, SOCKADDR, true);
  }

  fill(i: number, bytes: Uint8Array, remote: Endpoint): boolean {
    if (bytes.length > this.#length) return false;
    this.#octets.bytes.set(bytes, i * this.#length);
    this.setLength(i, bytes.length);
    putSocketAddress(this.#addresses.view, i * SOCKADDR, remote);
    return true;
  }

  message(i: number): ReceivedMessage | undefined {
    const flags = this.headers.view.getUint32(i * HEADER + 48, true);
    const length = this.headers.view.getUint32(i * HEADER + 56, true);
    if ((flags & MSG_TRUNC) !== 0 || length > this.#length) return undefined;
    const start = i * this.#length;
    const { view } = this.#addresses;
    return {
      remote: {
        address: ipv4FromNumber(view.getUint32(i * SOCKADDR + 4)),
        port: view.getUint16(i * SOCKADDR + 2),
      },
      bytes: this.#octets.bytes.slice(start, start + length),
    };
  }
}

/** `struct sockaddr_in`: the family in the machine's order, port and address in the network's. */
export function putSocketAddress(view: DataView, at: number, { address, port }: Endpoint): void {
  view.setUint16(at, AF_INET, true);
  view.setUint16(at + 2, port);
  view.setUint32(at + 4, ipv4ToNumber(address));
}

export const AF_INET = 2;
/** Octets of `struct sockaddr_in`. */
export const SOCKADDR = 16;
/** Octets of `struct mmsghdr` and `struct iovec`. */
const HEADER = 64;
const PIECE = 16;
const MSG_DONTWAIT = 0x40;
const MSG_TRUNC = 0x20;
const MSG_NOSIGNAL = 0x4000;
const EINTR = 4;
const EAGAIN = 11;
const ENOBUFS = 105;
