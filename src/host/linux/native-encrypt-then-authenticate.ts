/** A cipher and an HMAC of one SA, or one of both (RFC 2406 §3.3.2; the NULL cipher: RFC 2410). */
import {
  type CipherName,
  type CounterCipherName,
  type HashName,
  isCounterCipher,
} from "../../crypto/names.ts";
import type { Secret } from "../../crypto/secret.ts";
import { ESP_HEADER_LENGTH, type EspLayout } from "../../ipsec/esp-transforms.ts";
import { ChainedCbc } from "./native-cbc.ts";
import type { NativeCipher } from "./native-cipher.ts";
import { CounterCipher } from "./native-ctr.ts";
import { NativeHmac } from "./native-hmac.ts";
import type { NativeScratch } from "./native-scratch.ts";
import type { NativeSuite } from "./native-suite.ts";

export class NativeEncryptThenAuthenticate implements NativeSuite {
  readonly #layout: EspLayout;
  readonly #makeCipher: (direction: 1 | 0) => NativeCipher | undefined;
  /** An SA needs one of both. */
  #sealing: NativeCipher | undefined;
  #opening: NativeCipher | undefined;
  readonly #hmac: NativeHmac | undefined;

  constructor(
    scratch: NativeScratch,
    layout: EspLayout,
    encryption: CipherName | CounterCipherName | "null",
    encryptionKey: Secret,
    integrity: HashName | undefined,
    integrityKey: Secret,
  ) {
    this.#layout = layout;
    this.#makeCipher = (direction) => {
      if (encryption === "null") return undefined;
      if (isCounterCipher(encryption)) return new CounterCipher(scratch, encryption, encryptionKey);
      return new ChainedCbc(scratch, encryption, encryptionKey, direction);
    };
    if (integrity !== undefined) this.#hmac = new NativeHmac(scratch, integrity, integrityKey);
  }

  seal(octets: Uint8Array, start: number, end: number, address: number): void {
    const covered = end - this.#layout.icvLength;
    this.#sealing ??= this.#makeCipher(1);
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
    this.#opening ??= this.#makeCipher(0);
    const ivAt = start + ESP_HEADER_LENGTH;
    if (this.#opening === undefined) target.set(octets.subarray(ivAt, covered), at);
    else this.#opening.open(octets, ivAt, covered, address + ESP_HEADER_LENGTH, to);
    return true;
  }

  free(): void {
    this.#sealing?.free();
    this.#opening?.free();
    this.#hmac?.free();
  }
}
