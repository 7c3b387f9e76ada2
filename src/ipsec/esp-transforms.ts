/**
 * The port to the cryptography of one direction of an SA. ESP is written against this interface, so that a faster
 * implementation can be plugged in without touching it.
 */
import { MisuseError } from "../base/errors.ts";
import {
  AEADS,
  CIPHERS,
  COUNTER_CIPHERS,
  type EspSuite,
  espKeyLength,
  HASHES,
  ICV_LENGTHS,
  isAead,
  isCounterCipher,
} from "../crypto/names.ts";
import type { Secret } from "../crypto/secret.ts";

/** Lengths are in octets. */
export interface EspLayout {
  /** Of the explicit IV before the ciphertext; 0 for the NULL cipher. */
  readonly ivLength: number;
  /** CBC needs IVs that nobody can foretell, a counter mode such as never come twice. */
  readonly ivKind: "random" | "counter";
  /** What the ciphertext is a multiple of: the cipher's block, and at least 4 (RFC 2406 §2.4). */
  readonly alignment: number;
  /** 0 where the suite has no integrity. */
  readonly icvLength: number;
}

export interface EspTransforms extends EspLayout {
  /**
   * Protects the ESP packet that lies in `octets` from `start` to `end`. SPI, sequence number, IV and plaintext are there;
   * the ciphertext takes the plaintext's place, and the ICV is written after it.
   */
  seal(octets: Uint8Array, start: number, end: number): void;
  /**
   * Checks the ICV of the ESP packet in `octets` from `start` to `end`; if it holds, writes the plaintext to `target` from `at` on, after
   * `ivLength` octets whose content is lost. `octets` stay as they are. False: the ICV is wrong, `target` is worth nothing.
   */
  open(octets: Uint8Array, start: number, end: number, target: Uint8Array, at: number): boolean;
  /** The SA is gone: what was made of its keys is given back. */
  release(): void;
}

/** Makes the transforms of one direction from its keys; throws MisuseError where a key has not its algorithm's length. */
export type EspTransformsFactory = (
  suite: EspSuite,
  encryptionKey: Secret,
  integrityKey: Secret,
) => EspTransforms;

export function espLayout({ encryption, integrity }: EspSuite): EspLayout {
  if (isAead(encryption)) {
    const { ivLength, icvLength } = AEADS[encryption];
    return { ivLength, ivKind: "counter", alignment: ALIGNMENT_MIN, icvLength };
  }
  const icvLength = integrity === undefined ? 0 : ICV_LENGTHS[integrity];
  if (isCounterCipher(encryption)) {
    const { ivLength } = COUNTER_CIPHERS[encryption];
    return { ivLength, ivKind: "counter", alignment: ALIGNMENT_MIN, icvLength };
  }
  const blockLength = encryption === "null" ? 0 : CIPHERS[encryption].blockLength;
  const alignment = Math.max(ALIGNMENT_MIN, blockLength);
  return { ivLength: blockLength, ivKind: "random", alignment, icvLength };
}

/** Throws MisuseError unless both keys have the lengths that the suite asks for. */
export function checkEspKeys(
  { encryption, integrity }: EspSuite,
  encryptionKey: Secret,
  integrityKey: Secret,
): void {
  const wanted = [espKeyLength(encryption), integrity === undefined ? 0 : HASHES[integrity].length];
  const given = [encryptionKey.length, integrityKey.length];
  if (wanted[0] !== given[0] || wanted[1] !== given[1])
    throw new MisuseError(
      `${encryption} with ${integrity ?? "no HMAC"} needs keys of ${wanted.join(" and ")} octets, ${given.join(" and ")} given`,
    );
}

/** SPI and sequence number (RFC 2406 §2). */
export const ESP_HEADER_LENGTH = 8;
const ALIGNMENT_MIN = 4;
