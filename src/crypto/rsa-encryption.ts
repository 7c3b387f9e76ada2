/** Encryption with RSA and PKCS #1 v1.5 (RFC 8017 §7.2), as IKE's encrypted nonces use it. */
import { BugError } from "../base/errors.ts";
import type { Random } from "../base/random.ts";
import { privateOperation, publicOperation, type RsaPublicKey } from "./rsa.ts";
import { encryptionBlock, PADDING_OVERHEAD, unpadEncryptionBlock } from "./rsa-padding.ts";

/** The longest content, in octets, that a key can encrypt. */
export function encryptableLength({ modulus }: RsaPublicKey): number {
  return modulus.length - PADDING_OVERHEAD;
}

/** `content` is no longer than `encryptableLength`, and the key one without `rsaKeyProblem`. */
export function rsaEncrypt(key: RsaPublicKey, content: Uint8Array, random: Random): Uint8Array {
  const padding = nonzeroOctets(random, key.modulus.length - content.length - 3);
  const ciphertext = publicOperation(key, encryptionBlock(content, padding));
  if (ciphertext === undefined) throw new BugError("encrypting with an RSA key that is not fit for it");
  return ciphertext;
}

/**
 * The contents of ciphertexts of any origin. One that is no such ciphertext yields its substitute, and nobody is told
 * which: see `unpadEncryptionBlock`. `privateKey` in the DER of PKCS #8.
 */
export function rsaDecrypt(
  privateKey: Uint8Array,
  ciphertexts: readonly Uint8Array[],
  substitutes: readonly Uint8Array[],
): Uint8Array[] {
  return ciphertexts.map((ciphertext, i) => {
    const substitute = substitutes[i] ?? new Uint8Array(0);
    let block: Uint8Array;
    try {
      block = privateOperation(privateKey, ciphertext);
    } catch {
      // Of another length, or not below the modulus: public facts, which the sender knows.
      return substitute;
    }
    return unpadEncryptionBlock(block, substitute);
  });
}

function nonzeroOctets(random: Random, length: number): Uint8Array {
  const octets = random.bytes("rsa padding", length);
  for (let i = 0; i < length; i++) while (octets[i] === 0) octets[i] = random.bytes("rsa padding", 1)[0] ?? 0;
  return octets;
}
