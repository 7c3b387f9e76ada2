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
    const { libcrypto, lengthAddress } = this.#scratch;
    this.#sealing ??= { context: this.#newContext(1), salt: this.#salt(), nextHigh: -1, nextLow: -1 };
    const { context } = this.#sealing;
    const iv = address + ESP_HEADER_LENGTH;
    const text = iv + this.#ivLength;
    const icv = address + end - start - this.#icvLength;
    const result =
      this.#expect(this.#sealing, octets, start + ESP_HEADER_LENGTH) &
      // Writes the IV that is there already: OpenSSL takes it that way in half the time.
      libcrypto.cipherControl(context, GENERATE_IV, this.#ivLength, iv) &
      this.#update(context, address, text, icv, text) &
      libcrypto.cipherFinal(context, text, lengthAddress) &
      libcrypto.cipherControl(context, GET_TAG, this.#icvLength, icv);
    mustSucceed(result, "encryption");
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
    const { libcrypto, lengthAddress, opening } = this.#scratch;
    this.#opening ??= this.#newOpening();
    const context = this.#opening;
    const iv = address + ESP_HEADER_LENGTH;
    const text = iv + this.#ivLength;
    const icv = address + end - start - this.#icvLength;
    const result =
      libcrypto.cipherSetParameters(context, opening.put(iv, icv)) &
      this.#update(context, address, text, icv, to + this.#ivLength);
    mustSucceed(result, "decryption");
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
  #update(context: Pointer, address: number, text: number, icv: number, to: number): number {
    const { libcrypto, lengthAddress } = this.#scratch;
    if (this.#isGmac) return libcrypto.cipherUpdate(context, 0, lengthAddress, address, icv - address);
    return (
      libcrypto.cipherUpdate(context, 0, lengthAddress, address, ESP_HEADER_LENGTH) &
      libcrypto.cipherUpdate(context, to, lengthAddress, text, icv - text)
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
    mustSucceed(result, `a context for ${this.#name}`);
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
    mustSucceed(result, "a salt");
    return context;
  }

  #salt(): Uint8Array {
    return this.#keyAndSalt.reveal().slice(AEADS[this.#name].keyLength);
  }

  /** Sees to it that the IV at `at` is the one that OpenSSL generates next: it counts, as our IVs do. */
  #expect(sealing: Sealing, octets: Uint8Array, at: number): number {
    const high = u32At(octets, at);
    const low = u32At(octets, at + 4);
    const isNext = high === sealing.nextHigh && low === sealing.nextLow;
    sealing.nextHigh = high;
    // With a carry it is told anew.
    sealing.nextLow = low + 1;
    return isNext ? 1 : this.#setNonce(sealing, octets.subarray(at, at + this.#ivLength));
  }

  /** Salt and IV behind one another (RFC 4106 §4). */
  #setNonce({ context, salt }: Sealing, iv: Uint8Array): number {
    const { libcrypto } = this.#scratch;
    return this.#scratch.withSecret(concat(salt, iv), (at) =>
      libcrypto.cipherControl(context, SET_FIXED_IV, WHOLE, at),
    );
  }
}

interface Sealing {
  readonly context: Pointer;
  readonly salt: Uint8Array;
  /** The halves of the IV that OpenSSL generates next, by its counting and ours; -1 where it does not know one. */
  nextHigh: number;
  nextLow: number;
}

/** EVP_CTRL_AEAD_GET_TAG, EVP_CTRL_AEAD_SET_IV_FIXED and EVP_CTRL_GCM_IV_GEN. */
const GET_TAG = 0x10;
const SET_FIXED_IV = 0x12;
const GENERATE_IV = 0x13;
/** With SET_FIXED_IV: the nonce as a whole. */
const WHOLE = -1;
