/**
 * Authentication Header for IPv4 (RFC 2402, RFC 4302 where it says more): the header behind the IP header, and the ICV over
 * all of the packet that its receiver can foretell.
 */
import { putU16, putU32, u32At } from "../net/words.ts";
import { AH_FIXED_LENGTH, type AhTransforms } from "./ah-transforms.ts";

/** What stands before the ICV. */
export interface AhHeader {
  readonly nextHeader: number;
  /** Octets of the whole header, ICV and padding included. */
  readonly length: number;
  readonly spi: number;
  readonly sequenceNumber: number;
}

export type OpenedAh =
  | { readonly kind: "opened"; readonly nextHeader: number; readonly payloadAt: number }
  | { readonly kind: "bad icv" }
  | { readonly kind: "malformed"; readonly detail: string };

/** The header at `at` in `octets`, or undefined where there is none. */
export function readAhHeader(octets: Uint8Array, at: number): AhHeader | undefined {
  if (octets.length - at < AH_FIXED_LENGTH) return undefined;
  return {
    nextHeader: octets[at] ?? 0,
    // In words of 32 bits, less two (RFC 2402 §2.2).
    length: ((octets[at + 1] ?? 0) + 2) * 4,
    spi: u32At(octets, at + 4),
    sequenceNumber: u32At(octets, at + 8),
  };
}

/**
 * Writes the header, and its ICV, at `at` in a whole IPv4 packet that has room for it there and whose other octets are final.
 * Fragments are made of what AH has covered (RFC 2402 §3.3.4).
 */
export function sealAh(
  transforms: AhTransforms,
  { nextHeader, spi, sequenceNumber }: Omit<AhHeader, "length">,
  packet: Uint8Array,
  at: number,
): void {
  packet[at] = nextHeader;
  packet[at + 1] = transforms.headerLength / 4 - 2;
  putU16(packet, at + 2, 0);
  putU32(packet, at + 4, spi);
  putU32(packet, at + 8, sequenceNumber);
  transforms.sign(packet, at, at + transforms.headerLength);
}

/** Checks a whole IPv4 packet whose header of `at` octets AH follows; it stays as it is. */
export function openAh(transforms: AhTransforms, packet: Uint8Array, at: number): OpenedAh {
  const header = readAhHeader(packet, at);
  if (header === undefined) return malformed(`${packet.length - at} bytes are too few for AH`);
  const { headerLength } = transforms;
  // Some pad to a multiple of 8 octets even in IPv4, as RFC 2402 §2.6 asks of IPv6.
  if (header.length !== headerLength && header.length !== Math.ceil(headerLength / 8) * 8)
    return malformed(`its AH has ${header.length} bytes, ${headerLength} expected`);
  const payloadAt = at + header.length;
  if (payloadAt > packet.length) return malformed(`its AH ends ${payloadAt - packet.length} bytes after it`);
  if (!transforms.isRight(packet, at, payloadAt)) return { kind: "bad icv" };
  return { kind: "opened", nextHeader: header.nextHeader, payloadAt };
}

function malformed(detail: string): OpenedAh {
  return { kind: "malformed", detail };
}
