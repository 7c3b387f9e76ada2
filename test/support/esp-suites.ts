/** All that ESP may be asked to do to a packet. */
import {
  AEADS,
  type AeadName,
  CIPHERS,
  type CipherName,
  COUNTER_CIPHERS,
  type CounterCipherName,
  type EspSuite,
  HASHES,
  type HashName,
} from "../../src/crypto/names.ts";

const CIPHER_NAMES = Object.keys(CIPHERS) as readonly CipherName[]; // exactly these keys
const COUNTER_NAMES = Object.keys(COUNTER_CIPHERS) as readonly CounterCipherName[]; // exactly these keys
const AEAD_NAMES = Object.keys(AEADS) as readonly AeadName[]; // exactly these keys
const HASH_NAMES = Object.keys(HASHES) as readonly HashName[]; // exactly these keys

export const EVERY_ESP_SUITE: readonly EspSuite[] = [
  ...([...CIPHER_NAMES, "null"] as const).flatMap((encryption) =>
    [...HASH_NAMES, undefined].map((integrity) => ({ encryption, integrity })),
  ),
  ...COUNTER_NAMES.flatMap((encryption) => HASH_NAMES.map((integrity) => ({ encryption, integrity }))),
  ...AEAD_NAMES.map((encryption) => ({ encryption, integrity: undefined })),
].filter(({ encryption, integrity }) => encryption !== "null" || integrity !== undefined);
