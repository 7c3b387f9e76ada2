/** The port to the cryptography of one direction of an SA of AH, as `esp-transforms.ts` is for ESP. */
import { MisuseError } from "../base/errors.ts";
import { HASHES, type HashName, ICV_LENGTHS } from "../crypto/names.ts";
import type { Secret } from "../crypto/secret.ts";
import { IPV4_HEADER_MAX, putForetoldHeader } from "./foretold-header.ts";

/** Lengths are in octets. */
export interface AhLayout {
  /** Of the whole header, as we make it. */
  readonly headerLength: number;
  readonly icvLength: number;
}

/** Of a packet, the IP header ends at `at`, where AH begins, and what AH protects begins at `payloadAt`. */
export interface AhTransforms extends AhLayout {
  /** Writes the ICV to its place in a whole IPv4 packet whose other octets are final (RFC 2402 §3.3.3). */
  sign(packet: Uint8Array, at: number, payloadAt: number): void;
  /** Whether the ICV in a whole IPv4 packet holds; the packet stays as it is. */
  isRight(packet: Uint8Array, at: number, payloadAt: number): boolean;
  /** The SA is gone: what was made of its key is given back. */
  release(): void;
}

/** Makes the transforms of one direction; throws MisuseError unless the key is as long as the digest. */
export type AhTransformsFactory = (hash: HashName, key: Secret) => AhTransforms;

/** What both are of an SA with this key; throws MisuseError unless it is as long as the digest. */
export function ahLayout(hash: HashName, key: Secret): AhLayout {
  if (key.length !== HASHES[hash].length)
    throw new MisuseError(
      `AH with ${hash} needs a key of ${HASHES[hash].length} octets, ${key.length} given`,
    );
  const icvLength = ICV_LENGTHS[hash];
  return { headerLength: AH_FIXED_LENGTH + icvLength, icvLength };
}

/** Writes the IP header and AH of `packet` as the ICV covers them to the beginning of `target`: `payloadAt` octets. */
export function putCoveredHeaders(
  target: Uint8Array,
  packet: Uint8Array,
  at: number,
  payloadAt: number,
  icvLength: number,
): void {
  const icvAt = at + AH_FIXED_LENGTH;
  putForetoldHeader(target, packet, at);
  for (let i = at; i < payloadAt; i++) target[i] = packet[i] ?? 0;
  target.fill(0, icvAt, icvAt + icvLength);
}

/** Octets before the ICV (RFC 2402 §2). */
export const AH_FIXED_LENGTH = 12;
/** The most octets that `putCoveredHeaders` writes: the longest AH has an ICV of 32 octets and 4 of padding. */
export const COVERED_HEADERS_MAX = IPV4_HEADER_MAX + AH_FIXED_LENGTH + 36;
