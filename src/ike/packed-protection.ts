/** The keys of an ISAKMP SA as it keeps them: in one text, for three secrets take 150 octets more, and every idle tunnel has them. */
import { type CipherName, HASHES, type HashName } from "../crypto/names.ts";
import { joinSecrets, type Secret, secretIn } from "../crypto/secret.ts";
import type { Protection } from "./protection.ts";

export class PackedProtection implements Protection {
  readonly cipher: CipherName;
  readonly hash: HashName;
  /** SKEYID_d, SKEYID_a, key of the cipher. */
  readonly #keys: string;

  constructor({ cipher, hash, SKEYID_d, SKEYID_a, encryptionKey }: Protection) {
    this.cipher = cipher;
    this.hash = hash;
    this.#keys = joinSecrets(SKEYID_d, SKEYID_a, encryptionKey);
  }

  get SKEYID_d(): Secret {
    return secretIn(this.#keys, 0, HASHES[this.hash].length);
  }

  get SKEYID_a(): Secret {
    const { length } = HASHES[this.hash];
    return secretIn(this.#keys, length, 2 * length);
  }

  get encryptionKey(): Secret {
    return secretIn(this.#keys, 2 * HASHES[this.hash].length, this.#keys.length);
  }
}
