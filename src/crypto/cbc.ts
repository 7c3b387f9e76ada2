/**
 * CBC without padding, as IKE (RFC 2409 App. B) and ESP (RFC 2405, 2451, 3602) use it: both pad by rules of their own.
 */
import { createCipheriv, createDecipheriv } from "node:crypto";
import { MisuseError } from "../base/errors.ts";
import { concat } from "../base/octets.ts";
import { CIPHERS, type CipherName } from "./names.ts";
import { plainOctets } from "./plain-octets.ts";

/** Throws MisuseError if a length is not the cipher's. */
export function encryptCbc(
  cipher: CipherName,
  key: Uint8Array,
  iv: Uint8Array,
  plaintext: Uint8Array,
): Uint8Array {
  checkCbcLengths(cipher, iv, plaintext);
  const { algorithm, algorithmKey } = cbcAlgorithm(cipher, key);
  const context = createCipheriv(algorithm, algorithmKey, iv).setAutoPadding(false);
  return plainOctets(context.update(plaintext));
}

/** Throws MisuseError if a length is not the cipher's. */
export function decryptCbc(
  cipher: CipherName,
  key: Uint8Array,
  iv: Uint8Array,
  ciphertext: Uint8Array,
): Uint8Array {
  checkCbcLengths(cipher, iv, ciphertext);
  const { algorithm, algorithmKey } = cbcAlgorithm(cipher, key);
  const context = createDecipheriv(algorithm, algorithmKey, iv).setAutoPadding(false);
  return plainOctets(context.update(ciphertext));
}

/** The platform's name of a cipher in CBC mode, and the key in the form that it wants. */
export function cbcAlgorithm(
  cipher: CipherName,
  key: Uint8Array,
): { readonly algorithm: string; readonly algorithmKey: Uint8Array } {
  const { keyLength } = CIPHERS[cipher];
  if (key.length !== keyLength)
    throw new MisuseError(`${cipher} needs a key of ${keyLength} octets, ${key.length} given`);
  switch (cipher) {
    case "des":
      // Single DES is not in OpenSSL 3's default provider; 3DES with three equal keys is the same function.
      return { algorithm: "des-ede3-cbc", algorithmKey: concat(key, key, key) };
    case "3des":
      return { algorithm: "des-ede3-cbc", algorithmKey: key };
    case "aes-128":
    case "aes-192":
    case "aes-256":
      return { algorithm: `${cipher}-cbc`, algorithmKey: key };
  }
}

/** Throws MisuseError unless the IV is one block, and the text whole blocks. */
export function checkCbcLengths(cipher: CipherName, iv: Uint8Array, text: Uint8Array): void {
  const { blockLength } = CIPHERS[cipher];
  if (iv.length !== blockLength)
    throw new MisuseError(`${cipher} needs an IV of ${blockLength} octets, ${iv.length} given`);
  if (text.length % blockLength !== 0)
    throw new MisuseError(`${cipher} needs a multiple of ${blockLength} octets, ${text.length} given`);
}
