/**
 * The cryptography of packets with libcrypto's contexts kept as long as the SA. They work where packets lie, if that is in
 * the memory given, and on copies otherwise. The octets are those of `ipsec/node-transforms.ts` and `node-ah-transforms.ts`.
 */
import { type EspSuite, isAead } from "../../crypto/names.ts";
import type { Secret } from "../../crypto/secret.ts";
import {
  checkEspKeys,
  ESP_HEADER_LENGTH,
  type EspLayout,
  type EspTransforms,
  type EspTransformsFactory,
  espLayout,
} from "../../ipsec/esp-transforms.ts";
import type { PacketTransforms } from "../../ipsec/packet-transforms.ts";
import type { Libcrypto } from "./libcrypto.ts";
import { NativeAhTransforms } from "./native-ah.ts";
import { NativeEncryptThenAuthenticate } from "./native-encrypt-then-authenticate.ts";
import { NativeGcm } from "./native-gcm.ts";
import type { NativeMemory } from "./native-memory.ts";
import { NativeScratch } from "./native-scratch.ts";
import type { NativeSuite } from "./native-suite.ts";

/** `memory` is where packets usually lie; it must have room for `SCRATCH_OCTETS` more. */
export function nativeTransforms(libcrypto: Libcrypto, memory: NativeMemory): PacketTransforms {
  const scratch = new NativeScratch(libcrypto, memory);
  return {
    esp: espTransforms(scratch),
    ah: (hash, key) => new NativeAhTransforms(scratch, hash, key),
  };
}

function espTransforms(scratch: NativeScratch): EspTransformsFactory {
  return (suite, encryptionKey, integrityKey) => {
    checkEspKeys(suite, encryptionKey, integrityKey);
    return new NativeTransforms(scratch, suite, encryptionKey, integrityKey);
  };
}

class NativeTransforms implements EspTransforms {
  readonly ivLength: number;
  readonly ivKind: EspLayout["ivKind"];
  readonly alignment: number;
  readonly icvLength: number;
  readonly #scratch: NativeScratch;
  readonly #suite: EspSuite;
  readonly #encryptionKey: Secret;
  readonly #integrityKey: Secret;
  /** Made with the first packet: most SAs of a large gateway are idle. */
  #native: NativeSuite | undefined;

  constructor(scratch: NativeScratch, suite: EspSuite, encryptionKey: Secret, integrityKey: Secret) {
    const { ivLength, ivKind, alignment, icvLength } = espLayout(suite);
    this.ivLength = ivLength;
    this.ivKind = ivKind;
    this.alignment = alignment;
    this.icvLength = icvLength;
    this.#scratch = scratch;
    this.#suite = suite;
    this.#encryptionKey = encryptionKey;
    this.#integrityKey = integrityKey;
  }

  seal(octets: Uint8Array, start: number, end: number): void {
    this.#native ??= this.#make();
    const { memory, input } = this.#scratch;
    const length = end - start;
    const address = memory.addressIn(octets, start, length);
    if (address !== undefined) return this.#native.seal(octets, start, end, address);
    input.bytes.set(octets.subarray(start, end));
    this.#native.seal(input.bytes, 0, length, input.address(0, length));
    octets.set(input.bytes.subarray(0, length), start);
  }

  open(octets: Uint8Array, start: number, end: number, target: Uint8Array, at: number): boolean {
    this.#native ??= this.#make();
    const { memory, input, output } = this.#scratch;
    const length = end - start;
    const written = length - ESP_HEADER_LENGTH - this.icvLength;
    const address = memory.addressIn(octets, start, length);
    const to = memory.addressIn(target, at, written);
    if (address !== undefined && to !== undefined)
      return this.#native.open(octets, start, end, address, target, at, to);
    input.bytes.set(octets.subarray(start, end));
    const copy = output.bytes.subarray(0, written);
    const from = input.address(0, length);
    if (!this.#native.open(input.bytes, 0, length, from, copy, 0, output.address(0, written))) return false;
    target.set(copy, at);
    return true;
  }

  release(): void {
    this.#native?.free();
    this.#native = undefined;
  }

  #make(): NativeSuite {
    const { encryption, integrity } = this.#suite;
    if (isAead(encryption)) return new NativeGcm(this.#scratch, encryption, this.#encryptionKey);
    return new NativeEncryptThenAuthenticate(
      this.#scratch,
      this,
      encryption,
      this.#encryptionKey,
      integrity,
      this.#integrityKey,
    );
  }
}
