/**
 * Diffie-Hellman in one group: g^x and g^xy, synchronous and slow (0.1 to 15 ms), so performed as jobs. Results have the
 * group's full length with zeros before them: what follows hashes them (RFC 2409 §5), and a lost zero changes every key.
 */
import { createDiffieHellman, createECDH, type DiffieHellman, type ECDH } from "node:crypto";
import { BugError, MisuseError } from "../base/errors.ts";
import { hex, isZero } from "../base/octets.ts";
import { CURVES, type Curve, pointFromPublicValue } from "./elliptic-curves.ts";
import { group, publicValueProblem } from "./groups.ts";
import { isModpGroup, type ModpGroupId, modpPrime } from "./modp-primes.ts";
import type { GroupId } from "./names.ts";
import { leftPad, plainOctets } from "./plain-octets.ts";

/**
 * What goes into our KE payload. `privateValue` is an exponent, most significant octet first; on a curve it is taken
 * modulo the order. Throws MisuseError if it is zero, or if the platform cannot do the group.
 */
export function publicValue(id: GroupId, privateValue: Uint8Array): Uint8Array {
  const { publicLength, available } = group(id);
  if (!available) throw new MisuseError(`this platform cannot do Diffie-Hellman group ${id}`);
  if (isModpGroup(id)) {
    const value = withExponent(id, privateValue, (party) => party.generateKeys());
    return leftPad(value, publicLength);
  }
  // The platform's point is 4 | x | y; in EC2N x alone is sent.
  const point = curveParty(CURVES[id], privateValue).getPublicKey();
  return plainOctets(point).slice(1, 1 + publicLength);
}

/** g^xy. Throws MisuseError as `publicValue` does, and if the peer's value is not one of the group. */
export function sharedSecret(id: GroupId, privateValue: Uint8Array, peerPublicValue: Uint8Array): Uint8Array {
  const problem = publicValueProblem(id, peerPublicValue);
  if (problem !== undefined) throw new MisuseError(problem);
  if (isModpGroup(id)) {
    const secret = withExponent(id, privateValue, (party) => party.computeSecret(peerPublicValue));
    return leftPad(secret, group(id).sharedLength);
  }
  const point = pointFromPublicValue(CURVES[id], peerPublicValue);
  if (point === undefined) throw new BugError("a point that was usable no longer is");
  const secret = curveParty(CURVES[id], privateValue).computeSecret(point);
  return leftPad(plainOctets(secret), group(id).sharedLength);
}

/** Runs `work` on the group's object while it holds `privateValue`. */
function withExponent(
  id: ModpGroupId,
  privateValue: Uint8Array,
  work: (party: DiffieHellman) => Buffer,
): Uint8Array {
  if (isZero(privateValue)) throw new MisuseError("a private value must not be zero");
  const party = parties.get(id) ?? createDiffieHellman(modpPrime(id), 2);
  parties.set(id, party);
  // An object asked twice to generate keys returns the old ones, and draws full-length exponents: so it never draws.
  party.setPrivateKey(privateValue);
  const result = plainOctets(work(party));
  party.setPrivateKey(FORGOTTEN);
  return result;
}

function curveParty(curve: Curve, privateValue: Uint8Array): ECDH {
  const multiplier = BigInt(`0x0${hex(privateValue)}`) % curve.order;
  if (multiplier === 0n)
    throw new MisuseError("a private value must not be zero modulo the order of the curve");
  const party = createECDH(curve.name);
  party.setPrivateKey(multiplier.toString(16).padStart(2 * curve.fieldLength, "0"), "hex");
  return party;
}

/** One object per group: making one tests the prime, which takes 20 to 50 ms in groups 1 and 2. */
const parties = new Map<ModpGroupId, DiffieHellman>();

/** Replaces a private value that has been used: the objects live on. */
const FORGOTTEN = Uint8Array.of(1);
