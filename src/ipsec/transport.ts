/**
 * Transport mode for IPv4 (RFC 2401 §4.1, RFC 2406 §3.1): a packet between the two end points keeps its header, options
 * included, and AH or ESP stands between it and its payload. Only whole packets are protected so, never fragments.
 */
import { internetChecksum, updatedChecksum } from "../net/checksum.ts";
import { buildIpv4Packet, type Ipv4Packet } from "../net/ipv4-packet.ts";
import { PROTOCOL } from "../net/protocols.ts";
import { mendChecksum } from "../net/transport-checksum.ts";
import { putU16, u16At } from "../net/words.ts";
import { putUdpHeader, udpOverhead } from "./esp-in-udp.ts";
import type { EspArrival } from "./inbound-path.ts";
import { outerProtocol, type Protection, payloadLengthWithin } from "./protection.ts";
import type { SaParameters } from "./security-association.ts";
import type { InnerPacket } from "./tunnel.ts";

type Udp = SaParameters["udpEncapsulation"];

/** Octets, options included, of a sound packet's header. */
export function headerLengthOf(packet: Uint8Array): number {
  return ((packet[0] ?? 0) & 15) * 4;
}

/** The longest packet that becomes one of at most `mtu` octets, whatever options its header has. */
export function transportMtu(protection: Protection, udp: Udp, mtu: number): number {
  const lengths = HEADER_LENGTHS.map(
    (length) => length + payloadLengthWithin(protection, mtu - length - udpOverhead(udp)),
  );
  return Math.min(...lengths);
}

/** Writes what stands before AH or ESP in `octets`: the header of `packet`, told of what now follows it, and UDP's. */
export function putTransportHeaders(
  octets: Uint8Array,
  packet: Uint8Array,
  protection: Protection,
  udp: Udp,
): void {
  const headerLength = headerLengthOf(packet);
  octets.set(packet.subarray(0, headerLength));
  rewriteHeader(octets, headerLength, udp === undefined ? outerProtocol(protection) : PROTOCOL.UDP);
  putUdpHeader(octets, headerLength, udp, octets.length - headerLength);
}

/**
 * The packet that the peer protected. Its header is that of the packet ESP came in, or where a UDP socket has taken that off,
 * one that says as much of it as is known. Behind NATs the addresses are not those that its checksum was made for.
 */
export function transportedPacket(
  { udpEncapsulation, originalAddresses }: SaParameters,
  arrival: EspArrival | Ipv4Packet,
  nextHeader: number,
  payload: Uint8Array,
): InnerPacket {
  if (nextHeader === PROTOCOL.NONE) return { kind: "dummy" };
  const bytes = withHeaderOf(arrival, nextHeader, payload);
  if (udpEncapsulation !== undefined) mendChecksum(bytes, originalAddresses);
  return { kind: "packet", bytes };
}

function withHeaderOf(arrival: EspArrival | Ipv4Packet, protocol: number, payload: Uint8Array): Uint8Array {
  if (!("headerLength" in arrival)) {
    const { source, destination, typeOfService } = arrival;
    const fields = { source, destination, typeOfService, protocol };
    return buildIpv4Packet({ ...fields, timeToLive: UNKNOWN_TIME_TO_LIVE, identification: 0 }, payload);
  }
  const { headerLength } = arrival;
  const bytes = new Uint8Array(headerLength + payload.length);
  bytes.set(arrival.bytes.subarray(0, headerLength));
  bytes.set(payload, headerLength);
  rewriteHeader(bytes, headerLength, protocol);
  return bytes;
}

/** Gives a packet another identification. */
export function renumber(packet: Uint8Array, identification: number): void {
  putU16(packet, 10, updatedChecksum(u16At(packet, 10), u16At(packet, 4), identification));
  putU16(packet, 4, identification);
}

/** Total length, protocol and checksum. */
function rewriteHeader(packet: Uint8Array, headerLength: number, protocol: number): void {
  putU16(packet, 2, packet.length);
  packet[9] = protocol;
  putU16(packet, 10, 0);
  putU16(packet, 10, internetChecksum(packet, 0, headerLength));
}

/** 20 to 60. */
const HEADER_LENGTHS: readonly number[] = Array.from({ length: 11 }, (_, options) => 20 + options * 4);
/** The packet is for us: nobody lowers it. */
const UNKNOWN_TIME_TO_LIVE = 64;
