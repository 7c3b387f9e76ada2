/** The two operations of RSA on whole blocks (RFC 8017 §5.1, §5.2), and which public keys are fit to be used. */
import {
  constants,
  createPrivateKey,
  createPublicKey,
  type KeyObject,
  privateDecrypt,
  publicEncrypt,
} from "node:crypto";
import { plainOctets, toLength } from "./plain-octets.ts";

/** Both big-endian, without zeros before them. */
export interface RsaPublicKey {
  readonly modulus: Uint8Array;
  readonly exponent: Uint8Array;
}

/** Bits. Node's OpenSSL makes none shorter; longer ones cost a stranger nothing to send and us much to use. */
export const RSA_MODULUS_BITS = { minimum: 512, maximum: 4096 } as const;
/** Octets. 65537 is what everybody uses; verifying takes the longer the longer it is. */
const EXPONENT_OCTETS_MAX = 4;

/** Why a public key is not used, however it was come by; undefined where it is. */
export function rsaKeyProblem({ modulus, exponent }: RsaPublicKey): string | undefined {
  const bits = bitLength(modulus);
  if (bits < RSA_MODULUS_BITS.minimum || bits > RSA_MODULUS_BITS.maximum)
    return `an RSA modulus of ${bits} bits, ${RSA_MODULUS_BITS.minimum} to ${RSA_MODULUS_BITS.maximum} expected`;
  if (!isOdd(modulus)) return "an even RSA modulus";
  if (exponent.length > EXPONENT_OCTETS_MAX)
    return `an RSA exponent of ${exponent.length} octets, at most ${EXPONENT_OCTETS_MAX} expected`;
  if (!isOdd(exponent) || (exponent.length === 1 && exponent[0] === 1))
    return "an RSA exponent that is no odd number above 1";
  return undefined;
}

/** Of a number, big-endian. */
export function bitLength(number: Uint8Array): number {
  const at = number.findIndex((octet) => octet !== 0);
  return at < 0 ? 0 : (number.length - at) * 8 - Math.clz32(number[at] ?? 0) + 24;
}

/** With a public key: what verifies and what encrypts. Undefined where the block is no number below the modulus. */
export function publicOperation(key: RsaPublicKey, block: Uint8Array): Uint8Array | undefined {
  if (rsaKeyProblem(key) !== undefined || block.length !== key.modulus.length) return undefined;
  try {
    return fullLength(publicEncrypt({ key: publicKeyObject(key), padding: NO_PADDING }, block), block);
  } catch {
    // OpenSSL refuses numbers that are not below the modulus, and moduli that are none.
    return undefined;
  }
}

/** With a private key, in the DER of PKCS #8: what signs and what decrypts. Throws what OpenSSL throws. */
export function privateOperation(privateKey: Uint8Array, block: Uint8Array): Uint8Array {
  return fullLength(privateDecrypt({ key: privateKeyObject(privateKey), padding: NO_PADDING }, block), block);
}

/** The public half of a private key, in the DER of PKCS #8. */
export function publicKeyOf(privateKey: Uint8Array): RsaPublicKey {
  const { n = "", e = "" } = createPublicKey(privateKeyObject(privateKey)).export({ format: "jwk" });
  return { modulus: fromBase64Url(n), exponent: fromBase64Url(e) };
}

export function sameRsaKey(a: RsaPublicKey, b: RsaPublicKey): boolean {
  return (
    toBase64Url(a.modulus) === toBase64Url(b.modulus) && toBase64Url(a.exponent) === toBase64Url(b.exponent)
  );
}

function publicKeyObject({ modulus, exponent }: RsaPublicKey): KeyObject {
  const key = { kty: "RSA", n: toBase64Url(modulus), e: toBase64Url(exponent) };
  return createPublicKey({ key, format: "jwk" });
}

function privateKeyObject(privateKey: Uint8Array): KeyObject {
  return createPrivateKey({ key: Buffer.from(privateKey), format: "der", type: "pkcs8" });
}

function fullLength(result: Buffer, { length }: Uint8Array): Uint8Array {
  return toLength(plainOctets(result), length);
}

function isOdd(number: Uint8Array): boolean {
  return ((number.at(-1) ?? 0) & 1) === 1;
}

export function toBase64Url(octets: Uint8Array): string {
  return Buffer.from(octets).toString("base64url");
}

function fromBase64Url(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text, "base64url"));
}

const NO_PADDING = constants.RSA_NO_PADDING;
