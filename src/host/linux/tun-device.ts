/**
 * A TUN device: an interface of the kernel whose packets come to us, and whose received packets we make. With segmentation
 * offload a TCP packet of up to 64 kB comes and goes as one: behind `struct virtio_net_hdr`, with its checksum left to us.
 */
import { addWords, checksumOfSum } from "../../net/checksum.ts";
import { IPV4_HEADER_LENGTH } from "../../net/ipv4-packet.ts";
import { tcpHeaderLength } from "../../net/tcp-header.ts";
import { type JoinedHeaders, TcpJoin } from "../../net/tcp-join.ts";
import { putU16 } from "../../net/words.ts";
import type { Watch } from "./libc.ts";
import type { Region } from "./native-memory.ts";
import { type OsError, osError } from "./os-error.ts";
import type { PacketArena } from "./packet-arena.ts";

/** A packet is lent: its octets are overwritten by the next. `segmentLength`: see `GatewayInput`; 0 for packets as they are. */
export type OnTunPacket = (packet: Uint8Array, segmentLength: number) => void;

export interface TunOptions {
  /** False: packets come and go one by one, as on a kernel without offload. */
  readonly offload?: boolean;
}

export class TunDevice {
  /** As the kernel named it. */
  readonly name: string;
  readonly #arena: PacketArena;
  readonly #fd: number;
  /** Each packet has a header of the kernel's before it. */
  readonly #hasHeader: boolean;
  readonly #incoming: Region;
  readonly #outgoing: Region;
  readonly #header: Region;
  readonly #pieces: Region;
  readonly #join: TcpJoin;
  /** Packets that are being joined, and what is to be written before them. */
  #joined: Piece[] = [];
  #waiting: Long[] = [];
  #watch: Watch | undefined;
  #isClosed = false;

  private constructor(arena: PacketArena, fd: number, name: string, hasHeader: boolean) {
    this.#arena = arena;
    this.#fd = fd;
    this.name = name;
    this.#hasHeader = hasHeader;
    this.#join = new TcpJoin((packet) => arena.summed(packet));
    this.#incoming = arena.memory.reserve(PACKET_AT + PACKET_MAX);
    this.#outgoing = arena.memory.reserve(PACKET_MAX);
    this.#header = arena.memory.reserve(HEADER);
    this.#pieces = arena.memory.reserve(PIECES_MAX * PIECE);
  }

  /** A new device that is gone when we are. In `pattern`, `%d` becomes the first free number. Takes `TUN_OCTETS` of the reserve. */
  static create(arena: PacketArena, pattern: string, options: TunOptions = {}): TunDevice | OsError {
    const { libc } = arena;
    const fd = libc.open(TUN_PATH, O_RDWR | O_NONBLOCK | O_CLOEXEC, 0);
    if (fd < 0) return osError(TUN_PATH, libc.errno());
    const request = arena.memory.reserve(IFREQ);
    request.bytes.set(new TextEncoder().encode(pattern).subarray(0, NAME_MAX - 1));
    const wantsOffload = options.offload !== false;
    request.view.setUint16(NAME_MAX, IFF_TUN | IFF_NO_PI | (wantsOffload ? IFF_VNET_HDR : 0), true);
    if (libc.ioctl(fd, TUNSETIFF, request.address(0, IFREQ)) < 0) {
      const fault = osError(`make the TUN device ${pattern}`, libc.errno());
      libc.close(fd);
      return fault;
    }
    // Without it the header stays, and says of every packet that it is as it looks.
    if (wantsOffload) libc.ioctl(fd, TUNSETOFFLOAD, TUN_F_CSUM | TUN_F_TSO4 | TUN_F_TSO_ECN);
    const name = request.bytes.subarray(0, NAME_MAX);
    const end = name.indexOf(0);
    const text = new TextDecoder().decode(name.subarray(0, end < 0 ? NAME_MAX : end));
    return new TunDevice(arena, fd, text, wantsOffload);
  }

  /** There is a TUN driver and we may open it. */
  static probe(libc: PacketArena["libc"]): OsError | undefined {
    const fd = libc.open(TUN_PATH, O_RDWR | O_NONBLOCK | O_CLOEXEC, 0);
    if (fd < 0) return osError(TUN_PATH, libc.errno());
    libc.close(fd);
    return undefined;
  }

  /** Gives every packet that the kernel sends by the device; `onBatchEnd` after each batch. */
  listen(onPacket: OnTunPacket, onBatchEnd: () => void): void {
    const { libc } = this.#arena;
    const readAt = PACKET_AT - (this.#hasHeader ? HEADER : 0);
    const room = this.#incoming.bytes.length - readAt;
    const address = this.#incoming.address(readAt, room);
    this.#watch = libc.watch(this.#fd, () => {
      let octets = 0;
      for (let count = 0; count < BATCH && octets < BATCH_OCTETS && !this.#isClosed; count++) {
        const length = libc.read(this.#fd, address, room);
        if (length <= 0) break;
        octets += length;
        this.#take(readAt + length, onPacket);
      }
      if (octets > 0) onBatchEnd();
    });
  }

  /** The kernel receives a packet by the device; with `flush`, if not before. `segmentLength`: see `GatewayEffect`; 0 for one as it is. */
  write(packet: Uint8Array, segmentLength = 0): OsError | undefined {
    if (this.#isClosed) return undefined;
    if (packet.length > PACKET_MAX) return osError(this.name, EMSGSIZE);
    const address = this.#arena.addressOf(packet);
    if (address === undefined) return this.#writeCopy(packet, segmentLength);
    const piece = { packet, address };
    if (this.#isJoined(piece, segmentLength)) return undefined;
    this.#endJoin();
    if (this.#isJoined(piece, segmentLength)) return undefined;
    this.#waiting.push(alone(piece, segmentLength));
    return this.#waiting.length < WAITING_MAX ? undefined : this.flush();
  }

  /**
   * Writes what waits: for packets to be joined with it, or for others to be written with it. The kernel's way of a packet and
   * ours need much of the processor's caches each, and lose less of them where they do not take turns for each packet.
   */
  flush(): OsError | undefined {
    if (this.#isClosed) return undefined;
    this.#endJoin();
    if (this.#waiting.length === 0) return undefined;
    let refusal: OsError | undefined;
    for (const each of this.#waiting) refusal = this.#writeLong(each) ?? refusal;
    this.#waiting = [];
    return refusal;
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#watch?.close();
    this.#arena.libc.close(this.#fd);
  }

  #take(end: number, onPacket: OnTunPacket): void {
    const packet = this.#incoming.bytes.subarray(PACKET_AT, end);
    if (!this.#hasHeader) return onPacket(packet, 0);
    const { view } = this.#incoming;
    const at = PACKET_AT - HEADER;
    const isLong = (view.getUint8(at + 1) & ~GSO_ECN) === GSO_TCPV4;
    const isUnsummed = (view.getUint8(at) & NEEDS_CHECKSUM) !== 0;
    if (isUnsummed && !isLong)
      completeChecksum(packet, view.getUint16(at + 6, true), view.getUint16(at + 8, true));
    onPacket(packet, isLong ? view.getUint16(at + 4, true) : 0);
  }

  /** Waits for those that follow it, if it is one that can be joined with what waits. */
  #isJoined(piece: Piece, segmentLength: number): boolean {
    const { packet } = piece;
    const isTaken = this.#hasHeader && this.#join.offer(packet, 0, packet.length, segmentLength);
    if (isTaken) this.#joined.push(piece);
    return isTaken;
  }

  #endJoin(): void {
    if (this.#join.isEmpty) return;
    // Not spread: V8 would make a shape for each such object.
    const { headerLength, segmentLength } = this.#join.take();
    this.#waiting.push({ headerLength, segmentLength, pieces: this.#joined });
    this.#joined = [];
  }

  /** Of what lies where the kernel cannot read it. */
  #writeCopy(packet: Uint8Array, segmentLength: number): OsError | undefined {
    const refusal = this.flush();
    this.#outgoing.bytes.set(packet);
    const address = this.#outgoing.address(0, packet.length);
    return this.#writeLong(alone({ packet, address }, segmentLength)) ?? refusal;
  }

  #putHeader(headerLength: number, segmentLength: number): void {
    const { bytes, view } = this.#header;
    bytes.fill(0);
    if (segmentLength === 0) return;
    bytes[0] = NEEDS_CHECKSUM;
    bytes[1] = GSO_TCPV4;
    view.setUint16(2, headerLength, true);
    view.setUint16(4, segmentLength, true);
    view.setUint16(6, IPV4_HEADER_LENGTH, true);
    view.setUint16(8, TCP_CHECKSUM_AT, true);
  }

  #writeLong({ pieces, headerLength, segmentLength }: Long): OsError | undefined {
    const { libc } = this.#arena;
    let count = 0;
    if (this.#hasHeader) {
      this.#putHeader(headerLength, segmentLength);
      this.#putPiece(count++, this.#header.address(0, HEADER), HEADER);
    }
    let skipped = 0;
    for (const { packet, address } of pieces) {
      this.#putPiece(count++, address + skipped, packet.length - skipped);
      skipped = headerLength;
    }
    const written = libc.writev(this.#fd, this.#pieces.address(0, count * PIECE), count);
    return written < 0 ? osError(`${this.name}: write`, libc.errno()) : undefined;
  }

  #putPiece(i: number, address: number, length: number): void {
    this.#pieces.putPointer(i * PIECE, address);
    this.#pieces.putSize(i * PIECE + 8, length);
  }
}

/** A packet, and where it lies. */
interface Piece {
  readonly packet: Uint8Array;
  readonly address: number;
}

/** What is written as one packet: the first as it is, the others without their headers. */
interface Long extends JoinedHeaders {
  readonly pieces: readonly Piece[];
}

function alone(piece: Piece, segmentLength: number): Long {
  const headerLength =
    segmentLength === 0 ? 0 : IPV4_HEADER_LENGTH + tcpHeaderLength(piece.packet, IPV4_HEADER_LENGTH);
  return { headerLength, segmentLength, pieces: [piece] };
}

/** The checksum of the packet from `start` on, whose field has the sum of the pseudo-header. */
function completeChecksum(packet: Uint8Array, start: number, offset: number): void {
  const checksum = checksumOfSum(addWords(packet, 0, start));
  // 0 would mean that a UDP datagram has none.
  putU16(packet, start + offset, checksum === 0 ? 0xffff : checksum);
}

export const TUN_PATH = "/dev/net/tun";

/** Packets, and octets, before other descriptors have their turn. */
const BATCH = 256;
const BATCH_OCTETS = 1 << 20;
/** Long packets that wait to be written: those that follow have waited long enough. */
const WAITING_MAX = 16;
const PACKET_MAX = 65_535;
/** Where packets are read to: behind room for the header, and at a multiple of 16. */
const PACKET_AT = 16;
const O_RDWR = 2;
const O_NONBLOCK = 0o4000;
/** Or the programs that we start would keep the device alive. */
const O_CLOEXEC = 0o2000000;
/** Octets of `struct ifreq`, and of the name at its start. */
const IFREQ = 40;
const NAME_MAX = 16;
const TUNSETIFF = 0x400454ca;
const TUNSETOFFLOAD = 0x400454d0;
const IFF_TUN = 0x0001;
const IFF_NO_PI = 0x1000;
const IFF_VNET_HDR = 0x4000;
const TUN_F_CSUM = 1;
const TUN_F_TSO4 = 2;
const TUN_F_TSO_ECN = 8;
/** Octets of `struct virtio_net_hdr` and `struct iovec`. */
const HEADER = 10;
const PIECE = 16;
/** What a TCP join has, and the header. */
const PIECES_MAX = 65;
/** What a device takes of an arena's reserve. */
export const TUN_OCTETS = PACKET_AT + 2 * PACKET_MAX + IFREQ + PIECES_MAX * PIECE + HEADER + 6 * 64;
const NEEDS_CHECKSUM = 1;
const GSO_TCPV4 = 1;
const GSO_ECN = 0x80;
const TCP_CHECKSUM_AT = 16;
const EMSGSIZE = 90;
