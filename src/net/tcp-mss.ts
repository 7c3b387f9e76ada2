/** Lowering the maximum segment size that a TCP connection announces as it begins (RFC 9293 §3.7.1), on behalf of the path. */
import { updatedChecksum } from "./checksum.ts";
import { IPV4_HEADER_LENGTH } from "./ipv4-packet.ts";
import { PROTOCOL } from "./protocols.ts";
import { TCP_HEADER_LENGTH, tcpHeaderLength } from "./tcp-header.ts";
import { putU16, u16At } from "./words.ts";

/** Octets of a packet that are no TCP payload where neither header has options: an MTU less this is the largest segment. */
export const TCP_IP_HEADER_LENGTH = 40;

/** A whole IPv4 packet begins a TCP connection, and may announce a segment size. */
export function beginsConnection(packet: Uint8Array): boolean {
  if (packet[9] !== PROTOCOL.TCP || (u16At(packet, 6) & OFFSET_MASK) !== 0) return false;
  return ((packet[((packet[0] ?? 0) & 15) * 4 + 13] ?? 0) & SYN) !== 0;
}

/**
 * Lowers the announcement in a whole IPv4 packet to `mss` octets where it is larger, in place, its checksum with it. Any
 * other packet stays as it is: only a segment with SYN announces, and one that announces nothing means 536.
 */
export function lowerAnnouncedMss(packet: Uint8Array, mss: number): void {
  if (!beginsConnection(packet)) return;
  const tcp = ((packet[0] ?? 0) & 15) * 4;
  if (tcp < IPV4_HEADER_LENGTH || packet.length < tcp + TCP_HEADER_LENGTH) return;
  const end = Math.min(tcp + tcpHeaderLength(packet, tcp), packet.length);
  const at = announcementIn(packet, tcp + TCP_HEADER_LENGTH, end);
  if (at === undefined || u16At(packet, at) <= mss) return;
  const checksum = u16At(packet, tcp + CHECKSUM_AT);
  const isAligned = (at - tcp) % 2 === 0;
  const word = (value: number) => (isAligned ? value : ((value & 0xff) << 8) | (value >> 8));
  putU16(packet, tcp + CHECKSUM_AT, updatedChecksum(checksum, word(u16At(packet, at)), word(mss)));
  putU16(packet, at, mss);
}

/** Where the two octets of the segment size stand among the options; undefined where they do not. */
function announcementIn(packet: Uint8Array, start: number, end: number): number | undefined {
  let at = start;
  while (at < end) {
    const kind = packet[at];
    if (kind === END_OF_LIST) return undefined;
    const length = kind === NO_OPERATION ? 1 : (packet[at + 1] ?? 0);
    const isOption = kind === NO_OPERATION || length >= 2;
    if (!isOption || at + length > end) return undefined;
    if (kind === MAXIMUM_SEGMENT_SIZE && length === 4) return at + 2;
    at += length;
  }
  return undefined;
}

const OFFSET_MASK = 0x1fff;
const CHECKSUM_AT = 16;
const SYN = 0x02;
const END_OF_LIST = 0;
const NO_OPERATION = 1;
const MAXIMUM_SEGMENT_SIZE = 2;
