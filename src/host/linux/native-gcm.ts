/** AES-GCM and AES-GMAC of one SA (RFC 4106, RFC 4543) in a context that lasts from packet to packet. */
import { concat } from "../../base/octets.ts";
import { AEADS, type AeadName, isGmac } from "../../crypto/names.ts";
import type { Secret } from "../../crypto/secret.ts";
import { ESP_HEADER_LENGTH } from "../../ipsec/esp-transforms.ts";
import { u32At } from "../../net/words.ts";
import type { Pointer } from "./libcrypto.ts";
import { mustSucceed, type NativeScratch } from "./native-scratch.ts";
import type { NativeSuite } from "./native-suite.ts";

export class NativeGcm implements NativeSuite {
  readonly #scratch: NativeScratch;
  readonly #name: AeadName;
  readonly #keyAndSalt: Secret;
  readonly #ivLength: number;
  readonly #icvLength: number;
  /** Then nothing is encrypted: IV and payload are associated data as the header is (RFC 4543 §3.3). */
  readonly #isGmac: boolean;
  /** An SA needs one of both. */
  #sealing: Sealing | undefined;
  #opening: Pointer | undefined;

  constructor(scratch: NativeScratch, name: AeadName, keyAndSalt: Secret) {
    const { ivLength, icvLength } = AEADS[name];
    this.#scratch = scratch;
    this.#name = name;
    this.#keyAndSalt = keyAndSalt;
    this.#ivLength = ivLength;
    this.#icvLength = icvLength;
    this.#isGmac = isGmac(name);
  }

  seal(octets: Uint8Array, start: number, end: number, address: number): void {
    const { libcrypto, gcm, lengthAddress } = this.#scratch;
    this.#sealing ??= { context: this.#newContext(1), salt: this.#salt(), nextHigh: -1, nextLow: -1 };
    const { context } = this.#sealing;
    const text = address + ESP_HEADER_LENGTH + this.#ivLength;
    const icv = address + end - start - this.#icvLength;
    this.#prepare(this.#sealing, octets, start + ESP_HEADER_LENGTH);
    const isSealed =
      this.#work(context, address, text, icv, text) &&
      libcrypto.cipherFinal(context, text, lengthAddress) === 1 &&
      libcrypto.cipherGetParameters(context, gcm.sealed(icv)) === 1;
    // What OpenSSL counts is not known then, and no nonce may come twice.
    if (!isSealed) this.#sealing.nextHigh = -1;
    mustSucceed(isSealed, "encryption");
  }

  open(
    octets: Uint8Array,
    start: number,
    end: number,
    address: number,
    target: Uint8Array,
    at: number,
    to: number,
  ): boolean {
    const { libcrypto, gcm, lengthAddress } = this.#scratch;
    this.#opening ??= this.#newOpening();
    const context = this.#opening;
    const iv = address + ESP_HEADER_LENGTH;
    const text = iv + this.#ivLength;
    const icv = address + end - start - this.#icvLength;
    const isWorked =
      libcrypto.cipherSetParameters(context, gcm.opening(iv, icv)) === 1 &&
      this.#work(context, address, text, icv, to + this.#ivLength);
    mustSucceed(isWorked, "decryption");
    const isRight = libcrypto.cipherFinal(context, to, lengthAddress) === 1;
    if (!isRight) target.fill(0, at, at + this.#ivLength + icv - text);
    else if (this.#isGmac) target.set(octets.subarray(start + ESP_HEADER_LENGTH, end - this.#icvLength), at);
    return isRight;
  }

  free(): void {
    const { libcrypto } = this.#scratch;
    for (const context of [this.#sealing?.context, this.#opening])
      if (context !== undefined) libcrypto.freeCipherContext(context);
    this.#sealing?.salt.fill(0);
  }

  /** Of a packet at `address` the payload is from `text` to `icv`. */
  #work(context: Pointer, address: number, text: number, icv: number, to: number): boolean {
    const { libcrypto } = this.#scratch;
    if (this.#isGmac) return libcrypto.cipher(context, 0, address, icv - address) === icv - address;
    return (
      libcrypto.cipher(context, 0, address, ESP_HEADER_LENGTH) === ESP_HEADER_LENGTH &&
      libcrypto.cipher(context, to, text, icv - text) === icv - text
    );
  }

  #newContext(direction: 1 | 0): Pointer {
    const { libcrypto } = this.#scratch;
    const context = libcrypto.newCipherContext();
    const { keyLength } = AEADS[this.#name];
    const type = libcrypto.cipherByName(`aes-${keyLength * 8}-gcm`);
    const key = this.#keyAndSalt.reveal().subarray(0, keyLength);
    const result = this.#scratch.withSecret(key, (at) =>
      libcrypto.cipherInit(context, type, 0, at, 0, direction),
    );
    mustSucceed(result === 1, `a context for ${this.#name}`);
    return context;
  }

  /** It has the salt, so that with a packet only the rest of the nonce is set. */
  #newOpening(): Pointer {
    const { libcrypto } = this.#scratch;
    const context = this.#newContext(0);
    const salt = this.#salt();
    const result = this.#scratch.withSecret(salt, (at) =>
      libcrypto.cipherControl(context, SET_FIXED_IV, salt.length, at),
    );
    mustSucceed(result === 1, "a salt");
    return context;
  }

  #salt(): Uint8Array {
    return this.#keyAndSalt.reveal().slice(AEADS[this.#name].keyLength);
  }

  /** Sees to it that the IV at `at` is the one that OpenSSL has generated: it counts, as our IVs do. */
  #prepare(sealing: Sealing, octets: Uint8Array, at: number): void {
    const high = u32At(octets, at);
    const low = u32At(octets, at + 4);
    const isNext = high === sealing.nextHigh && low === sealing.nextLow;
    if (!isNext) this.#setNonce(sealing, octets.subarray(at, at + this.#ivLength));
    sealing.nextHigh = high;
    // With a carry it is told anew.
    sealing.nextLow = low + 1;
  }

  /** Salt and IV behind one another (RFC 4106 §4): the nonce that is generated first. */
  #setNonce({ context, salt }: Sealing, iv: Uint8Array): void {
    const { libcrypto } = this.#scratch;
    const nonce = concat(salt, iv);
    const isSet = this.#scratch.withSecret(
      nonce,
      (at) =>
        libcrypto.cipherControl(context, SET_FIXED_IV, WHOLE, at) === 1 &&
        libcrypto.cipherControl(context, GENERATE_IV, nonce.length, at) === 1,
    );
    mustSucceed(isSet, "a nonce");
  }
}

interface Sealing {
  readonly context: Pointer;
  readonly salt: Uint8Array;
  /** The halves of the IV that OpenSSL has generated for the next packet, by its counting and ours; -1 before the first. */
  nextHigh: number;
  nextLow: number;
}

/** EVP_CTRL_AEAD_SET_IV_FIXED and EVP_CTRL_GCM_IV_GEN. */
const SET_FIXED_IV = 0x12;
const GENERATE_IV = 0x13;
/** With SET_FIXED_IV: the nonce as a whole. */
const WHOLE = -1;
