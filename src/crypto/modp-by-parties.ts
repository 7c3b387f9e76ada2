/** Exponentiation by `DiffieHellman` objects, as `crypto.createDiffieHellman` makes them. */
import { createDiffieHellman, type DiffieHellman } from "node:crypto";
import type { ModpExponentiation } from "./modp-exponentiation.ts";
import { type ModpGroupId, modpPrime } from "./modp-primes.ts";
import { plainOctets } from "./plain-octets.ts";

export const byParties: ModpExponentiation = {
  publicValue(id, privateValue) {
    return withExponent(id, privateValue, (party) => plainOctets(party.generateKeys()));
  },
  sharedSecret(id, privateValue, peerPublicValue) {
    return withExponent(id, privateValue, (party) => plainOctets(party.computeSecret(peerPublicValue)));
  },
  exchange(id, privateValue, peerPublicValue) {
    return withExponent(id, privateValue, (party) => ({
      publicValue: plainOctets(party.generateKeys()),
      sharedSecret: plainOctets(party.computeSecret(peerPublicValue)),
    }));
  },
};

/** Does `work` while the group's party has this exponent. */
function withExponent<T>(id: ModpGroupId, privateValue: Uint8Array, work: (party: DiffieHellman) => T): T {
  const party = parties.get(id) ?? createDiffieHellman(modpPrime(id), 2);
  parties.set(id, party);
  // Left to itself, a party draws exponents of full length, and the same one for ever: it is always told.
  party.setPrivateKey(privateValue);
  const result = work(party);
  party.setPrivateKey(FORGOTTEN);
  return result;
}

/** One for each group: making one tests the prime, which takes 20 to 60 ms in groups 1 and 2. */
const parties = new Map<ModpGroupId, DiffieHellman>();

/** Takes the place of a private value that has been used, since parties live on. */
const FORGOTTEN = Uint8Array.of(1);
