/** AH's HMAC with a context of libcrypto that is kept as long as the SA: of the headers in the scratch, and of the payload where it lies. */
import type { HashName } from "../../crypto/names.ts";
import type { Secret } from "../../crypto/secret.ts";
import {
  AH_FIXED_LENGTH,
  type AhTransforms,
  ahLayout,
  putCoveredHeaders,
} from "../../ipsec/ah-transforms.ts";
import { NativeHmac } from "./native-hmac.ts";
import type { NativeScratch } from "./native-scratch.ts";

export class NativeAhTransforms implements AhTransforms {
  readonly headerLength: number;
  readonly icvLength: number;
  readonly #scratch: NativeScratch;
  readonly #hash: HashName;
  readonly #key: Secret;
  /** Made with the first packet: most SAs of a large gateway are idle. */
  #hmac: NativeHmac | undefined;

  constructor(scratch: NativeScratch, hash: HashName, key: Secret) {
    const { headerLength, icvLength } = ahLayout(hash, key);
    this.headerLength = headerLength;
    this.icvLength = icvLength;
    this.#scratch = scratch;
    this.#hash = hash;
    this.#key = key;
  }

  sign(packet: Uint8Array, at: number, payloadAt: number): void {
    const icvAt = at + AH_FIXED_LENGTH;
    this.#digest(packet, at, payloadAt).put(packet, icvAt, icvAt + this.icvLength);
  }

  isRight(packet: Uint8Array, at: number, payloadAt: number): boolean {
    const icvAt = at + AH_FIXED_LENGTH;
    return this.#digest(packet, at, payloadAt).isAt(packet, icvAt, icvAt + this.icvLength);
  }

  release(): void {
    this.#hmac?.free();
    this.#hmac = undefined;
  }

  #digest(packet: Uint8Array, at: number, payloadAt: number): NativeHmac {
    this.#hmac ??= new NativeHmac(this.#scratch, this.#hash, this.#key);
    putCoveredHeaders(this.#scratch.small.bytes, packet, at, payloadAt, this.icvLength);
    const length = packet.length - payloadAt;
    this.#hmac.digestBehind(payloadAt, this.#addressOf(packet, payloadAt, length), length);
    return this.#hmac;
  }

  /** Of the payload, or of a copy where it is not in the memory. */
  #addressOf(packet: Uint8Array, payloadAt: number, length: number): number {
    const { memory, input } = this.#scratch;
    const address = memory.addressIn(packet, payloadAt, length);
    if (address !== undefined) return address;
    input.bytes.set(packet.subarray(payloadAt));
    return input.address(0, length);
  }
}
