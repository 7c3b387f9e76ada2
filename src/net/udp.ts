/** UDP over IPv4 (RFC 768). */
import { MisuseError } from "../base/errors.ts";
import { addWords, checksumOfSum } from "./checksum.ts";
import { type IpAddress, ipv4ToNumber } from "./ip-address.ts";
import type { Ipv4Packet } from "./ipv4-packet.ts";
import { PROTOCOL } from "./protocols.ts";
import { putU16, u16At } from "./words.ts";

export interface UdpDatagram {
  readonly sourcePort: number;
  readonly destinationPort: number;
  /** Shares memory with the packet it was parsed from. */
  readonly payload: Uint8Array;
}

export const UDP_HEADER_LENGTH = 8;

/** The payload of an IPv4 packet from `source` to `destination` that carries the datagram. */
export function buildUdp(datagram: UdpDatagram, source: IpAddress, destination: IpAddress): Uint8Array {
  const length = UDP_HEADER_LENGTH + datagram.payload.length;
  if (length > 0xffff) throw new MisuseError(`a UDP datagram of ${length} octets`);
  const bytes = new Uint8Array(length);
  putU16(bytes, 0, datagram.sourcePort);
  putU16(bytes, 2, datagram.destinationPort);
  putU16(bytes, 4, length);
  bytes.set(datagram.payload, UDP_HEADER_LENGTH);
  const checksum = checksumOfSum(addWords(bytes, pseudoHeaderSum(source, destination, length)));
  // 0 on the wire means that there is no checksum, so 0 is sent as its other form.
  putU16(bytes, 6, checksum === 0 ? 0xffff : checksum);
  return bytes;
}

/** The datagram a whole, unfragmented packet carries; undefined where it is malformed or its checksum is wrong. */
export function parseUdp(packet: Ipv4Packet): UdpDatagram | undefined {
  const bytes = packet.payload;
  if (packet.protocol !== PROTOCOL.UDP || packet.fragmentOffset !== 0 || packet.moreFragments)
    return undefined;
  if (bytes.length < UDP_HEADER_LENGTH) return undefined;
  const length = u16At(bytes, 4);
  if (length < UDP_HEADER_LENGTH || length > bytes.length) return undefined;
  const datagram = bytes.subarray(0, length);
  if (u16At(bytes, 6) !== 0) {
    const sum = addWords(datagram, pseudoHeaderSum(packet.source, packet.destination, length));
    if (checksumOfSum(sum) !== 0) return undefined;
  }
  return {
    sourcePort: u16At(bytes, 0),
    destinationPort: u16At(bytes, 2),
    payload: datagram.subarray(UDP_HEADER_LENGTH),
  };
}

/** Addresses, protocol and length count too, so that a misdelivered datagram is noticed (RFC 768). */
function pseudoHeaderSum(source: IpAddress, destination: IpAddress, length: number): number {
  const from = ipv4ToNumber(source);
  const to = ipv4ToNumber(destination);
  return (from >>> 16) + (from & 0xffff) + (to >>> 16) + (to & 0xffff) + PROTOCOL.UDP + length;
}
