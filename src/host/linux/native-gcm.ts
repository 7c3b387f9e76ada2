/** AES-GCM of one SA (RFC 4106) in a context that lasts from packet to packet. */
import { AEADS, type AeadName } from "../../crypto/names.ts";
import type { Secret } from "../../crypto/secret.ts";
import { ESP_HEADER_LENGTH } from "../../ipsec/esp-transforms.ts";
import type { Pointer } from "./libcrypto.ts";
import { mustSucceed, type NativeScratch } from "./native-scratch.ts";
import type { NativeSuite } from "./native-suite.ts";

export class NativeGcm implements NativeSuite {
  readonly #scratch: NativeScratch;
  readonly #context: Pointer;
  readonly #salt: Uint8Array;
  readonly #ivLength: number;
  readonly #icvLength: number;

  constructor(scratch: NativeScratch, name: AeadName, keyAndSalt: Secret) {
    const { libcrypto } = scratch;
    const { keyLength, ivLength, icvLength } = AEADS[name];
    this.#scratch = scratch;
    this.#salt = keyAndSalt.reveal().slice(keyLength);
    this.#ivLength = ivLength;
    this.#icvLength = icvLength;
    this.#context = libcrypto.newCipherContext();
    const type = libcrypto.cipherByName(`aes-${name.slice("gcm-".length)}-gcm`);
    const result = scratch.withSecret(keyAndSalt.reveal().subarray(0, keyLength), (at) =>
      libcrypto.cipherInit(this.#context, type, 0, at, 0, 1),
    );
    mustSucceed(result, `a context for ${name}`);
  }

  seal(octets: Uint8Array, start: number, end: number, address: number): void {
    const { libcrypto, lengthAddress } = this.#scratch;
    const text = address + ESP_HEADER_LENGTH + this.#ivLength;
    const icv = address + end - start - this.#icvLength;
    this.#begin(octets, start, address, 1);
    const result =
      libcrypto.cipherUpdate(this.#context, text, lengthAddress, text, icv - text) &
      libcrypto.cipherFinal(this.#context, text, lengthAddress) &
      libcrypto.cipherControl(this.#context, GET_TAG, this.#icvLength, icv);
    mustSucceed(result, "encryption");
  }

  open(
    octets: Uint8Array,
    start: number,
    end: number,
    address: number,
    target: Uint8Array,
    to: number,
  ): boolean {
    const { libcrypto, lengthAddress } = this.#scratch;
    const text = address + ESP_HEADER_LENGTH + this.#ivLength;
    const icv = address + end - start - this.#icvLength;
    this.#begin(octets, start, address, 0);
    const result =
      libcrypto.cipherControl(this.#context, SET_TAG, this.#icvLength, icv) &
      libcrypto.cipherUpdate(this.#context, to + this.#ivLength, lengthAddress, text, icv - text);
    mustSucceed(result, "decryption");
    if (libcrypto.cipherFinal(this.#context, to, lengthAddress) === 1) return true;
    target.fill(0, 0, end - start);
    return false;
  }

  free(): void {
    this.#scratch.libcrypto.freeCipherContext(this.#context);
    this.#salt.fill(0);
  }

  /** Nonce and associated data: salt and IV, SPI and sequence number (RFC 4106 §4, §5). */
  #begin(octets: Uint8Array, start: number, address: number, direction: 1 | 0): void {
    const { libcrypto, lengthAddress, small } = this.#scratch;
    const salt = this.#salt;
    const ivAt = start + ESP_HEADER_LENGTH;
    for (let i = 0; i < salt.length; i++) small.bytes[i] = salt[i] ?? 0;
    for (let i = 0; i < this.#ivLength; i++) small.bytes[salt.length + i] = octets[ivAt + i] ?? 0;
    const nonce = small.address(0, salt.length + this.#ivLength);
    const result =
      libcrypto.cipherInit(this.#context, 0, 0, 0, nonce, direction) &
      libcrypto.cipherUpdate(this.#context, 0, lengthAddress, address, ESP_HEADER_LENGTH);
    mustSucceed(result, "a nonce");
  }
}

/** EVP_CTRL_AEAD_GET_TAG and EVP_CTRL_AEAD_SET_TAG. */
const GET_TAG = 0x10;
const SET_TAG = 0x11;
