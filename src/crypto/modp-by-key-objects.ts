/**
 * Exponentiation by key objects and `crypto.diffieHellman`. They are made from DER. Reading a private
 * key computes its public value: a secret alone costs two exponentiations, a public value or both cost no more.
 */
import { createPrivateKey, createPublicKey, diffieHellman, type KeyObject } from "node:crypto";
import { privateKeyInfo, publicKeyInfo, valueOfPublicKeyInfo } from "./dh-der.ts";
import type { ModpExponentiation } from "./modp-exponentiation.ts";
import { type ModpGroupId, modpPrime } from "./modp-primes.ts";
import { plainOctets } from "./plain-octets.ts";

export const byKeyObjects: ModpExponentiation = {
  publicValue: (id, privateValue) => publicValueOf(privateKey(id, privateValue)),
  sharedSecret: (id, privateValue, peerPublicValue) =>
    secretOf(privateKey(id, privateValue), publicKey(id, peerPublicValue)),
  exchange(id, privateValue, peerPublicValue) {
    const ours = privateKey(id, privateValue);
    return { publicValue: publicValueOf(ours), sharedSecret: secretOf(ours, publicKey(id, peerPublicValue)) };
  },
};

function privateKey(id: ModpGroupId, exponent: Uint8Array): KeyObject {
  const info = privateKeyInfo(modpPrime(id), exponent);
  const key = createPrivateKey({ key: Buffer.from(info.buffer), format: "der", type: "pkcs8" });
  info.fill(0);
  return key;
}

function publicKey(id: ModpGroupId, value: Uint8Array): KeyObject {
  const info = publicKeyInfo(modpPrime(id), value);
  return createPublicKey({ key: Buffer.from(info.buffer), format: "der", type: "spki" });
}

function publicValueOf(privateKey: KeyObject): Uint8Array {
  return valueOfPublicKeyInfo(
    plainOctets(createPublicKey(privateKey).export({ format: "der", type: "spki" })),
  );
}

function secretOf(privateKey: KeyObject, publicKey: KeyObject): Uint8Array {
  return plainOctets(diffieHellman({ privateKey, publicKey }));
}
