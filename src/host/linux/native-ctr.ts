/** AES-CTR of one SA (RFC 3686) in a context that lasts from packet to packet. */
import { COUNTER_CIPHERS, type CounterCipherName } from "../../crypto/names.ts";
import type { Secret } from "../../crypto/secret.ts";
import { u32At } from "../../net/words.ts";
import type { Pointer } from "./libcrypto.ts";
import type { NativeCipher } from "./native-cipher.ts";
import { mustSucceed, type NativeScratch } from "./native-scratch.ts";

/** Opening is sealing: the key stream is added or taken away. */
export class CounterCipher implements NativeCipher {
  readonly #scratch: NativeScratch;
  readonly #context: Pointer;
  #nonce: number;
  readonly #ivLength: number;

  constructor(scratch: NativeScratch, cipher: CounterCipherName, keyAndNonce: Secret) {
    const { libcrypto } = scratch;
    const { keyLength, ivLength } = COUNTER_CIPHERS[cipher];
    const octets = keyAndNonce.reveal();
    this.#scratch = scratch;
    this.#nonce = u32At(octets, keyLength);
    this.#ivLength = ivLength;
    this.#context = libcrypto.newCipherContext();
    const type = libcrypto.cipherByName(`aes-${keyLength * 8}-ctr`);
    const result = scratch.withSecret(octets.subarray(0, keyLength), (at) =>
      libcrypto.cipherInit(this.#context, type, 0, at, 0, 1),
    );
    mustSucceed(result === 1, `a context for ${cipher}`);
  }

  seal(octets: Uint8Array, at: number, end: number, address: number): void {
    this.#addKeyStream(octets, at, end, address, address + this.#ivLength);
  }

  open(octets: Uint8Array, at: number, end: number, address: number, to: number): void {
    this.#addKeyStream(octets, at, end, address, to + this.#ivLength);
  }

  free(): void {
    this.#scratch.libcrypto.freeCipherContext(this.#context);
    this.#nonce = 0;
  }

  #addKeyStream(octets: Uint8Array, at: number, end: number, address: number, to: number): void {
    const { libcrypto } = this.#scratch;
    const text = address + this.#ivLength;
    const length = end - at - this.#ivLength;
    const isDone =
      libcrypto.cipherBegin(this.#context, 0, 0, this.#firstCounterBlock(octets, at)) === 1 &&
      libcrypto.cipher(this.#context, to, text, length) === length;
    mustSucceed(isDone, "encryption");
  }

  /** Where nonce, IV, and a block counter that begins at 1 are behind one another (RFC 3686 §4). */
  #firstCounterBlock(octets: Uint8Array, ivAt: number): number {
    const { small } = this.#scratch;
    const { view } = small;
    view.setUint32(0, this.#nonce);
    view.setUint32(4, u32At(octets, ivAt));
    view.setUint32(8, u32At(octets, ivAt + 4));
    view.setUint32(12, 1);
    return small.address(0, COUNTER_BLOCK_LENGTH);
  }
}

const COUNTER_BLOCK_LENGTH = 16;
