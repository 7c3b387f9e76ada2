/**
 * AES-GCM and AES-GMAC for many packets under one key (RFC 4106, RFC 4543). The nonce is the salt, which never changes, and the packet's IV,
 * which must never repeat under one key: whoever seals sees to that.
 */
import { createCipheriv, createDecipheriv, createSecretKey, type KeyObject } from "node:crypto";
import { MisuseError } from "../base/errors.ts";
import { concat } from "../base/octets.ts";
import { AEADS, type AeadFacts, type AeadName, espKeyLength, type GcmName, isGmac } from "./names.ts";
import { plainOctets } from "./plain-octets.ts";

/** One key's AEAD. Both throw MisuseError if the IV has not its length. */
export interface PacketAead {
  /** Ciphertext, which with GMAC is the plaintext, and ICV. `associated` is authenticated only: in ESP, SPI and sequence number. */
  seal(iv: Uint8Array, associated: Uint8Array, plaintext: Uint8Array): Uint8Array;
  /** The plaintext of ciphertext and ICV; undefined where the ICV does not hold. */
  open(iv: Uint8Array, associated: Uint8Array, sealed: Uint8Array): Uint8Array | undefined;
}

/** `keyAndSalt` is as KEYMAT gives it: the salt behind the key. Throws MisuseError unless it has its length. */
export function packetAead(name: AeadName, keyAndSalt: Uint8Array, options: AeadOptions = {}): PacketAead {
  if (keyAndSalt.length !== espKeyLength(name))
    throw new MisuseError(
      `${name} needs a key and salt of ${espKeyLength(name)} octets, ${keyAndSalt.length} given`,
    );
  const { keyLength } = AEADS[name];
  const [key, salt] = [keyAndSalt.subarray(0, keyLength), keyAndSalt.slice(keyLength)];
  if (!isGmac(name)) return new Gcm(name, key, salt, options);
  return new Gmac(new Gcm(name.replace("gmac", "gcm") as GcmName, key, salt, options)); // of the same key lengths
}

export interface AeadOptions {
  /** 16 if it is not said; 8 and 12 are for reading what others have sealed (RFC 4106 §6). */
  readonly icvLength?: number;
}

class Gcm implements PacketAead {
  readonly #facts: AeadFacts;
  readonly #algorithm: (typeof ALGORITHMS)[GcmName];
  readonly #key: KeyObject;
  readonly #salt: Uint8Array;

  constructor(name: GcmName, key: Uint8Array, salt: Uint8Array, options: AeadOptions) {
    this.#facts = { ...AEADS[name], ...options };
    this.#algorithm = ALGORITHMS[name];
    this.#key = createSecretKey(key);
    this.#salt = salt;
  }

  get icvLength(): number {
    return this.#facts.icvLength;
  }

  seal(iv: Uint8Array, associated: Uint8Array, plaintext: Uint8Array): Uint8Array {
    const { icvLength: authTagLength } = this.#facts;
    const cipher = createCipheriv(this.#algorithm, this.#key, this.#nonce(iv), { authTagLength });
    cipher.setAAD(associated);
    const ciphertext = cipher.update(plaintext);
    cipher.final();
    return concat(ciphertext, cipher.getAuthTag());
  }

  open(iv: Uint8Array, associated: Uint8Array, sealed: Uint8Array): Uint8Array | undefined {
    const { icvLength: authTagLength } = this.#facts;
    const end = sealed.length - authTagLength;
    if (end < 0) return undefined;
    const decipher = createDecipheriv(this.#algorithm, this.#key, this.#nonce(iv), { authTagLength });
    decipher.setAAD(associated);
    decipher.setAuthTag(sealed.subarray(end));
    const plaintext = plainOctets(decipher.update(sealed.subarray(0, end)));
    try {
      decipher.final();
    } catch {
      // All that can go wrong here is the ICV; nothing of the plaintext may be seen then.
      plaintext.fill(0);
      return undefined;
    }
    return plaintext;
  }

  #nonce(iv: Uint8Array): Uint8Array {
    const { ivLength } = this.#facts;
    if (iv.length !== ivLength)
      throw new MisuseError(`GCM needs an IV of ${ivLength} octets, ${iv.length} given`);
    return concat(this.#salt, iv);
  }
}

/** GCM with nothing to encrypt: IV and text are authenticated as well (RFC 4543 §3.3). */
class Gmac implements PacketAead {
  readonly #gcm: Gcm;

  constructor(gcm: Gcm) {
    this.#gcm = gcm;
  }

  seal(iv: Uint8Array, associated: Uint8Array, plaintext: Uint8Array): Uint8Array {
    return concat(plaintext, this.#gcm.seal(iv, concat(associated, iv, plaintext), NO_OCTETS));
  }

  open(iv: Uint8Array, associated: Uint8Array, sealed: Uint8Array): Uint8Array | undefined {
    const text = sealed.subarray(0, Math.max(0, sealed.length - this.#gcm.icvLength));
    const icv = sealed.subarray(text.length);
    return this.#gcm.open(iv, concat(associated, iv, text), icv) && text.slice();
  }
}

const NO_OCTETS = new Uint8Array();

const ALGORITHMS = { "gcm-128": "aes-128-gcm", "gcm-192": "aes-192-gcm", "gcm-256": "aes-256-gcm" } as const;
