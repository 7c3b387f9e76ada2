/**
 * Authentication Header for IPv4 (RFC 2402, RFC 4302 where it says more): the header behind the IP header, and the ICV over
 * all of the packet that its receiver can foretell.
 */
import { MisuseError } from "../base/errors.ts";
import { constantTimeEqual } from "../base/octets.ts";
import { HASHES, type HashName, ICV_LENGTHS } from "../crypto/names.ts";
import { type PacketAuthenticator, packetAuthenticator } from "../crypto/packet-authenticator.ts";
import type { Secret } from "../crypto/secret.ts";
import { putU16, putU32, u32At } from "../net/words.ts";
import { IPV4_HEADER_MAX, putForetoldHeader } from "./foretold-header.ts";

/** The cryptography of one direction of an SA of AH. */
export class AhTransforms {
  readonly hash: HashName;
  /** Octets of the whole header, as we make it. */
  readonly headerLength: number;
  readonly icvLength: number;
  readonly #key: Secret;
  /** Made with the first packet: most SAs of a large gateway are idle. */
  #authenticator: PacketAuthenticator | undefined;

  /** Throws MisuseError unless the key is as long as the digest. */
  constructor(hash: HashName, key: Secret) {
    if (key.length !== HASHES[hash].length)
      throw new MisuseError(
        `AH with ${hash} needs a key of ${HASHES[hash].length} octets, ${key.length} given`,
      );
    this.hash = hash;
    this.icvLength = ICV_LENGTHS[hash];
    this.headerLength = AH_FIXED_LENGTH + this.icvLength;
    this.#key = key;
  }

  /** The ICV of the packet whose AH lies from `at` to `payloadAt` (RFC 2402 §3.3.3). */
  icv(packet: Uint8Array, at: number, payloadAt: number): Uint8Array {
    this.#authenticator ??= packetAuthenticator(this.hash, this.#key.reveal());
    const icvAt = at + AH_FIXED_LENGTH;
    HEADERS.set(packet.subarray(at, payloadAt), at);
    HEADERS.fill(0, icvAt, icvAt + this.icvLength);
    putForetoldHeader(HEADERS, packet, at);
    return this.#authenticator
      .tag(HEADERS.subarray(0, payloadAt), packet.subarray(payloadAt))
      .subarray(0, this.icvLength);
  }

  /** The SA is gone: what was made of its key is given back. */
  release(): void {
    this.#authenticator = undefined;
  }
}

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
  packet.set(transforms.icv(packet, at, at + transforms.headerLength), at + AH_FIXED_LENGTH);
}

/** Checks a whole IPv4 packet whose header of `at` octets AH follows; it stays as it is. */
export function openAh(transforms: AhTransforms, packet: Uint8Array, at: number): OpenedAh {
  const header = readAhHeader(packet, at);
  if (header === undefined) return malformed(`${packet.length - at} bytes are too few for AH`);
  const { headerLength, icvLength } = transforms;
  // Some pad to a multiple of 8 octets even in IPv4, as RFC 2402 §2.6 asks of IPv6.
  if (header.length !== headerLength && header.length !== Math.ceil(headerLength / 8) * 8)
    return malformed(`its AH has ${header.length} bytes, ${headerLength} expected`);
  const payloadAt = at + header.length;
  if (payloadAt > packet.length) return malformed(`its AH ends ${payloadAt - packet.length} bytes after it`);
  const icvAt = at + AH_FIXED_LENGTH;
  const icv = packet.subarray(icvAt, icvAt + icvLength);
  if (!constantTimeEqual(transforms.icv(packet, at, payloadAt), icv)) return { kind: "bad icv" };
  return { kind: "opened", nextHeader: header.nextHeader, payloadAt };
}

function malformed(detail: string): OpenedAh {
  return { kind: "malformed", detail };
}

/** Octets before the ICV (RFC 2402 §2). */
const AH_FIXED_LENGTH = 12;
/** The headers as the ICV covers them, for one packet at a time; the longest AH has an ICV of 32 octets and 4 of padding. */
const HEADERS = new Uint8Array(IPV4_HEADER_MAX + AH_FIXED_LENGTH + 36);
