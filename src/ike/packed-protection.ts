/** The keys of an ISAKMP SA as it keeps them: in one secret, for three take 120 octets more, and every idle tunnel has them. */
import { concat } from "../base/octets.ts";
import { type CipherName, HASHES, type HashName } from "../crypto/names.ts";
import { Secret } from "../crypto/secret.ts";
import type { Protection } from "./protection.ts";

export class PackedProtection implements Protection {
  readonly cipher: CipherName;
  readonly hash: HashName;
  /** SKEYID_d, SKEYID_a, key of the cipher. */
  readonly #keys: Secret;

  constructor({ cipher, hash, SKEYID_d, SKEYID_a, encryptionKey }: Protection) {
    this.cipher = cipher;
    this.hash = hash;
    this.#keys = new Secret(concat(SKEYID_d.reveal(), SKEYID_a.reveal(), encryptionKey.reveal()));
  }

  get SKEYID_d(): Secret {
    return this.#keys.part(0, HASHES[this.hash].length);
  }

  get SKEYID_a(): Secret {
    const { length } = HASHES[this.hash];
    return this.#keys.part(length, 2 * length);
  }

  get encryptionKey(): Secret {
    return this.#keys.part(2 * HASHES[this.hash].length, this.#keys.length);
  }
}
