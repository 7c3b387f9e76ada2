/**
 * TCP's and UDP's checksums after the addresses under them have changed on the way, which they cover by a pseudo-header
 * (RFC 768, RFC 793 §3.1): what RFC 3948 §3.1.2 asks for behind NATs.
 */
import { addWords, checksumOfSum, updatedChecksum } from "./checksum.ts";
import { type IpAddress, ipv4ToNumber } from "./ip-address.ts";
import { PROTOCOL } from "./protocols.ts";
import { putU16, u16At, u32At } from "./words.ts";

export interface Addresses {
  readonly source: IpAddress;
  readonly destination: IpAddress;
}

/**
 * Makes the checksum of a whole, unfragmented packet good for the addresses in its header, in place. With the addresses it
 * was made for, an error in the packet stays one; without, it is made anew. Other protocols have nothing to be mended.
 */
export function mendChecksum(packet: Uint8Array, madeFor: Addresses | undefined): void {
  const headerLength = ((packet[0] ?? 0) & 15) * 4;
  const protocol = packet[9] ?? 0;
  const at = headerLength + (CHECKSUM_AT[protocol] ?? Number.POSITIVE_INFINITY);
  if (at + 2 > packet.length) return;
  const checksum = u16At(packet, at);
  if (protocol === PROTOCOL.UDP && checksum === 0) return;
  const mended =
    madeFor === undefined ? anew(packet, headerLength, protocol, at) : moved(packet, checksum, madeFor);
  // UDP sends 0 in its other form, because 0 means that there is no checksum.
  putU16(packet, at, protocol === PROTOCOL.UDP && mended === 0 ? 0xffff : mended);
}

/** RFC 1624: what the addresses' words have changed by. */
function moved(packet: Uint8Array, checksum: number, { source, destination }: Addresses): number {
  const before = [ipv4ToNumber(source), ipv4ToNumber(destination)].flatMap(wordsOf);
  const after = [u32At(packet, 12), u32At(packet, 16)].flatMap(wordsOf);
  return before.reduce((sum, word, i) => updatedChecksum(sum, word, after[i] ?? 0), checksum);
}

function anew(packet: Uint8Array, headerLength: number, protocol: number, at: number): number {
  putU16(packet, at, 0);
  const pseudoHeader = addWords(packet, 0, 12, 20) + protocol + packet.length - headerLength;
  return checksumOfSum(addWords(packet, pseudoHeader, headerLength));
}

function wordsOf(address: number): readonly [number, number] {
  return [address >>> 16, address & 0xffff];
}

/** By protocol, in its header. */
const CHECKSUM_AT: { readonly [protocol: number]: number } = { [PROTOCOL.TCP]: 16, [PROTOCOL.UDP]: 6 };
