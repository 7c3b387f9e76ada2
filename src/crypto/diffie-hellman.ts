/**
 * Diffie-Hellman in one group: g^x and g^xy, synchronous and slow (0.1 to 15 ms), so performed as jobs. Results have the
 * group's full length with zeros before them: what follows hashes them (RFC 2409 §5), and a lost zero changes every key.
 * A private value is an exponent, most significant octet first; on a curve it is taken modulo the order.
 */
import { createECDH, type ECDH } from "node:crypto";
import { MisuseError } from "../base/errors.ts";
import { hex, isZero } from "../base/octets.ts";
import { CURVES, type Curve, type CurveGroupId, pointFromPublicValue } from "./elliptic-curves.ts";
import { group, publicValueProblem } from "./groups.ts";
import { type KeyExchange, modpExponentiation } from "./modp-exponentiation.ts";
import { isModpGroup } from "./modp-primes.ts";
import type { GroupId } from "./names.ts";
import { plainOctets, toLength } from "./plain-octets.ts";

/** What goes into our KE payload. Throws MisuseError if the private value is zero, or if the platform lacks the group. */
export function publicValue(id: GroupId, privateValue: Uint8Array): Uint8Array {
  const { publicLength, available } = group(id);
  if (!available) throw new MisuseError(`this platform cannot do Diffie-Hellman group ${id}`);
  if (!isModpGroup(id)) return publicValueOf(id, curveParty(CURVES[id], privateValue));
  refuseZero(privateValue);
  return toLength(modpExponentiation.publicValue(id, privateValue), publicLength);
}

/** g^xy. Throws MisuseError as `publicValue` does, and if the peer's value is not one of the group. */
export function sharedSecret(id: GroupId, privateValue: Uint8Array, peerPublicValue: Uint8Array): Uint8Array {
  if (!isModpGroup(id)) {
    const point = peerPoint(id, peerPublicValue);
    return secretOf(id, curveParty(CURVES[id], privateValue), point);
  }
  refuseOutsider(id, peerPublicValue);
  refuseZero(privateValue);
  const secret = modpExponentiation.sharedSecret(id, privateValue, peerPublicValue);
  return toLength(secret, group(id).sharedLength);
}

/** Both at once, for less than one after the other. Throws as `sharedSecret` does. */
export function exchangeKeys(
  id: GroupId,
  privateValue: Uint8Array,
  peerPublicValue: Uint8Array,
): KeyExchange {
  if (!isModpGroup(id)) {
    const point = peerPoint(id, peerPublicValue);
    const party = curveParty(CURVES[id], privateValue);
    return { publicValue: publicValueOf(id, party), sharedSecret: secretOf(id, party, point) };
  }
  refuseOutsider(id, peerPublicValue);
  refuseZero(privateValue);
  const both = modpExponentiation.exchange(id, privateValue, peerPublicValue);
  const { publicLength, sharedLength } = group(id);
  return {
    publicValue: toLength(both.publicValue, publicLength),
    sharedSecret: toLength(both.sharedSecret, sharedLength),
  };
}

function refuseZero(privateValue: Uint8Array): void {
  if (isZero(privateValue)) throw new MisuseError("a private value must not be zero");
}

function refuseOutsider(id: GroupId, peerPublicValue: Uint8Array): void {
  const problem = publicValueProblem(id, peerPublicValue);
  if (problem !== undefined) throw new MisuseError(problem);
}

/** Does what `refuseOutsider` does, but reads the point once. */
function peerPoint(id: CurveGroupId, peerPublicValue: Uint8Array): Uint8Array {
  const { available, publicLength } = group(id);
  const isReadable = available && peerPublicValue.length === publicLength;
  const point = isReadable ? pointFromPublicValue(CURVES[id], peerPublicValue) : undefined;
  if (point !== undefined) return point;
  throw new MisuseError(publicValueProblem(id, peerPublicValue) ?? `no point of group ${id}`);
}

function curveParty(curve: Curve, privateValue: Uint8Array): ECDH {
  const multiplier = BigInt(`0x0${hex(privateValue)}`) % curve.order;
  if (multiplier === 0n)
    throw new MisuseError("a private value must not be zero modulo the order of the curve");
  const party = createECDH(curve.name);
  party.setPrivateKey(multiplier.toString(16).padStart(2 * curve.fieldLength, "0"), "hex");
  return party;
}

/** The platform's point is 4 | x | y; in EC2N x alone is sent. */
function publicValueOf(id: CurveGroupId, party: ECDH): Uint8Array {
  return plainOctets(party.getPublicKey()).slice(1, 1 + group(id).publicLength);
}

function secretOf(id: CurveGroupId, party: ECDH, peerPoint: Uint8Array): Uint8Array {
  return toLength(plainOctets(party.computeSecret(peerPoint)), group(id).sharedLength);
}
