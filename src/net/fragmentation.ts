/** Cutting a packet to a smaller MTU (RFC 791 §3.2, example fragmentation procedure). */
import { MisuseError } from "../base/errors.ts";
import { buildIpv4Packet, IPV4_HEADER_LENGTH, type Ipv4Packet, parseIpv4Packet } from "./ipv4-packet.ts";

/** The smallest MTU IP allows: the longest header and eight octets (RFC 791 §3.2). */
export const IPV4_MTU_MIN = 68;

/**
 * The packet as packets of at most `mtu` octets, itself alone where it fits. Undefined where it does not fit and says
 * "don't fragment": its source is to be told the MTU (RFC 1191).
 */
export function fragmentIpv4(packet: Ipv4Packet, mtu: number): readonly Uint8Array[] | undefined {
  if (mtu < IPV4_MTU_MIN) throw new MisuseError(`an MTU of ${mtu} octets`);
  if (packet.bytes.length <= mtu) return [packet.bytes];
  if (packet.dontFragment) return undefined;
  const pieces: Uint8Array[] = [];
  const firstOptions = packet.bytes.subarray(IPV4_HEADER_LENGTH, packet.headerLength);
  const laterOptions = copiedOptions(firstOptions);
  let at = 0;
  while (at < packet.payload.length) {
    const options = at === 0 ? firstOptions : laterOptions;
    const room = (mtu - IPV4_HEADER_LENGTH - options.length) & ~7;
    const end = Math.min(at + room, packet.payload.length);
    const moreFragments = end < packet.payload.length || packet.moreFragments;
    const fragmentOffset = packet.fragmentOffset + at;
    const { source, destination, protocol, timeToLive, identification, typeOfService } = packet;
    const fields = { source, destination, protocol, timeToLive, identification, typeOfService };
    pieces.push(
      buildIpv4Packet(
        { ...fields, moreFragments, fragmentOffset, options },
        packet.payload.subarray(at, end),
      ),
    );
    at = end;
  }
  return pieces;
}

/** The packet in pieces of at most `mtu` octets, whatever its DF bit says, which no piece has. */
export function cutIpv4(bytes: Uint8Array, mtu: number): readonly Uint8Array[] {
  const packet = parseIpv4Packet(bytes, "ignored");
  const pieces = packet && fragmentIpv4({ ...packet, dontFragment: false }, mtu);
  if (pieces === undefined) throw new MisuseError(`${bytes.length} octets to be cut are no IPv4 packet`);
  return pieces;
}

/** The options whose copied flag asks to be in every fragment, padded with end-of-list octets (RFC 791 §3.1). */
function copiedOptions(options: Uint8Array): Uint8Array {
  const kept: number[] = [];
  let at = 0;
  while (at < options.length) {
    const type = options[at] ?? END_OF_LIST;
    if (type === END_OF_LIST) break;
    const length = type === NO_OPERATION ? 1 : (options[at + 1] ?? 0);
    // A length that cannot be ends the list: what follows cannot be told apart.
    if (length < 1 || (type !== NO_OPERATION && length < 2) || at + length > options.length) break;
    if ((type & COPIED) !== 0) kept.push(...options.subarray(at, at + length));
    at += length;
  }
  while (kept.length % 4 !== 0) kept.push(END_OF_LIST);
  return Uint8Array.from(kept);
}

const END_OF_LIST = 0;
const NO_OPERATION = 1;
const COPIED = 0x80;
