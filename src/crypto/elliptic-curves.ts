/**
 * The curves of the ECP groups (RFC 5903) and EC2N groups (RFC 2409 §6.3-6.4, RFC 2412 App. E.3-E.4), and whether the
 * platform has them: some OpenSSL builds leave out curves over binary fields.
 */
import { createECDH, ECDH, getCurves } from "node:crypto";
import { concat, isZero } from "../base/octets.ts";
import { plainOctets } from "./plain-octets.ts";

export type EcpGroupId = 19 | 20 | 21;
export type Ec2nGroupId = 3 | 4 | 7;
export type CurveGroupId = EcpGroupId | Ec2nGroupId;

export interface Curve {
  /** As the platform calls it. */
  readonly name: string;
  /** Octets of one coordinate. */
  readonly fieldLength: number;
  /** What private values are reduced by: the order of the platform's generator. */
  readonly order: bigint;
  /** Points of the curve per point of its largest prime-order subgroup. */
  readonly cofactor: number;
}

export const CURVES: { readonly [G in CurveGroupId]: Curve } = {
  3: {
    name: "Oakley-EC2N-3",
    fieldLength: 20,
    order: 0x02aaaaaaaaaaaaaaaaaac7f3c7881bd0868fa86cn,
    cofactor: 12,
  },
  4: {
    name: "Oakley-EC2N-4",
    fieldLength: 24,
    order: 0xffffffffffffffffffffffedf97c44db9f2420bafca75en,
    cofactor: 4,
  },
  7: {
    name: "sect163k1",
    fieldLength: 21,
    order: 0x04000000000000000000020108a2e0cc0d99f8a5efn,
    cofactor: 2,
  },
  19: {
    name: "prime256v1",
    fieldLength: 32,
    order: 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n,
    cofactor: 1,
  },
  20: {
    name: "secp384r1",
    fieldLength: 48,
    order:
      0xffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196accc52973n,
    cofactor: 1,
  },
  21: {
    name: "secp521r1",
    fieldLength: 66,
    order:
      0x01fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffa51868783bf2f966b7fcc0148f709a5d03bb5c9b8899c47aebb6fb71e91386409n,
    cofactor: 1,
  },
};

let platformCurves: ReadonlySet<string> | undefined;

export function hasCurve(curve: Curve): boolean {
  platformCurves ??= new Set(getCurves());
  return platformCurves.has(curve.name);
}

/**
 * A peer's point in the form the platform reads: 4 | x | y. Undefined if it is not on the curve, or of small order.
 * From x alone comes one of the two points that have it. Either does: they are each other's negatives, and the x of
 * their multiples are the same (RFC 2409 §6.3).
 */
export function pointFromPublicValue(curve: Curve, value: Uint8Array): Uint8Array | undefined {
  if (isZero(value)) return undefined;
  const point = readPoint(
    curve,
    concat(value.length === curve.fieldLength ? COMPRESSED : UNCOMPRESSED, value),
  );
  if (point === undefined || curve.cofactor === 1) return point;
  return hasSmallOrder(curve, point) ? undefined : point;
}

function readPoint(curve: Curve, encoded: Uint8Array): Uint8Array | undefined {
  try {
    const point = ECDH.convertKey(encoded, curve.name, undefined, undefined, "uncompressed");
    return typeof point === "string" ? undefined : plainOctets(point);
  } catch (error) {
    if (isCryptoError(error)) return undefined;
    throw error;
  }
}

/** The cofactor's multiple of a point of small order is the point at infinity, which the platform refuses to return. */
function hasSmallOrder(curve: Curve, point: Uint8Array): boolean {
  const multiplier = createECDH(curve.name);
  multiplier.setPrivateKey(Uint8Array.of(curve.cofactor));
  try {
    multiplier.computeSecret(point);
    return false;
  } catch (error) {
    if (isCryptoError(error)) return true;
    throw error;
  }
}

function isCryptoError(error: unknown): boolean {
  return error instanceof Error && "code" in error && String(error.code).startsWith("ERR_CRYPTO_");
}

/** First octets of encoded points (SEC 1 §2.3.3); COMPRESSED is followed by x alone and means one of the two y. */
const UNCOMPRESSED = Uint8Array.of(4);
const COMPRESSED = Uint8Array.of(2);
