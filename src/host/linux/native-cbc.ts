/** CBC of one SA (RFC 2405, 2451, 3602) in a context that lasts from packet to packet. */
import { cbcAlgorithm } from "../../crypto/cbc.ts";
import { CIPHERS, type CipherName } from "../../crypto/names.ts";
import type { Secret } from "../../crypto/secret.ts";
import type { Pointer } from "./libcrypto.ts";
import type { NativeCipher } from "./native-cipher.ts";
import { mustSucceed, type NativeScratch } from "./native-scratch.ts";

/**
 * Setting an IV costs more than encrypting a short packet, so the context chains on. What that adds to the first block of a
 * packet is known: sealing takes it out again; opening decrypts the IV as a block before the first, and throws it away.
 */
export class ChainedCbc implements NativeCipher {
  readonly #scratch: NativeScratch;
  readonly #context: Pointer;
  /** The last ciphertext block that was sealed. */
  readonly #last: Uint8Array;

  constructor(scratch: NativeScratch, cipher: CipherName, key: Secret, direction: 1 | 0) {
    const { libcrypto } = scratch;
    const { blockLength } = CIPHERS[cipher];
    const { algorithm, algorithmKey } = cbcAlgorithm(cipher, key.reveal());
    this.#scratch = scratch;
    this.#last = new Uint8Array(blockLength);
    this.#context = libcrypto.newCipherContext();
    const keyAndIv = new Uint8Array(algorithmKey.length + blockLength);
    keyAndIv.set(algorithmKey);
    const type = libcrypto.cipherByName(algorithm);
    const result = scratch.withSecret(keyAndIv, (at) =>
      libcrypto.cipherInit(this.#context, type, 0, at, at + algorithmKey.length, direction),
    );
    mustSucceed(result === 1, `a context for ${algorithm}`);
    mustSucceed(libcrypto.cipherSetPadding(this.#context, 0) === 1, "padding off");
  }

  seal(octets: Uint8Array, at: number, end: number, address: number): void {
    const last = this.#last;
    const textAt = at + last.length;
    for (let i = 0; i < last.length; i++)
      octets[textAt + i] = (octets[textAt + i] ?? 0) ^ (octets[at + i] ?? 0) ^ (last[i] ?? 0);
    const text = address + last.length;
    const length = end - textAt;
    const { libcrypto } = this.#scratch;
    mustSucceed(libcrypto.cipher(this.#context, text, text, length) === length, "encryption");
    const lastAt = end - last.length;
    for (let i = 0; i < last.length; i++) last[i] = octets[lastAt + i] ?? 0;
  }

  open(_octets: Uint8Array, at: number, end: number, address: number, to: number): void {
    const { libcrypto } = this.#scratch;
    const length = end - at;
    mustSucceed(libcrypto.cipher(this.#context, to, address, length) === length, "decryption");
  }

  free(): void {
    this.#scratch.libcrypto.freeCipherContext(this.#context);
  }
}
