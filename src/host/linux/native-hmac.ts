/** The HMAC of one SA (RFC 2403, 2404, 4868) in a context that lasts from packet to packet. */
import { HASHES, type HashName } from "../../crypto/names.ts";
import type { Secret } from "../../crypto/secret.ts";
import type { Pointer } from "./libcrypto.ts";
import { mustSucceed, type NativeScratch } from "./native-scratch.ts";

/** First the digest is made, which stays in the scratch, then it is written or compared. */
export class NativeHmac {
  readonly #scratch: NativeScratch;
  readonly #context: Pointer;

  constructor(scratch: NativeScratch, hash: HashName, key: Secret) {
    const { libcrypto } = scratch;
    this.#scratch = scratch;
    this.#context = libcrypto.newHmacContext();
    const digest = libcrypto.digestByName(hash);
    const result = scratch.withSecret(key.reveal(), (at) =>
      libcrypto.hmacInit(this.#context, at, HASHES[hash].length, digest),
    );
    mustSucceed(result === 1, `a context for HMAC with ${hash}`);
  }

  /** Of the `length` octets at `address`. */
  digest(address: number, length: number): void {
    const { libcrypto } = this.#scratch;
    this.#finish(libcrypto.hmacInit(this.#context, 0, 0, 0), address, length);
  }

  /** Of what the scratch has in `small`, so many octets of it, and then of the `length` octets at `address`. */
  digestBehind(smallLength: number, address: number, length: number): void {
    const { libcrypto, small } = this.#scratch;
    const begun =
      libcrypto.hmacInit(this.#context, 0, 0, 0) &
      libcrypto.hmacUpdate(this.#context, small.address(0, smallLength), smallLength);
    this.#finish(begun, address, length);
  }

  /** Writes the digest, cut to what there is room for, to `octets` from `at` to `end`. */
  put(octets: Uint8Array, at: number, end: number): void {
    const { bytes } = this.#scratch.small;
    for (let i = at; i < end; i++) octets[i] = bytes[i - at] ?? 0;
  }

  /** Whether it is the digest, cut like that, what `octets` have from `at` to `end`. */
  isAt(octets: Uint8Array, at: number, end: number): boolean {
    const { bytes } = this.#scratch.small;
    // In constant time, and without views of both, which cost as much as a third of the rest.
    let difference = 0;
    for (let i = at; i < end; i++) difference |= (octets[i] ?? 0) ^ (bytes[i - at] ?? 0);
    return difference === 0;
  }

  /** `begun` is what libcrypto said of what came before: 1 is success. */
  #finish(begun: number, address: number, length: number): void {
    const { libcrypto, small } = this.#scratch;
    const result =
      begun &
      libcrypto.hmacUpdate(this.#context, address, length) &
      libcrypto.hmacFinal(this.#context, small.address(0, DIGEST_MAX), 0);
    mustSucceed(result === 1, "an HMAC");
  }

  free(): void {
    this.#scratch.libcrypto.freeHmacContext(this.#context);
  }
}

const DIGEST_MAX = 64;
