/**
 * The port to the cryptography of one direction of an SA. ESP is written against this interface, so that a faster
 * implementation can be plugged in without touching it.
 */
import { MisuseError } from "../base/errors.ts";
import { CIPHERS, type EspSuite, ICV_LENGTHS, isAead } from "../crypto/names.ts";
import { packetAuthenticator } from "../crypto/packet-authenticator.ts";
import { packetCipher } from "../crypto/packet-cipher.ts";
import type { Secret } from "../crypto/secret.ts";

/** Lengths are in octets. */
export interface EspTransforms {
  /** Of the explicit IV before the ciphertext; 0 for the NULL cipher. */
  readonly ivLength: number;
  /** What the ciphertext is a multiple of: the cipher's block, and at least 4 (RFC 2406 §2.4). */
  readonly alignment: number;
  /** 0 where the suite has no integrity. */
  readonly icvLength: number;
  encrypt(iv: Uint8Array, plaintext: Uint8Array): Uint8Array;
  decrypt(iv: Uint8Array, ciphertext: Uint8Array): Uint8Array;
  /** The truncated ICV over SPI, sequence number, IV and ciphertext. */
  icv(covered: Uint8Array): Uint8Array;
}

/** Makes the transforms of one direction from its keys; throws MisuseError where a key has not its algorithm's length. */
export type EspTransformsFactory = (
  suite: EspSuite,
  encryptionKey: Secret,
  integrityKey: Secret,
) => EspTransforms;

/** With the ciphers and HMACs of crypto/. */
export const espTransforms: EspTransformsFactory = (suite, encryptionKey, integrityKey) => {
  const { encryption, integrity } = suite;
  if (isAead(encryption)) throw new MisuseError(`${encryption} has no transforms yet`);
  const cipher = packetCipher(encryption, encryptionKey.reveal());
  const blockLength = encryption === "null" ? 0 : CIPHERS[encryption].blockLength;
  const authenticator =
    integrity === undefined ? undefined : packetAuthenticator(integrity, integrityKey.reveal());
  const icvLength = integrity === undefined ? 0 : ICV_LENGTHS[integrity];
  return {
    ivLength: blockLength,
    alignment: Math.max(4, blockLength),
    icvLength,
    encrypt: (iv, plaintext) => cipher.seal(iv, plaintext),
    decrypt: (iv, ciphertext) => cipher.open(iv, ciphertext),
    icv: (covered) => authenticator?.tag(covered).subarray(0, icvLength) ?? NO_OCTETS,
  };
};

const NO_OCTETS = new Uint8Array();
