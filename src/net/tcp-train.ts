/**
 * A TCP packet that is longer than its way can take, as a system hands it over that leaves the cutting to whoever sends it
 * (TCP segmentation offload): one header, and data for many segments.
 */
import { addWords, checksumOfSum } from "./checksum.ts";
import { IPV4_HEADER_LENGTH } from "./ipv4-packet.ts";
import { PROTOCOL } from "./protocols.ts";
import { PlainOctets, type SummedOctets } from "./summed-octets.ts";
import { TCP_HEADER_LENGTH, tcpHeaderLength } from "./tcp-header.ts";
import { putU16, putU32, u16At, u32At } from "./words.ts";

export class TcpTrain {
  /** Packets that it makes. */
  readonly count: number;
  /** Octets of its longest packet. */
  readonly lengthMax: number;
  readonly #bytes: Uint8Array;
  readonly #octets: SummedOctets;
  readonly #ipLength: number;
  /** Octets of both headers. */
  readonly #headerLength: number;
  readonly #segmentLength: number;
  readonly #identification: number;
  readonly #sequenceNumber: number;
  readonly #offsetAndFlags: number;
  readonly #ipSum: number;
  readonly #tcpSum: number;

  /**
   * `bytes` is a sound IPv4 packet; undefined unless it carries TCP with data. `segmentLength` is in octets of data. `octets` are the
   * same as `bytes`.
   */
  static of(
    bytes: Uint8Array,
    segmentLength: number,
    octets: SummedOctets = new PlainOctets(bytes),
  ): TcpTrain | undefined {
    const ipLength = ((bytes[0] ?? 0) & 15) * 4;
    const headerLength = ipLength + tcpHeaderLength(bytes, ipLength);
    const isTcp = bytes[9] === PROTOCOL.TCP && (u16At(bytes, 6) & FRAGMENT_BITS) === 0;
    if (!isTcp || headerLength < ipLength + TCP_HEADER_LENGTH || headerLength >= bytes.length)
      return undefined;
    return segmentLength < 1 ? undefined : new TcpTrain(bytes, octets, ipLength, headerLength, segmentLength);
  }

  private constructor(
    bytes: Uint8Array,
    octets: SummedOctets,
    ipLength: number,
    headerLength: number,
    segmentLength: number,
  ) {
    this.count = Math.ceil((bytes.length - headerLength) / segmentLength);
    this.lengthMax = Math.min(headerLength + segmentLength, bytes.length);
    this.#bytes = bytes;
    this.#octets = octets;
    this.#ipLength = ipLength;
    this.#headerLength = headerLength;
    this.#segmentLength = segmentLength;
    this.#identification = u16At(bytes, 4);
    this.#sequenceNumber = u32At(bytes, ipLength + 4);
    this.#offsetAndFlags = u16At(bytes, ipLength + 12);
    // What is the same in all packets: all but length, identification and checksum; all but sequence number, flags and checksum.
    const lengthAndIdentification = u16At(bytes, 2) + this.#identification + u16At(bytes, 10);
    this.#ipSum = addWords(bytes, 0, 0, ipLength) - lengthAndIdentification;
    const sequenceAndFlags =
      u16At(bytes, ipLength + 4) +
      u16At(bytes, ipLength + 6) +
      this.#offsetAndFlags +
      u16At(bytes, ipLength + 16);
    const pseudoHeader = addWords(bytes, PROTOCOL.TCP, 12, IPV4_HEADER_LENGTH);
    this.#tcpSum = addWords(bytes, pseudoHeader, ipLength, headerLength) - sequenceAndFlags;
  }

  /** Octets of packet `i`. */
  lengthOf(i: number): number {
    const left = this.#bytes.length - this.#headerLength - i * this.#segmentLength;
    return this.#headerLength + Math.min(this.#segmentLength, left);
  }

  /** Writes packet `i` to `target` from `at` on. */
  put(i: number, target: Uint8Array, at: number): void {
    const headerLength = this.#headerLength;
    const length = this.lengthOf(i);
    const from = headerLength + i * this.#segmentLength;
    const to = from + length - headerLength;
    this.#octets.move(0, headerLength, target, at);
    const dataSum = this.#octets.copy(from, to, target, at + headerLength);

    const identification = (this.#identification + i) & 0xffff;
    putU16(target, at + 2, length);
    putU16(target, at + 4, identification);
    putU16(target, at + 10, checksumOfSum(this.#ipSum + length + identification));

    const tcp = at + this.#ipLength;
    const tcpLength = length - this.#ipLength;
    const sequenceNumber = (this.#sequenceNumber + i * this.#segmentLength) >>> 0;
    const offsetAndFlags = this.#flagsOf(i);
    putU32(target, tcp + 4, sequenceNumber);
    putU16(target, tcp + 12, offsetAndFlags);
    const sum =
      this.#tcpSum + tcpLength + (sequenceNumber >>> 16) + (sequenceNumber & 0xffff) + offsetAndFlags;
    putU16(target, tcp + 16, checksumOfSum(sum + dataSum));
  }

  /** Packet `i` in octets of its own. */
  packet(i: number): Uint8Array {
    const packet = new Uint8Array(this.lengthOf(i));
    this.put(i, packet, 0);
    return packet;
  }

  /** FIN and PSH belong to the last packet; CWR, which answers once, to the first (RFC 3168 §6.1.2). */
  #flagsOf(i: number): number {
    const isLast = i === this.count - 1;
    return this.#offsetAndFlags & ~(isLast ? 0 : FIN | PSH) & ~(i === 0 ? 0 : CWR);
  }
}

/** More fragments, and the fragment offset. */
const FRAGMENT_BITS = 0x3fff;
const FIN = 0x01;
const PSH = 0x08;
const CWR = 0x80;
