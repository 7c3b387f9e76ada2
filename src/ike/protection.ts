/** Encryption of ISAKMP messages under an ISAKMP SA (RFC 2409 App. B): CBC, chained IVs, padding of zeros. */
import { concat } from "../base/octets.ts";
import { decryptCbc, encryptCbc } from "../crypto/cbc.ts";
import { CIPHERS, type CipherName, type HashName } from "../crypto/names.ts";
import type { Secret } from "../crypto/secret.ts";
import { encodeHeader, FLAG_ENCRYPTION, HEADER_LENGTH } from "../isakmp/header.ts";
import type { Payload } from "../isakmp/payload.ts";
import { encodePayloads } from "../isakmp/payload-chain.ts";

/** The keys and algorithms of an ISAKMP SA once both public values are known. */
export interface Protection {
  readonly cipher: CipherName;
  readonly hash: HashName;
  readonly encryptionKey: Secret;
  readonly SKEYID_a: Secret;
  readonly SKEYID_d: Secret;
}

export interface OutgoingHeader {
  readonly initiatorCookie: Uint8Array;
  readonly responderCookie: Uint8Array;
  readonly exchangeType: number;
  readonly messageId: number;
}

export interface Sealed {
  readonly bytes: Uint8Array;
  /** IV of the next message: the last block of this one. */
  readonly nextIv: Uint8Array;
}

export function seal(
  protection: Protection,
  iv: Uint8Array,
  header: OutgoingHeader,
  payloads: readonly Payload[],
): Sealed {
  const { blockLength } = CIPHERS[protection.cipher];
  const { firstType, bytes } = encodePayloads(payloads);
  const padding = (blockLength - (bytes.length % blockLength)) % blockLength;
  const plaintext = concat(bytes, new Uint8Array(padding));
  const ciphertext = encryptCbc(protection.cipher, protection.encryptionKey.reveal(), iv, plaintext);
  const clear = encodeHeader(
    { ...header, nextPayload: firstType, majorVersion: 1, minorVersion: 0, flags: FLAG_ENCRYPTION },
    HEADER_LENGTH + ciphertext.length,
  );
  return { bytes: concat(clear, ciphertext), nextIv: ciphertext.slice(-blockLength) };
}

export interface Opened {
  /** Payloads and padding. */
  readonly plaintext: Uint8Array;
  readonly nextIv: Uint8Array;
}

/** The decrypted body of a message, or undefined where its length is not one of whole blocks. */
export function unseal(protection: Protection, iv: Uint8Array, message: Uint8Array): Opened | undefined {
  const { blockLength } = CIPHERS[protection.cipher];
  const ciphertext = message.subarray(HEADER_LENGTH);
  if (ciphertext.length === 0 || ciphertext.length % blockLength !== 0) return undefined;
  return {
    plaintext: decryptCbc(protection.cipher, protection.encryptionKey.reveal(), iv, ciphertext),
    nextIv: ciphertext.slice(-blockLength),
  };
}
