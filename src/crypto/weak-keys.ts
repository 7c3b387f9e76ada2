/**
 * Keys under which a cipher is not itself: DES's weak and semi-weak keys (RFC 2409 App. A, RFC 2405 §4.1) and 3DES keys
 * that make it single DES (RFC 2451 §2.3). AES has none (RFC 3602 §2.3).
 */
import { fromHex } from "../base/octets.ts";
import type { EspCipherName } from "./names.ts";

/** Whether this key must not be used. Parity bits, which the cipher ignores, do not matter. */
export function isWeakKey(cipher: EspCipherName, key: Uint8Array): boolean {
  switch (cipher) {
    case "des":
      return DES_WEAK_KEYS.some((weak) => isSameDesKey(weak, key));
    case "3des": {
      const [first, second, third] = [key.subarray(0, 8), key.subarray(8, 16), key.subarray(16, 24)];
      return isSameDesKey(first, second) || isSameDesKey(second, third);
    }
    case "aes-128":
    case "aes-192":
    case "aes-256":
    case "gcm-128":
    case "gcm-192":
    case "gcm-256":
    case "gmac-128":
    case "gmac-192":
    case "gmac-256":
    case "ctr-128":
    case "ctr-192":
    case "ctr-256":
    case "null":
      return false;
  }
}

function isSameDesKey(a: Uint8Array, b: Uint8Array): boolean {
  let difference = a.length ^ b.length;
  for (let i = 0; i < a.length; i++) difference |= ((a[i] ?? 0) ^ (b[i] ?? 0)) & 0xfe;
  return difference === 0;
}

const DES_WEAK_KEYS: readonly Uint8Array[] = [
  // Weak: each is its own inverse.
  "0101 0101 0101 0101",
  "1f1f 1f1f 0e0e 0e0e",
  "e0e0 e0e0 f1f1 f1f1",
  "fefe fefe fefe fefe",
  // RFC 2409 writes two of them so, which are other keys: it says that these must not be used, so they are not.
  "1f1f 1f1f e0e0 e0e0",
  "e0e0 e0e0 1f1f 1f1f",
  // Semi-weak: each undoes its neighbour.
  "01fe 01fe 01fe 01fe",
  "fe01 fe01 fe01 fe01",
  "1fe0 1fe0 0ef1 0ef1",
  "e01f e01f f10e f10e",
  "01e0 01e0 01f1 01f1",
  "e001 e001 f101 f101",
  "1ffe 1ffe 0efe 0efe",
  "fe1f fe1f fe0e fe0e",
  "011f 011f 010e 010e",
  "1f01 1f01 0e01 0e01",
  "e0fe e0fe f1fe f1fe",
  "fee0 fee0 fef1 fef1",
].map(fromHex);
