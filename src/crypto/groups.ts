/**
 * Diffie-Hellman groups: their sizes, and which public values belong to them (RFC 2409 §5 and §6, RFC 2412 §2.3.1.1,
 * RFC 3526, RFC 5903, RFC 6989).
 */
import { CURVES, type CurveGroupId, hasCurve, pointFromPublicValue } from "./elliptic-curves.ts";
import { isModpGroup, type ModpGroupId, modpPrime } from "./modp-primes.ts";
import type { GroupId } from "./names.ts";

export interface Group {
  readonly id: GroupId;
  /** As its RFC calls it. */
  readonly name: string;
  readonly kind: "modp" | "ecp" | "ec2n";
  /** Octets of the public value in a KE payload: the whole group size, leading zeros included. */
  readonly publicLength: number;
  /** Octets of g^xy as it enters the key derivation, leading zeros included. */
  readonly sharedLength: number;
  /** Octets to draw at random for a private value. Values of other lengths work too. */
  readonly privateLength: number;
  /** Whether the platform can do it. */
  readonly available: boolean;
}

export function group(id: GroupId): Group {
  const described = known.get(id) ?? describe(id);
  known.set(id, described);
  return described;
}

/** What is wrong with a peer's public value, as a sentence; undefined if it is one of the group. */
export function publicValueProblem(id: GroupId, value: Uint8Array): string | undefined {
  const { publicLength, available } = group(id);
  if (!available) return `this platform cannot do Diffie-Hellman group ${id}`;
  // RFC 2409 has no lengths in KE but the payload's: one that is too short or too long has no single meaning.
  if (value.length !== publicLength)
    return `a public value of group ${id} has ${publicLength} octets, not ${value.length}`;
  if (isModpGroup(id)) return modpProblem(id, value);
  if (pointFromPublicValue(CURVES[id], value) !== undefined) return undefined;
  return `the public value is not that of a usable point on the curve of group ${id}`;
}

/** The primes are safe: apart from 1 and p-1, every value generates a subgroup of large order (RFC 6989 §2.1). */
function modpProblem(id: ModpGroupId, value: Uint8Array): string | undefined {
  const prime = modpPrime(id);
  const last = prime.length - 1;
  const isTiny = value.every((octet, i) => octet === 0 || (i === last && octet === 1));
  if (isTiny) return `the public value is ${value[last] ?? 0}, and must be above 1 (RFC 2412 §2.3.1.1)`;
  // The prime is odd, so p-1 differs from it in the last octet alone.
  const difference = firstDifference(value, prime);
  if (difference < last && (value[difference] ?? 0) < (prime[difference] ?? 0)) return undefined;
  if (difference === last && (value[last] ?? 0) < (prime[last] ?? 0) - 1) return undefined;
  return `the public value is not below p-1 of group ${id} (RFC 2412 §2.3.1.1)`;
}

/** The length if there is none. */
function firstDifference(a: Uint8Array, b: Uint8Array): number {
  const index = a.findIndex((octet, i) => octet !== b[i]);
  return index < 0 ? a.length : index;
}

function describe(id: GroupId): Group {
  switch (id) {
    case 1:
      return modp(id, "default 768-bit MODP group");
    case 2:
      return modp(id, "alternate 1024-bit MODP group");
    case 3:
      return curve(id, "EC2N group on GP[2^155]", "ec2n");
    case 4:
      return curve(id, "EC2N group on GP[2^185]", "ec2n");
    case 5:
      return modp(id, "1536-bit MODP Group");
    case 7:
      return curve(id, "EC2N group on GP[2^163]", "ec2n");
    case 14:
      return modp(id, "2048-bit MODP Group");
    case 15:
      return modp(id, "3072-bit MODP Group");
    case 16:
      return modp(id, "4096-bit MODP Group");
    case 17:
      return modp(id, "6144-bit MODP Group");
    case 18:
      return modp(id, "8192-bit MODP Group");
    case 19:
      return curve(id, "256-bit Random ECP Group", "ecp");
    case 20:
      return curve(id, "384-bit Random ECP Group", "ecp");
    case 21:
      return curve(id, "521-bit Random ECP Group", "ecp");
  }
}

function modp(id: ModpGroupId, name: string): Group {
  const { length } = modpPrime(id);
  const privateLength = MODP_PRIVATE_LENGTHS[id];
  return {
    id,
    name,
    kind: "modp",
    publicLength: length,
    sharedLength: length,
    privateLength,
    available: true,
  };
}

/** The public value is `x | y` in ECP (RFC 5903 §7), x alone in EC2N (RFC 2409 §6.3); the shared secret is x in both. */
function curve(id: CurveGroupId, name: string, kind: "ecp" | "ec2n"): Group {
  const { fieldLength } = CURVES[id];
  return {
    id,
    name,
    kind,
    publicLength: kind === "ecp" ? 2 * fieldLength : fieldLength,
    sharedLength: fieldLength,
    privateLength: fieldLength + EXTRA_OCTETS,
    available: hasCurve(CURVES[id]),
  };
}

/**
 * Octets of an exponent of twice the group's strength: longer ones cost time in proportion and add nothing (RFC 3526
 * §1). For 14-18 it is what RFC 7919 App. A gives for primes of these sizes (225, 275, 325, 375 and 400 bits), rounded
 * up. For the others RFC 2412 §2.3.1.1 asks for 180 bits (RFC 2409 §8 for 160 in group 1), RFC 3526 §8 puts group 5's
 * strength at 90 bits and more.
 */
const MODP_PRIVATE_LENGTHS: { readonly [G in ModpGroupId]: number } = {
  1: 23,
  2: 23,
  5: 25,
  14: 29,
  15: 35,
  16: 41,
  17: 47,
  18: 50,
};

/** A curve's private values are reduced by its order; 64 bits more than it has make the bias nothing (FIPS 186-4 B.4.1). */
const EXTRA_OCTETS = 8;

/** Filled on demand: what a platform has is asked once, and not before it matters. */
const known = new Map<GroupId, Group>();
