/**
 * TCP packets of one flow that follow one another, joined to one long packet (the inverse of `tcp-train.ts`): whoever
 * receives it pays for one packet. Joined is only what a TCP would have sent as one, and what carries a right checksum.
 */
import { addWords, checksumOfSum, internetChecksum } from "./checksum.ts";
import { IPV4_HEADER_LENGTH, IPV4_TOTAL_LENGTH_MAX } from "./ipv4-packet.ts";
import { PROTOCOL } from "./protocols.ts";
import { PlainOctets, type SummedOctets } from "./summed-octets.ts";
import { TCP_HEADER_LENGTH, tcpHeaderLength } from "./tcp-header.ts";
import { putU16, u16At, u32At } from "./words.ts";

/** What the headers of the first now say. */
export interface JoinedHeaders {
  /** Octets of both headers, the same in all. */
  readonly headerLength: number;
  /** Octets of data of each packet that went in; the last may have fewer. 0 where only one did. */
  readonly segmentLength: number;
}

/** Of the first packet all is meant, of the others the data that follows their headers; to keep it is for whoever offers them. */
export class TcpJoin {
  readonly #summedOf: (octets: Uint8Array) => SummedOctets;
  /** The octets of the packet that was offered last: packets of a train lie in the same. */
  #last: Octets = NO_OCTETS;
  #pieces = 0;
  /** Packets as they were before any were joined. */
  #segments = 0;
  /** Where the first packet is. */
  #first: Octets = NO_OCTETS;
  #firstAt = 0;
  #headerLength = 0;
  #segmentLength = 0;
  #length = 0;
  #nextSequenceNumber = 0;
  #isEnded = false;

  /** `summedOf` gives octets for their checksum. */
  constructor(summedOf: (octets: Uint8Array) => SummedOctets = (octets) => new PlainOctets(octets)) {
    this.#summedOf = summedOf;
  }

  get isEmpty(): boolean {
    return this.#pieces === 0;
  }

  /** Of the packets that are in it. */
  get headerLength(): number {
    return this.#headerLength;
  }

  /**
   * Takes a sound IPv4 packet, in `octets` from `at` to `end`, as the first or as the next one; false where it is neither. The first
   * one's octets are kept, and its headers will be written to. With a `joinedFrom` it has been joined already, from packets with so
   * many octets of data each.
   */
  offer(octets: Uint8Array, at = 0, end = octets.length, joinedFrom = 0): boolean {
    const headerLength = headerLengthOf(octets, at, end);
    if (headerLength === undefined) return false;
    const length = end - at - headerLength;
    const segmentLength = joinedFrom || length;
    const { view, sums } = this.#octetsOf(octets);
    if (!this.isEmpty && !this.#isNext(view, at, headerLength, length, segmentLength)) return false;
    if (joinedFrom === 0 && !isRightSum(sums.sum(at + SUMMED, end), end - at)) return false;
    if (this.isEmpty) {
      this.#first = this.#last;
      this.#firstAt = at;
      this.#headerLength = headerLength;
      this.#segmentLength = segmentLength;
      this.#segments = 0;
      this.#length = headerLength;
    }
    this.#add(length, u32At(octets, at + SEQUENCE_NUMBER), (octets[at + FLAGS] ?? 0) & PSH);
    return true;
  }

  /**
   * As `offer` for a packet that is not the first, and lies in the octets of the first behind `to`, where its data is moved. Whether its header
   * is sound is found out, too.
   */
  offerData(octets: Uint8Array, at: number, end: number, to: number): boolean {
    const headerLength = headerLengthOf(octets, at, end);
    if (headerLength === undefined) return false;
    const length = end - at - headerLength;
    const { view, sums } = this.#octetsOf(octets);
    if (!this.#isNext(view, at, headerLength, length, length)) return false;
    const isSound =
      u16At(octets, at + 2) === end - at &&
      isRightIpSum(view, at) &&
      isRightSum(sums.sum(at + SUMMED, end), end - at);
    if (!isSound) return false;
    this.#add(length, u32At(octets, at + SEQUENCE_NUMBER), (octets[at + FLAGS] ?? 0) & PSH);
    sums.move(at + headerLength, end, octets, to);
    return true;
  }

  /** Finishes the first one's headers for all that has been joined; it is empty then. */
  take(): JoinedHeaders {
    if (this.#pieces > 1) this.#finishHeaders();
    this.#pieces = 0;
    this.#last = NO_OCTETS;
    return { headerLength: this.#headerLength, segmentLength: this.#segments > 1 ? this.#segmentLength : 0 };
  }

  #isNext(view: DataView, at: number, headerLength: number, length: number, segmentLength: number): boolean {
    const first = this.#first.view;
    const firstAt = this.#firstAt;
    if (
      this.#isEnded ||
      view.getUint32(at + SEQUENCE_NUMBER) !== this.#nextSequenceNumber ||
      headerLength !== this.#headerLength ||
      segmentLength > this.#segmentLength ||
      (segmentLength < this.#segmentLength && segmentLength < length) ||
      this.#length + length > IPV4_TOTAL_LENGTH_MAX ||
      this.#pieces >= PIECES_MAX
    )
      return false;
    // Type of service; don't-fragment bit, time to live and protocol; addresses and ports; acknowledged; window; options.
    const isOfFlow =
      view.getUint8(at + 1) === first.getUint8(firstAt + 1) &&
      areSame(view, at, first, firstAt, 6, 10) &&
      areSame(view, at, first, firstAt, 12, TCP + 4) &&
      areSame(view, at, first, firstAt, TCP + 8, TCP + 12) &&
      view.getUint16(at + TCP + 14) === first.getUint16(firstAt + TCP + 14) &&
      areSame(view, at, first, firstAt, TCP + TCP_HEADER_LENGTH, headerLength);
    if (!isOfFlow) return false;
    // Whoever may be cut is known by its number, which has to go on.
    const isUncuttable = (first.getUint16(firstAt + 6) & DONT_FRAGMENT) !== 0;
    return (
      isUncuttable || view.getUint16(at + 4) === ((first.getUint16(firstAt + 4) + this.#segments) & 0xffff)
    );
  }

  #add(length: number, sequenceNumber: number, push: number): void {
    this.#pieces++;
    this.#segments += Math.ceil(length / this.#segmentLength);
    this.#length += length;
    this.#nextSequenceNumber = (sequenceNumber + length) >>> 0;
    if (push !== 0) this.#first.bytes[this.#firstAt + FLAGS] = ACK | PSH;
    this.#isEnded = push !== 0 || length % this.#segmentLength !== 0;
  }

  #octetsOf(bytes: Uint8Array): Octets {
    if (this.#last.bytes !== bytes) {
      const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
      this.#last = { bytes, view, sums: this.#summedOf(bytes) };
    }
    return this.#last;
  }

  /** The checksum of TCP is left at that of its pseudo-header, for whoever cuts or checks the packet. */
  #finishHeaders(): void {
    const first = this.#first.bytes;
    const at = this.#firstAt;
    const tcp = at + TCP;
    putU16(first, at + 2, this.#length);
    putU16(first, at + 10, 0);
    putU16(first, at + 10, internetChecksum(first, at, tcp));
    const pseudoHeader = addWords(first, PROTOCOL.TCP + this.#length - TCP, at + 12, tcp);
    putU16(first, tcp + 16, ~checksumOfSum(pseudoHeader) & 0xffff);
  }
}

/** Of the words from `SUMMED` to the end of a packet of `length` octets; the rest of the pseudo-header is left to us. */
function isRightSum(sum: number, length: number): boolean {
  return checksumOfSum(sum + PROTOCOL.TCP + length - TCP) === 0;
}

/** Of an IPv4 header without options. */
function isRightIpSum(view: DataView, at: number): boolean {
  let sum = 0;
  for (let i = 0; i < TCP; i += 4) {
    const words = view.getUint32(at + i);
    sum += (words >>> 16) + (words & 0xffff);
  }
  return checksumOfSum(sum) === 0;
}

/** By 32 bits at a time. */
function areSame(
  one: DataView,
  oneAt: number,
  other: DataView,
  otherAt: number,
  from: number,
  to: number,
): boolean {
  for (let i = from; i < to; i += 4)
    if (one.getUint32(oneAt + i) !== other.getUint32(otherAt + i)) return false;
  return true;
}

/** Octets of both headers; undefined where the packet is no plain TCP packet with data. */
function headerLengthOf(octets: Uint8Array, at: number, end: number): number | undefined {
  const isPlain =
    octets[at] === 0x45 && octets[at + 9] === PROTOCOL.TCP && (u16At(octets, at + 6) & FRAGMENT_BITS) === 0;
  if (!isPlain || end - at < TCP + TCP_HEADER_LENGTH) return undefined;
  if (((octets[at + FLAGS] ?? 0) & ~PSH) !== ACK) return undefined;
  const headerLength = TCP + tcpHeaderLength(octets, at + TCP);
  if (headerLength < TCP + TCP_HEADER_LENGTH || headerLength >= end - at) return undefined;
  return headerLength;
}

/** The same octets in three forms. */
interface Octets {
  readonly bytes: Uint8Array;
  readonly view: DataView;
  readonly sums: SummedOctets;
}

const NO_OCTETS: Octets = {
  bytes: new Uint8Array(),
  view: new DataView(new ArrayBuffer(0)),
  sums: new PlainOctets(new Uint8Array()),
};

/** Where TCP begins: behind a header without options. */
const TCP = IPV4_HEADER_LENGTH;
const SEQUENCE_NUMBER = TCP + 4;
const FLAGS = TCP + 13;
/** From here on TCP's checksum has all words of a packet: the addresses, and what follows. */
const SUMMED = 12;
/** More fragments, and the fragment offset. */
const FRAGMENT_BITS = 0x3fff;
const DONT_FRAGMENT = 0x4000;
const PSH = 0x08;
const ACK = 0x10;
/** What the kernel takes in one call with room to spare. */
const PIECES_MAX = 64;
