/**
 * The curves of the ECP groups (RFC 5903) and EC2N groups (RFC 2409 §6.3-6.4, RFC 2412 App. E.3-E.4), and whether the
 * platform has them: some OpenSSL builds leave out curves over binary fields.
 */
import { ECDH, getCurves } from "node:crypto";
import { concat, hex } from "../base/octets.ts";
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
  /** In hexadecimal, the x of every point whose order divides the cofactor: a secret made with one is known to all. */
  readonly smallOrders: readonly string[];
}

export const CURVES: { readonly [G in CurveGroupId]: Curve } = {
  3: {
    name: "Oakley-EC2N-3",
    fieldLength: 20,
    order: 0x02aaaaaaaaaaaaaaaaaac7f3c7881bd0868fa86cn,
    smallOrders: [
      "0000000000000000000000000000000000000000",
      "00311000000223a000c4474000088e8000111d1d",
      "0213a6d476f38fb37136eae8fe2e979dc47874c5",
      "033523931569a1c79dbb922243071fe5538cb78f",
      "07986a0f14df1c213c29970c8b58858dfb2f82a4",
      "07c7b6c361b7090c4c7bd181479cbaf4af774a30",
    ],
  },
  4: {
    name: "Oakley-EC2N-4",
    fieldLength: 24,
    order: 0xffffffffffffffffffffffedf97c44db9f2420bafca75en,
    smallOrders: [
      "000000000000000000000000000000000000000000000000",
      "000000000000300000018000c00c000000638030001c0009",
    ],
  },
  7: {
    name: "sect163k1",
    fieldLength: 21,
    order: 0x04000000000000000000020108a2e0cc0d99f8a5efn,
    smallOrders: ["000000000000000000000000000000000000000000"],
  },
  19: {
    name: "prime256v1",
    fieldLength: 32,
    order: 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n,
    smallOrders: [],
  },
  20: {
    name: "secp384r1",
    fieldLength: 48,
    order:
      0xffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196accc52973n,
    smallOrders: [],
  },
  21: {
    name: "secp521r1",
    fieldLength: 66,
    order:
      0x01fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffa51868783bf2f966b7fcc0148f709a5d03bb5c9b8899c47aebb6fb71e91386409n,
    smallOrders: [],
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
  const x = hex(value.subarray(0, curve.fieldLength));
  if (curve.smallOrders.includes(x)) return undefined;
  const encoded = concat(value.length === curve.fieldLength ? COMPRESSED : UNCOMPRESSED, value);
  try {
    const point = ECDH.convertKey(encoded, curve.name, undefined, undefined, "uncompressed");
    return typeof point === "string" ? undefined : plainOctets(point);
  } catch (error) {
    if (isCryptoError(error)) return undefined;
    throw error;
  }
}

function isCryptoError(error: unknown): boolean {
  return error instanceof Error && "code" in error && String(error.code).startsWith("ERR_CRYPTO_");
}

/** First octets of encoded points (SEC 1 §2.3.3); COMPRESSED is followed by x alone and means one of the two y. */
const UNCOMPRESSED = Uint8Array.of(4);
const COMPRESSED = Uint8Array.of(2);
