/** Generic Routing Encapsulation (RFC 2784), with key and sequence number (RFC 2890): what stands between two IP headers. */
import { internetChecksum } from "./checksum.ts";
import { putU16, putU32, u16At, u32At } from "./words.ts";

export interface GreHeader {
  /** As in Ethernet. */
  readonly protocolType: number;
  /** Tells tunnels between the same two ends apart. */
  readonly key: number | undefined;
  readonly hasChecksum: boolean;
}

export interface GrePacket extends GreHeader {
  readonly sequenceNumber: number | undefined;
  /** Shares memory with what was parsed. */
  readonly payload: Uint8Array;
}

export const ETHER_TYPE = { IPV4: 0x0800 } as const;

/** Octets that a header adds to its payload. */
export function greHeaderLength({ key, hasChecksum }: Pick<GreHeader, "key" | "hasChecksum">): number {
  return 4 + (hasChecksum ? 4 : 0) + (key === undefined ? 0 : 4);
}

/** The payload of an IP packet of protocol 47. */
export function buildGre(header: GreHeader, payload: Uint8Array): Uint8Array {
  const { protocolType, key, hasChecksum } = header;
  const headerLength = greHeaderLength(header);
  const octets = new Uint8Array(headerLength + payload.length);
  putU16(octets, 0, (hasChecksum ? CHECKSUM_PRESENT : 0) | (key === undefined ? 0 : KEY_PRESENT));
  putU16(octets, 2, protocolType);
  if (key !== undefined) putU32(octets, headerLength - 4, key);
  octets.set(payload, headerLength);
  if (hasChecksum) putU16(octets, 4, internetChecksum(octets));
  return octets;
}

/**
 * Undefined where it is cut short, its checksum is wrong, it is of another version (1 is PPTP's), or has what RFC 2784 §2.3
 * asks to discard: source routes of RFC 1701 and reserved bits.
 */
export function parseGre(octets: Uint8Array): GrePacket | undefined {
  if (octets.length < 4) return undefined;
  const flags = u16At(octets, 0);
  if ((flags & (UNKNOWN_BITS | VERSION)) !== 0) return undefined;
  const hasChecksum = (flags & CHECKSUM_PRESENT) !== 0;
  const keyAt = 4 + (hasChecksum ? 4 : 0);
  const sequenceAt = keyAt + ((flags & KEY_PRESENT) === 0 ? 0 : 4);
  const payloadAt = sequenceAt + ((flags & SEQUENCE_PRESENT) === 0 ? 0 : 4);
  if (octets.length < payloadAt || (hasChecksum && internetChecksum(octets) !== 0)) return undefined;
  return {
    protocolType: u16At(octets, 2),
    hasChecksum,
    key: sequenceAt === keyAt ? undefined : u32At(octets, keyAt),
    sequenceNumber: payloadAt === sequenceAt ? undefined : u32At(octets, sequenceAt),
    payload: octets.subarray(payloadAt),
  };
}

const CHECKSUM_PRESENT = 0x8000;
const KEY_PRESENT = 0x2000;
const SEQUENCE_PRESENT = 0x1000;
/** Bits 1, 4 and 5, of which bit 1 said that there are source routes. */
const UNKNOWN_BITS = 0x4c00;
const VERSION = 0x0007;
