/**
 * g^x and y^x modulo the primes of the MODP groups. The platform offers two ways, and which of them is quick depends on
 * its version (docs/decisions/0010-diffie-hellman-in-workers.md). Values come without leading zeros, or with them.
 */
import { constants } from "node:crypto";
import { byKeyObjects } from "./modp-by-key-objects.ts";
import { byParties } from "./modp-by-parties.ts";
import type { ModpGroupId } from "./modp-primes.ts";

/** Exponents are not zero; `peerPublicValue` is one of the group. */
export interface ModpExponentiation {
  publicValue(id: ModpGroupId, privateValue: Uint8Array): Uint8Array;
  sharedSecret(id: ModpGroupId, privateValue: Uint8Array, peerPublicValue: Uint8Array): Uint8Array;
  /** Both at once, which may be cheaper than one after the other. */
  exchange(id: ModpGroupId, privateValue: Uint8Array, peerPublicValue: Uint8Array): KeyExchange;
}

export interface KeyExchange {
  readonly publicValue: Uint8Array;
  readonly sharedSecret: Uint8Array;
}

/**
 * Up to OpenSSL 3.0, key objects make every secret 7 to 17 times slower, by a check of the peer's value that a prime of
 * this kind does not need. From 3.5 on, making a party tests the prime, for seconds, or every secret gets that check.
 */
export const modpExponentiation: ModpExponentiation =
  constants.OPENSSL_VERSION_NUMBER >= 0x30500000 ? byKeyObjects : byParties;
