/** CBC and HMAC of one SA (RFC 2405, 2451, 3602; 2403, 2404, 4868; NULL: 2410) in contexts that last from packet to packet. */
import { cbcAlgorithm } from "../../crypto/cbc.ts";
import { CIPHERS, type CipherName, type HashName } from "../../crypto/names.ts";
import type { Secret } from "../../crypto/secret.ts";
import { ESP_HEADER_LENGTH, type EspLayout } from "../../ipsec/esp-transforms.ts";
import type { Pointer } from "./libcrypto.ts";
import { NativeHmac } from "./native-hmac.ts";
import { mustSucceed, type NativeScratch } from "./native-scratch.ts";
import type { NativeSuite } from "./native-suite.ts";

export class NativeCbc implements NativeSuite {
  readonly #layout: EspLayout;
  readonly #makeChain: (direction: 1 | 0) => ChainedCbc | undefined;
  /** An SA needs one of both. */
  #sealing: ChainedCbc | undefined;
  #opening: ChainedCbc | undefined;
  readonly #hmac: NativeHmac | undefined;

  constructor(
    scratch: NativeScratch,
    layout: EspLayout,
    encryption: CipherName | "null",
    encryptionKey: Secret,
    integrity: HashName | undefined,
    integrityKey: Secret,
  ) {
    this.#layout = layout;
    this.#makeChain = (direction) =>
      encryption === "null" ? undefined : new ChainedCbc(scratch, encryption, encryptionKey, direction);
    if (integrity !== undefined) this.#hmac = new NativeHmac(scratch, integrity, integrityKey);
  }

  seal(octets: Uint8Array, start: number, end: number, address: number): void {
    const covered = end - this.#layout.icvLength;
    this.#sealing ??= this.#makeChain(1);
    this.#sealing?.seal(octets, start + ESP_HEADER_LENGTH, covered, address + ESP_HEADER_LENGTH);
    this.#hmac?.digest(address, covered - start);
    this.#hmac?.put(octets, covered, end);
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
    const covered = end - this.#layout.icvLength;
    this.#hmac?.digest(address, covered - start);
    if (this.#hmac?.isAt(octets, covered, end) === false) return false;
    this.#opening ??= this.#makeChain(0);
    const body = covered - start - ESP_HEADER_LENGTH;
    if (this.#opening === undefined) target.set(octets.subarray(start + ESP_HEADER_LENGTH, covered), at);
    else this.#opening.open(address + ESP_HEADER_LENGTH, body, to);
    return true;
  }

  free(): void {
    this.#sealing?.free();
    this.#opening?.free();
    this.#hmac?.free();
  }
}

/**
 * Setting an IV costs more than encrypting a short packet, so the context chains on. What that adds to the first block of a
 * packet is known: sealing takes it out again; opening decrypts the IV as a block before the first, and throws it away.
 */
class ChainedCbc {
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
    mustSucceed(result, `a context for ${algorithm}`);
    mustSucceed(libcrypto.cipherSetPadding(this.#context, 0), "padding off");
  }

  /** IV and plaintext are in `octets` from `at` to `end`, which is `address`. */
  seal(octets: Uint8Array, at: number, end: number, address: number): void {
    const last = this.#last;
    const textAt = at + last.length;
    for (let i = 0; i < last.length; i++)
      octets[textAt + i] = (octets[textAt + i] ?? 0) ^ (octets[at + i] ?? 0) ^ (last[i] ?? 0);
    const text = address + last.length;
    const { libcrypto, lengthAddress } = this.#scratch;
    mustSucceed(libcrypto.cipherUpdate(this.#context, text, lengthAddress, text, end - textAt), "encryption");
    const lastAt = end - last.length;
    for (let i = 0; i < last.length; i++) last[i] = octets[lastAt + i] ?? 0;
  }

  /** IV and ciphertext are at `address`, `length` together; so long is what is written to `to`. */
  open(address: number, length: number, to: number): void {
    const { libcrypto, lengthAddress } = this.#scratch;
    mustSucceed(libcrypto.cipherUpdate(this.#context, to, lengthAddress, address, length), "decryption");
  }

  free(): void {
    this.#scratch.libcrypto.freeCipherContext(this.#context);
  }
}
