/**
 * Gathers messages and sends them with one system call: the arrays of `struct mmsghdr` for sendmmsg(2), laid out as on 64-bit
 * Linux. With UDP_SEGMENT, datagrams of one length to one peer are one message that the kernel, or the card, cuts.
 */
import type { Region } from "./native-memory.ts";
import { type OsError, osError } from "./os-error.ts";
import type { PacketArena } from "./packet-arena.ts";
import { AF_INET, SOCKADDR } from "./socket-address.ts";

export class SendVector {
  readonly #arena: PacketArena;
  readonly #headers: Region;
  readonly #addresses: Region;
  readonly #controls: Region;
  readonly #pieces: Region;
  /** Of each piece: how long it is, where it goes, and with which type of service. */
  readonly #lengths = new Uint32Array(PIECES);
  readonly #remotes = new Uint32Array(PIECES);
  readonly #ports = new Uint16Array(PIECES);
  readonly #typesOfService = new Int16Array(PIECES);
  #waiting = 0;
  /** Of octets that lie elsewhere. */
  readonly #copies: Region;
  #copied = 0;
  #refusals = 0;
  /** Whether the kernel is asked to cut; not any more once it has refused. */
  #isCutting: boolean;

  /** Takes `SEND_OCTETS` of the arena's reserve. */
  constructor(arena: PacketArena, options: { readonly segmentation: boolean }) {
    const { memory } = arena;
    this.#arena = arena;
    this.#isCutting = options.segmentation;
    this.#headers = memory.reserve(MESSAGES * HEADER);
    this.#addresses = memory.reserve(MESSAGES * SOCKADDR);
    this.#controls = memory.reserve(MESSAGES * CONTROL);
    this.#pieces = memory.reserve(PIECES * PIECE);
    this.#copies = memory.reserve(COPIES);
    for (let i = 0; i < MESSAGES; i++)
      this.#headers.putAddress(i * HEADER, this.#addresses, i * SOCKADDR, SOCKADDR);
  }

  get isEmpty(): boolean {
    return this.#waiting === 0;
  }

  /**
   * Takes messages of `segmentLength` each, the last perhaps shorter, where they lie if that is in the arena. False: there is
   * no room before what waits has been sent. `typeOfService` -1 is the socket's own.
   */
  add(
    bytes: Uint8Array,
    address: number,
    port: number,
    typeOfService = -1,
    segmentLength = bytes.length,
  ): boolean {
    const count = bytes.length <= segmentLength ? 1 : Math.ceil(bytes.length / segmentLength);
    if (this.#waiting + count > PIECES) return false;
    const lies = this.#arena.addressOf(bytes) ?? this.#copy(bytes);
    if (lies === undefined) return false;
    for (let at = 0, left = count; left > 0; at += segmentLength, left--) {
      const i = this.#waiting++;
      const length = Math.min(segmentLength, bytes.length - at);
      this.#pieces.putPointer(i * PIECE, lies + at);
      this.#pieces.putSize(i * PIECE + 8, length);
      this.#lengths[i] = length;
      this.#remotes[i] = address;
      this.#ports[i] = port;
      this.#typesOfService[i] = typeOfService;
    }
    return true;
  }

  /** Sends what waits. What the system refuses is dropped; the first refusal is returned. */
  send(fd: number): OsError | undefined {
    const { libc } = this.#arena;
    let refusal: OsError | undefined;
    let cutting = this.#isCutting;
    for (let from = 0; from < this.#waiting; ) {
      const ends = this.#layOut(from, cutting);
      const vector = this.#headers.address(0, ends.length * HEADER);
      const sent = libc.sendmmsg(fd, vector, ends.length, MSG_DONTWAIT | MSG_NOSIGNAL);
      if (sent > 0) {
        from = ends[sent - 1] ?? this.#waiting;
        continue;
      }
      const errno = libc.errno();
      const end = ends[0] ?? this.#waiting;
      if (errno === EINTR) continue;
      if (end - from > 1 && CANNOT_CUT.has(errno)) {
        // One by one we see what it is: a length that the way does not take, or a kernel or card that cannot cut.
        cutting = false;
        if (errno !== EMSGSIZE && ++this.#refusals >= REFUSALS_MAX) this.#isCutting = false;
        continue;
      }
      refusal ??= osError("send", errno);
      // Full buffers stay full for what follows; any other refusal concerns the one message.
      from = errno === EAGAIN || errno === ENOBUFS ? this.#waiting : end;
    }
    this.#waiting = 0;
    this.#copied = 0;
    return refusal;
  }

  /** The address of a copy, undefined where there is no room for one. */
  #copy(bytes: Uint8Array): number | undefined {
    const at = this.#copied;
    if (at + bytes.length > COPIES) return undefined;
    this.#copies.bytes.set(bytes, at);
    this.#copied += bytes.length;
    return this.#copies.address(at, bytes.length);
  }

  /** Makes messages of the pieces from `from` on; gives the piece after each message. */
  #layOut(from: number, cutting: boolean): readonly number[] {
    const ends: number[] = [];
    for (let at = from; at < this.#waiting && ends.length < MESSAGES; ) {
      const end = cutting ? this.#endOfTrain(at) : at + 1;
      this.#putMessage(ends.length, at, end);
      ends.push(end);
      at = end;
    }
    return ends;
  }

  /** The pieces that can be one message: one peer, one length, the last perhaps shorter. */
  #endOfTrain(from: number): number {
    const length = this.#lengths[from] ?? 0;
    let total = length;
    let end = from + 1;
    while (end < this.#waiting && end - from < SEGMENTS_MAX) {
      const next = this.#lengths[end] ?? 0;
      total += next;
      const isSame =
        this.#remotes[end] === this.#remotes[from] &&
        this.#ports[end] === this.#ports[from] &&
        this.#typesOfService[end] === this.#typesOfService[from];
      if (!isSame || next > length || next === 0 || total > TRAIN_MAX) break;
      end++;
      if (next < length) break;
    }
    return end;
  }

  #putMessage(message: number, from: number, end: number): void {
    const header = message * HEADER;
    const address = message * SOCKADDR;
    const { view } = this.#addresses;
    view.setUint16(address, AF_INET, true);
    view.setUint16(address + 2, this.#ports[from] ?? 0);
    view.setUint32(address + 4, this.#remotes[from] ?? 0);
    this.#headers.view.setUint32(header + 8, SOCKADDR, true);
    this.#headers.putAddress(header + 16, this.#pieces, from * PIECE, (end - from) * PIECE);
    this.#headers.putSize(header + 24, end - from);
    let controlLength = 0;
    if (end - from > 1)
      controlLength += this.#putControl(message, 0, SOL_UDP, UDP_SEGMENT, this.#lengths[from] ?? 0, 2);
    const typeOfService = this.#typesOfService[from] ?? -1;
    if (typeOfService >= 0)
      controlLength += this.#putControl(message, controlLength, IPPROTO_IP, IP_TOS, typeOfService, 4);
    if (controlLength === 0) this.#headers.putSize(header + 32, 0);
    else this.#headers.putAddress(header + 32, this.#controls, message * CONTROL, controlLength);
    this.#headers.putSize(header + 40, controlLength);
  }

  /** Gives how many octets it took. `size` is that of the value: 2 or 4. */
  #putControl(
    message: number,
    offset: number,
    level: number,
    type: number,
    value: number,
    size: number,
  ): number {
    const at = message * CONTROL + offset;
    this.#controls.putSize(at, CONTROL_HEADER + size);
    this.#controls.view.setUint32(at + 8, level, true);
    this.#controls.view.setUint32(at + 12, type, true);
    // Little-endian: the value of two octets is the lower half of that of four.
    this.#controls.view.setUint32(at + CONTROL_HEADER, value, true);
    return CONTROL_HEADER + 8;
  }
}

/** Pieces and messages in one system call. */
const PIECES = 512;
const MESSAGES = 128;
/** What the kernel takes: datagrams in a message, and their octets, headers apart. */
const SEGMENTS_MAX = 64;
const TRAIN_MAX = 65_000;
/** Octets of `struct mmsghdr`, `struct iovec` and `struct cmsghdr`. */
const HEADER = 64;
const PIECE = 16;
const CONTROL_HEADER = 16;
const CONTROL = 2 * (CONTROL_HEADER + 8);
/** Octets: a few of the longest messages. Untouched, they cost nothing. */
const COPIES = 1 << 18;
/** What a vector takes of an arena's reserve. */
export const SEND_OCTETS = MESSAGES * (HEADER + SOCKADDR + CONTROL) + PIECES * PIECE + COPIES + 6 * 64;
/** A refusal may be about one peer's device: this many, and it is taken to be about the kernel. */
const REFUSALS_MAX = 8;
const MSG_DONTWAIT = 0x40;
const MSG_NOSIGNAL = 0x4000;
const EINTR = 4;
const EIO = 5;
const EAGAIN = 11;
const EINVAL = 22;
const EMSGSIZE = 90;
const EOPNOTSUPP = 95;
const ENOBUFS = 105;
const CANNOT_CUT: ReadonlySet<number> = new Set([EIO, EINVAL, EMSGSIZE, EOPNOTSUPP]);
const SOL_UDP = 17;
const UDP_SEGMENT = 103;
const IPPROTO_IP = 0;
const IP_TOS = 1;
