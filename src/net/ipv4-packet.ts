/** Whole IPv4 packets (RFC 791): a checked view of received octets, and building, forwarding and dissecting them. */
import { MisuseError } from "../base/errors.ts";
import { internetChecksum, updatedChecksum } from "./checksum.ts";
import { type IpAddress, ipv4FromNumber, ipv4ToNumber } from "./ip-address.ts";
import { putU16, putU32, u16At, u32At } from "./words.ts";

/** What a packet says, and its octets. `bytes` and `payload` share memory with what was parsed. */
export interface Ipv4Packet {
  /** From the first octet of the header to the last the total length counts. */
  readonly bytes: Uint8Array;
  /** Octets, options included: 20 to 60. */
  readonly headerLength: number;
  readonly typeOfService: number;
  readonly identification: number;
  readonly dontFragment: boolean;
  readonly moreFragments: boolean;
  /** Octets; a multiple of 8. */
  readonly fragmentOffset: number;
  readonly timeToLive: number;
  readonly protocol: number;
  readonly source: IpAddress;
  readonly destination: IpAddress;
  readonly payload: Uint8Array;
}

/** What a header says, apart from what follows from the payload. Absent: 0, false, no options. */
export interface Ipv4Fields {
  readonly source: IpAddress;
  readonly destination: IpAddress;
  readonly protocol: number;
  readonly timeToLive: number;
  readonly identification: number;
  readonly typeOfService?: number;
  readonly dontFragment?: boolean;
  readonly moreFragments?: boolean;
  /** Octets; a multiple of 8. */
  readonly fragmentOffset?: number;
  /** Already padded to a multiple of 4, at most 40 octets. */
  readonly options?: Uint8Array;
}

export const IPV4_HEADER_LENGTH = 20;
export const IPV4_TOTAL_LENGTH_MAX = 65535;

/** What is wrong with a packet, or undefined. Octets after the total length are link padding and are no fault. */
export function faultOfIpv4(
  bytes: Uint8Array,
  checksum: "verified" | "ignored" = "verified",
): string | undefined {
  if (bytes.length < IPV4_HEADER_LENGTH) return `needs 20 bytes of IPv4 header, has ${bytes.length}`;
  const first = bytes[0] ?? 0;
  if (first >> 4 !== 4) return `IP version is ${first >> 4}, not 4`;
  const headerLength = (first & 15) * 4;
  if (headerLength < IPV4_HEADER_LENGTH) return `header length ${headerLength} is less than 20`;
  const totalLength = u16At(bytes, TOTAL_LENGTH_AT);
  if (totalLength < headerLength)
    return `total length ${totalLength} is less than the header's ${headerLength}`;
  if (totalLength > bytes.length)
    return `total length ${totalLength} exceeds the ${bytes.length} bytes there are`;
  const fragment = u16At(bytes, FRAGMENT_AT);
  const payloadLength = totalLength - headerLength;
  if ((fragment & MORE_FRAGMENTS) !== 0 && (payloadLength % 8 !== 0 || payloadLength === 0))
    return `a fragment of ${payloadLength} bytes is followed by another`;
  if ((fragment & OFFSET_MASK) * 8 + payloadLength > IPV4_TOTAL_LENGTH_MAX - IPV4_HEADER_LENGTH)
    return `a fragment ends beyond the longest packet`;
  if (checksum === "verified" && internetChecksum(bytes, 0, headerLength) !== 0)
    return `header checksum 0x${u16At(bytes, CHECKSUM_AT).toString(16)} is wrong`;
  return undefined;
}

/** The packet in `bytes`, or undefined where `faultOfIpv4` finds fault. */
export function parseIpv4Packet(
  bytes: Uint8Array,
  checksum: "verified" | "ignored" = "verified",
): Ipv4Packet | undefined {
  if (faultOfIpv4(bytes, checksum) !== undefined) return undefined;
  const headerLength = ((bytes[0] ?? 0) & 15) * 4;
  const totalLength = u16At(bytes, TOTAL_LENGTH_AT);
  const fragment = u16At(bytes, FRAGMENT_AT);
  return {
    bytes: totalLength === bytes.length ? bytes : bytes.subarray(0, totalLength),
    headerLength,
    typeOfService: bytes[1] ?? 0,
    identification: u16At(bytes, 4),
    dontFragment: (fragment & DONT_FRAGMENT) !== 0,
    moreFragments: (fragment & MORE_FRAGMENTS) !== 0,
    fragmentOffset: (fragment & OFFSET_MASK) * 8,
    timeToLive: bytes[TIME_TO_LIVE_AT] ?? 0,
    protocol: bytes[9] ?? 0,
    source: ipv4FromNumber(u32At(bytes, 12)),
    destination: ipv4FromNumber(u32At(bytes, 16)),
    payload: bytes.subarray(headerLength, totalLength),
  };
}

/** A whole packet. Throws MisuseError where the fields and the payload cannot make one. */
export function buildIpv4Packet(fields: Ipv4Fields, payload: Uint8Array): Uint8Array {
  const options = fields.options;
  const headerLength = IPV4_HEADER_LENGTH + (options?.length ?? 0);
  const fragmentOffset = fields.fragmentOffset ?? 0;
  if (headerLength % 4 !== 0 || headerLength > 60)
    throw new MisuseError(`a header of ${headerLength} octets`);
  if (fragmentOffset % 8 !== 0) throw new MisuseError(`a fragment offset of ${fragmentOffset} octets`);
  const totalLength = headerLength + payload.length;
  if (totalLength > IPV4_TOTAL_LENGTH_MAX) throw new MisuseError(`a packet of ${totalLength} octets`);
  const bytes = new Uint8Array(totalLength);
  bytes[0] = 0x40 | (headerLength / 4);
  bytes[1] = fields.typeOfService ?? 0;
  putU16(bytes, TOTAL_LENGTH_AT, totalLength);
  putU16(bytes, 4, fields.identification);
  putU16(
    bytes,
    FRAGMENT_AT,
    (fields.dontFragment ? DONT_FRAGMENT : 0) |
      (fields.moreFragments ? MORE_FRAGMENTS : 0) |
      (fragmentOffset / 8),
  );
  bytes[TIME_TO_LIVE_AT] = fields.timeToLive;
  bytes[9] = fields.protocol;
  putU32(bytes, 12, ipv4ToNumber(fields.source));
  putU32(bytes, 16, ipv4ToNumber(fields.destination));
  if (options !== undefined) bytes.set(options, IPV4_HEADER_LENGTH);
  putU16(bytes, CHECKSUM_AT, internetChecksum(bytes, 0, headerLength));
  bytes.set(payload, headerLength);
  return bytes;
}

/** What a header without options says, addresses as numbers: for those who write many. */
export interface Ipv4HeaderWords {
  readonly source: number;
  readonly destination: number;
  readonly protocol: number;
  readonly timeToLive: number;
  readonly totalLength: number;
  readonly identification: number;
  readonly typeOfService: number;
  readonly dontFragment: boolean;
}

/** Writes a header of 20 octets at the beginning of `octets`. */
export function putIpv4Header(octets: Uint8Array, header: Ipv4HeaderWords): void {
  octets[0] = 0x45;
  octets[1] = header.typeOfService;
  putU16(octets, TOTAL_LENGTH_AT, header.totalLength);
  putU16(octets, 4, header.identification);
  putU16(octets, FRAGMENT_AT, header.dontFragment ? DONT_FRAGMENT : 0);
  octets[TIME_TO_LIVE_AT] = header.timeToLive;
  octets[9] = header.protocol;
  putU16(octets, CHECKSUM_AT, 0);
  putU32(octets, 12, header.source);
  putU32(octets, 16, header.destination);
  putU16(octets, CHECKSUM_AT, internetChecksum(octets, 0, IPV4_HEADER_LENGTH));
}

/** The packet must not be cut; for packets that are known to be sound. */
export function isUncuttable(bytes: Uint8Array): boolean {
  return (u16At(bytes, FRAGMENT_AT) & DONT_FRAGMENT) !== 0;
}

/** The packet as the next hop gets it: TTL one less. Undefined where that would be 0: the packet ends here (RFC 791 §3.2). */
export function withTtlLowered(packet: Ipv4Packet): Uint8Array | undefined {
  if (packet.timeToLive <= 1) return undefined;
  const bytes = packet.bytes.slice();
  bytes[TIME_TO_LIVE_AT] = packet.timeToLive - 1;
  const checksum = u16At(packet.bytes, CHECKSUM_AT);
  const before = u16At(packet.bytes, TIME_TO_LIVE_AT);
  putU16(bytes, CHECKSUM_AT, updatedChecksum(checksum, before, u16At(bytes, TIME_TO_LIVE_AT)));
  return bytes;
}

/** Clears DF, in place. */
export function allowFragmentation(bytes: Uint8Array): void {
  const before = u16At(bytes, FRAGMENT_AT);
  const after = before & ~DONT_FRAGMENT;
  putU16(bytes, FRAGMENT_AT, after);
  putU16(bytes, CHECKSUM_AT, updatedChecksum(u16At(bytes, CHECKSUM_AT), before, after));
}

/** As `isFragment`, of a packet's octets. */
export function isCut(bytes: Uint8Array): boolean {
  return (u16At(bytes, FRAGMENT_AT) & (MORE_FRAGMENTS | OFFSET_MASK)) !== 0;
}

/** The packet is a piece of a larger one. */
export function isFragment(packet: Ipv4Packet): boolean {
  return packet.moreFragments || packet.fragmentOffset > 0;
}

const TOTAL_LENGTH_AT = 2;
const FRAGMENT_AT = 6;
const TIME_TO_LIVE_AT = 8;
const CHECKSUM_AT = 10;
/** Of the word that holds flags and offset. */
export const DONT_FRAGMENT = 0x4000;
const MORE_FRAGMENTS = 0x2000;
const OFFSET_MASK = 0x1fff;
