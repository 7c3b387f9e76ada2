/** Signatures of RSA with PKCS #1 v1.5 (RFC 8017 §8.2), over contents of either kind: a bare hash, or a DigestInfo. */

import { MisuseError } from "../base/errors.ts";
import { equal } from "../base/octets.ts";
import { privateOperation, publicKeyOf, publicOperation, type RsaPublicKey } from "./rsa.ts";
import { signatureBlock } from "./rsa-padding.ts";

/** `privateKey` in the DER of PKCS #8. Throws MisuseError where the key is too short for the content. */
export function rsaSign(privateKey: Uint8Array, content: Uint8Array): Uint8Array {
  const { length } = publicKeyOf(privateKey).modulus;
  const block = signatureBlock(content, length);
  if (block === undefined)
    throw new MisuseError(`an RSA key of ${length * 8} bits is too short to sign ${content.length} octets`);
  return privateOperation(privateKey, block);
}

/**
 * Whether the signature is one of this content. The whole block is made anew and compared: a reader that looks for the
 * content in it can be given forgeries (small exponents, CVE-2006-4339 and its successors).
 */
export function rsaVerify(key: RsaPublicKey, content: Uint8Array, signature: Uint8Array): boolean {
  const expected = signatureBlock(content, key.modulus.length);
  const block = publicOperation(key, signature);
  return expected !== undefined && block !== undefined && equal(block, expected);
}
