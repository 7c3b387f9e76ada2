/**
 * TCP packets of one flow that follow one another, joined to one long packet (the inverse of `tcp-train.ts`): whoever
 * receives it pays for one packet. Joined is only what a TCP would have sent as one, and what carries a right checksum.
 */
import { addWords, checksumOfSum, internetChecksum } from "./checksum.ts";
import { IPV4_HEADER_LENGTH, IPV4_TOTAL_LENGTH_MAX } from "./ipv4-packet.ts";
import { PROTOCOL } from "./protocols.ts";
import { PlainOctets, type SummedOctets } from "./summed-octets.ts";
import { putU16, u16At, u32At } from "./words.ts";

export interface JoinedPacket {
  /** Of the first all is meant, of the others the data that follows their headers. */
  readonly packets: readonly Uint8Array[];
  /** Octets of both headers, the same in all. */
  readonly headerLength: number;
  /** Octets of data of each packet that went in; the last may have fewer. 0 where only one did. */
  readonly segmentLength: number;
}

export class TcpJoin {
  readonly #summed: (packet: Uint8Array) => SummedOctets;
  #packets: Uint8Array[] = [];
  #first: Uint8Array = new Uint8Array();
  #headerLength = 0;
  #segmentLength = 0;
  #length = 0;
  #nextSequenceNumber = 0;
  #isEnded = false;

  /** `summed` gives the octets of a packet for its checksum. */
  constructor(summed: (packet: Uint8Array) => SummedOctets = (packet) => new PlainOctets(packet)) {
    this.#summed = summed;
  }

  get isEmpty(): boolean {
    return this.#packets.length === 0;
  }

  /**
   * Takes a sound IPv4 packet as the first or as the next one; false where it is neither. Its octets are kept, and the
   * first one's headers will be written to.
   */
  offer(packet: Uint8Array): boolean {
    const headerLength = dataOffsetOf(packet);
    if (headerLength === undefined || !this.#hasRightChecksum(packet)) return false;
    const sequenceNumber = u32At(packet, TCP + 4);
    const length = packet.length - headerLength;
    if (this.isEmpty) {
      this.#first = packet;
      this.#packets.push(packet);
      this.#headerLength = headerLength;
      this.#segmentLength = length;
      this.#length = packet.length;
    } else {
      if (!this.#isNext(packet, headerLength, sequenceNumber)) return false;
      this.#packets.push(packet);
      this.#length += length;
    }
    this.#nextSequenceNumber = (sequenceNumber + length) >>> 0;
    const isPushed = ((packet[TCP + 13] ?? 0) & PSH) !== 0;
    if (isPushed) this.#first[TCP + 13] = ACK | PSH;
    this.#isEnded = isPushed || length < this.#segmentLength;
    return true;
  }

  /** What has been joined; it is empty then. */
  take(): JoinedPacket {
    const packets = this.#packets;
    this.#packets = [];
    const isJoined = packets.length > 1;
    if (isJoined) this.#finishHeaders();
    return { packets, headerLength: this.#headerLength, segmentLength: isJoined ? this.#segmentLength : 0 };
  }

  #isNext(packet: Uint8Array, headerLength: number, sequenceNumber: number): boolean {
    const first = this.#first;
    const length = packet.length - headerLength;
    if (
      this.#isEnded ||
      sequenceNumber !== this.#nextSequenceNumber ||
      headerLength !== this.#headerLength ||
      length > this.#segmentLength ||
      this.#length + length > IPV4_TOTAL_LENGTH_MAX ||
      this.#packets.length >= PACKETS_MAX
    )
      return false;
    // Type of service; don't-fragment bit, time to live and protocol; addresses and ports; acknowledged; window; options.
    const isOfFlow =
      packet[1] === first[1] &&
      areSame(packet, first, 6, 10) &&
      areSame(packet, first, 12, TCP + 4) &&
      areSame(packet, first, TCP + 8, TCP + 12) &&
      areSame(packet, first, TCP + 14, TCP + 16) &&
      areSame(packet, first, TCP + TCP_HEADER_LENGTH, headerLength);
    if (!isOfFlow) return false;
    // Whoever may be cut is known by its number, which has to go on.
    const isUncuttable = (u16At(first, 6) & DONT_FRAGMENT) !== 0;
    return isUncuttable || u16At(packet, 4) === ((u16At(first, 4) + this.#packets.length) & 0xffff);
  }

  #hasRightChecksum(packet: Uint8Array): boolean {
    const { length } = packet;
    const pseudoHeader = addWords(packet, PROTOCOL.TCP + length - TCP, 12, IPV4_HEADER_LENGTH);
    return checksumOfSum(pseudoHeader + this.#summed(packet).sum(TCP, length)) === 0;
  }

  /** The checksum of TCP is left at that of its pseudo-header, for whoever cuts or checks the packet. */
  #finishHeaders(): void {
    const first = this.#first;
    putU16(first, 2, this.#length);
    putU16(first, 10, 0);
    putU16(first, 10, internetChecksum(first, 0, IPV4_HEADER_LENGTH));
    const pseudoHeader = addWords(first, PROTOCOL.TCP + this.#length - TCP, 12, IPV4_HEADER_LENGTH);
    putU16(first, TCP + 16, ~checksumOfSum(pseudoHeader) & 0xffff);
  }
}

function areSame(one: Uint8Array, other: Uint8Array, from: number, to: number): boolean {
  for (let at = from; at < to; at++) if (one[at] !== other[at]) return false;
  return true;
}

/** Octets of both headers; undefined where the packet is no plain TCP packet with data. */
function dataOffsetOf(packet: Uint8Array): number | undefined {
  const isPlain =
    packet[0] === 0x45 && packet[9] === PROTOCOL.TCP && (u16At(packet, 6) & FRAGMENT_BITS) === 0;
  if (!isPlain || packet.length < TCP + TCP_HEADER_LENGTH) return undefined;
  if (((packet[TCP + 13] ?? 0) & ~PSH) !== ACK) return undefined;
  const headerLength = TCP + ((packet[TCP + 12] ?? 0) >> 4) * 4;
  if (headerLength < TCP + TCP_HEADER_LENGTH || headerLength >= packet.length) return undefined;
  return headerLength;
}

/** Where TCP begins: behind a header without options. */
const TCP = IPV4_HEADER_LENGTH;
const TCP_HEADER_LENGTH = 20;
/** More fragments, and the fragment offset. */
const FRAGMENT_BITS = 0x3fff;
const DONT_FRAGMENT = 0x4000;
const PSH = 0x08;
const ACK = 0x10;
/** What the kernel takes in one call with room to spare. */
const PACKETS_MAX = 64;
