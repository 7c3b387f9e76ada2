/**
 * Making RSA keys (FIPS 186-4 §B.3.3) from a seed: the same seed gives the same key, so that a simulated network is the same
 * each time. The seed's entropy is the key's.
 */
import { checkPrimeSync, createPrivateKey } from "node:crypto";
import { fromHex, hex, utf8 } from "../base/octets.ts";
import { hmac } from "./hash.ts";
import { plainOctets } from "./plain-octets.ts";
import { type RsaPublicKey, toBase64Url } from "./rsa.ts";

export interface GeneratedRsaKey {
  readonly publicKey: RsaPublicKey;
  /** In the DER of PKCS #8. */
  readonly privateKey: Uint8Array;
}

/** Octets that a seed should have: as strong as any key made of it. */
export const RSA_SEED_LENGTH = 48;

/** `modulusBits` within `RSA_MODULUS_BITS`. Takes milliseconds for 512 bits, a second or more for 4096. */
export function generateRsaKey(modulusBits: number, seed: Uint8Array): GeneratedRsaKey {
  const stream = new OctetStream(seed);
  const p = prime(stream, Math.ceil(modulusBits / 2), () => true);
  // Primes close to each other are found by Fermat's method.
  const distance = 1n << BigInt(Math.max(8, Math.floor(modulusBits / 2) - 100));
  const q = prime(stream, Math.floor(modulusBits / 2), (other) => difference(p, other) > distance);
  const d = inverse(EXPONENT, leastCommonMultiple(p - 1n, q - 1n));
  const [larger, smaller] = p > q ? [p, q] : [q, p];
  const key = {
    kty: "RSA",
    n: text(p * q),
    e: text(EXPONENT),
    d: text(d),
    p: text(larger),
    q: text(smaller),
    dp: text(d % (larger - 1n)),
    dq: text(d % (smaller - 1n)),
    qi: text(inverse(smaller, larger)),
  };
  const privateKey = createPrivateKey({ key, format: "jwk" }).export({ format: "der", type: "pkcs8" });
  return {
    publicKey: { modulus: octets(p * q), exponent: octets(EXPONENT) },
    privateKey: plainOctets(privateKey),
  };
}

const EXPONENT = 65537n;

/** Of exactly `bits` bits, the two highest set, so that a product of two has all the bits it should. */
function prime(stream: OctetStream, bits: number, isFit: (candidate: bigint) => boolean): bigint {
  const highest = 3n << BigInt(bits - 2);
  for (;;) {
    const candidate = BigInt.asUintN(bits, number(stream.take(Math.ceil(bits / 8)))) | highest | 1n;
    if (candidate % EXPONENT !== 1n && isFit(candidate) && checkPrimeSync(candidate)) return candidate;
  }
}

function difference(a: bigint, b: bigint): bigint {
  return a > b ? a - b : b - a;
}

function leastCommonMultiple(a: bigint, b: bigint): bigint {
  let [x, y] = [a, b];
  while (y !== 0n) [x, y] = [y, x % y];
  return (a / x) * b;
}

function inverse(value: bigint, modulus: bigint): bigint {
  let [r, nextR] = [modulus, value % modulus];
  let [t, nextT] = [0n, 1n];
  while (nextR !== 0n) {
    const quotient = r / nextR;
    [r, nextR] = [nextR, r - quotient * nextR];
    [t, nextT] = [nextT, t - quotient * nextT];
  }
  return t < 0n ? t + modulus : t;
}

function octets(value: bigint): Uint8Array {
  const digits = value.toString(16);
  return fromHex(digits.length % 2 === 0 ? digits : `0${digits}`);
}

function number(value: Uint8Array): bigint {
  return BigInt(`0x${hex(value)}`);
}

function text(value: bigint): string {
  return toBase64Url(octets(value));
}

/** HMAC_DRBG with SHA-256 (NIST SP 800-90A §10.1.2), which is made once and gives octets without end. */
class OctetStream {
  #key: Uint8Array = new Uint8Array(32);
  #value: Uint8Array = new Uint8Array(32).fill(1);

  constructor(seed: Uint8Array) {
    const personal = utf8("RSA key");
    for (const round of [0, 1]) {
      this.#key = hmac("sha256", this.#key, this.#value, Uint8Array.of(round), seed, personal);
      this.#value = hmac("sha256", this.#key, this.#value);
    }
  }

  take(length: number): Uint8Array {
    const taken = new Uint8Array(length);
    for (let at = 0; at < length; at += this.#value.length) {
      this.#value = hmac("sha256", this.#key, this.#value);
      taken.set(this.#value.subarray(0, length - at), at);
    }
    this.#key = hmac("sha256", this.#key, this.#value, Uint8Array.of(0));
    this.#value = hmac("sha256", this.#key, this.#value);
    return taken;
  }
}
