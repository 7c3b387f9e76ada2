/**
 * Many messages with one system call: the arrays of `struct mmsghdr` for recvmmsg(2), laid out as on 64-bit Linux. With
 * UDP_GRO a message is several datagrams of one sender, joined by the kernel.
 */
import type { Endpoint } from "../../net/ip-address.ts";
import type { Region } from "./native-memory.ts";
import { type OsError, osError } from "./os-error.ts";
import type { PacketArena } from "./packet-arena.ts";
import { SOCKADDR, socketAddressAt } from "./socket-address.ts";

/** Lent: the octets are overwritten by what comes next. */
export interface ReceivedMessage {
  readonly remote: Endpoint;
  readonly bytes: Uint8Array;
  /** Of the datagrams in it; the last may be shorter. */
  readonly segmentLength: number;
  /** Of the packet that brought it; 0 where the socket was not asked to tell. */
  readonly typeOfService: number;
}

/** Sockets use one by turns. */
export class ReceiveVector {
  readonly #arena: PacketArena;
  readonly #headers: Region;
  readonly #addresses: Region;
  readonly #controls: Region;
  readonly #slots: Region;

  /** Takes `RECEIVE_OCTETS` of the arena's reserve. */
  constructor(arena: PacketArena) {
    const { memory } = arena;
    this.#arena = arena;
    this.#headers = memory.reserve(MESSAGES * HEADER);
    this.#addresses = memory.reserve(MESSAGES * SOCKADDR);
    this.#controls = memory.reserve(MESSAGES * CONTROL);
    this.#slots = memory.reserve(MESSAGES * STRIDE);
    const pieces = memory.reserve(MESSAGES * PIECE);
    for (let i = 0; i < MESSAGES; i++) {
      this.#headers.putAddress(i * HEADER, this.#addresses, i * SOCKADDR, SOCKADDR);
      this.#headers.putAddress(i * HEADER + 16, pieces, i * PIECE, PIECE);
      this.#headers.putSize(i * HEADER + 24, 1);
      this.#headers.putAddress(i * HEADER + 32, this.#controls, i * CONTROL, CONTROL);
      pieces.putAddress(i * PIECE, this.#slots, i * STRIDE, MESSAGE_MAX);
      pieces.putSize(i * PIECE + 8, MESSAGE_MAX);
    }
  }

  /** What there is; nothing where nothing waits. `isLast`: all that waited has come. */
  receive(fd: number): { readonly messages: readonly ReceivedMessage[]; readonly isLast: boolean } | OsError {
    const { view } = this.#headers;
    for (let i = 0; i < MESSAGES; i++) {
      // The system writes here how long address and control data were.
      view.setUint32(i * HEADER + 8, SOCKADDR, true);
      view.setUint32(i * HEADER + 40, CONTROL, true);
    }
    const { libc } = this.#arena;
    const vector = this.#headers.address(0, MESSAGES * HEADER);
    const got = libc.recvmmsg(fd, vector, MESSAGES, MSG_DONTWAIT, 0);
    if (got < 0) {
      const errno = libc.errno();
      return errno === EAGAIN || errno === EINTR ? NOTHING : osError("receive", errno);
    }
    const messages: ReceivedMessage[] = [];
    for (let i = 0; i < got; i++) {
      const flags = view.getUint32(i * HEADER + 48, true);
      // A message longer than a slot is left out; there is none in IPv4.
      if ((flags & MSG_TRUNC) === 0) messages.push(this.#message(i));
    }
    return { messages, isLast: got < MESSAGES };
  }

  #message(i: number): ReceivedMessage {
    const length = Math.min(this.#headers.view.getUint32(i * HEADER + 56, true), MESSAGE_MAX);
    const controlLength = Math.min(this.#headers.view.getUint32(i * HEADER + 40, true), CONTROL);
    let segmentLength = length;
    let typeOfService = 0;
    const { view } = this.#controls;
    const end = i * CONTROL + controlLength;
    for (let at = i * CONTROL; at + CONTROL_HEADER < end; ) {
      const size = view.getUint32(at, true);
      const level = view.getUint32(at + 8, true);
      const type = view.getUint32(at + 12, true);
      if (level === SOL_UDP && type === UDP_GRO)
        segmentLength = view.getUint16(at + CONTROL_HEADER, true) || length;
      if (level === IPPROTO_IP && type === IP_TOS) typeOfService = view.getUint8(at + CONTROL_HEADER);
      at += Math.max(CONTROL_HEADER, (size + 7) & ~7);
    }
    return {
      remote: socketAddressAt(this.#addresses.view, i * SOCKADDR),
      bytes: this.#slots.bytes.subarray(i * STRIDE, i * STRIDE + length),
      segmentLength,
      typeOfService,
    };
  }
}

/** Messages in one system call. */
const MESSAGES = 32;
/** The longest IPv4 packet. */
const MESSAGE_MAX = 65_535;
/** Not a power of two: the beginnings of messages would compete for the same lines of the processor's cache. */
const STRIDE = 65_536 + 1088;
/** Octets of `struct mmsghdr`, `struct iovec` and `struct cmsghdr`. */
const HEADER = 64;
const PIECE = 16;
const CONTROL_HEADER = 16;
/** Two control messages of four octets at most. */
const CONTROL = 64;
/** What a vector takes of an arena's reserve. */
export const RECEIVE_OCTETS = MESSAGES * (HEADER + SOCKADDR + CONTROL + STRIDE + PIECE) + 5 * 64;
const NOTHING = { messages: [], isLast: true } as const;
const MSG_DONTWAIT = 0x40;
const MSG_TRUNC = 0x20;
const EINTR = 4;
const EAGAIN = 11;
const SOL_UDP = 17;
export const UDP_GRO = 104;
const IPPROTO_IP = 0;
const IP_TOS = 1;
