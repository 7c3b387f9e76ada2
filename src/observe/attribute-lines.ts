/**
 * The attributes of an offered transform in IOS's words (RFC 2409 Appendix A, RFC 2407 §4.5). What IOS has no words for is
 * printed by number, with its octets.
 */
import { hex } from "../base/octets.ts";
import type { OfferedAttribute } from "../ike/events.ts";
import {
  ENCRYPTION_ALGORITHM,
  HASH_ALGORITHM,
  PHASE1_ATTRIBUTE,
} from "../isakmp/numbers/phase1-attribute.ts";
import { AUTHENTICATION_ALGORITHM, PHASE2_ATTRIBUTE } from "../isakmp/numbers/phase2-attribute.ts";
import { nameOf } from "../isakmp/numbers/registry.ts";
import { OBSERVE_LIMITS } from "./limits.ts";

/** `encryption 3DES-CBC`, `life duration (VPI) of  0x0 0x1 0x51 0x80`. */
export function phase1AttributeLine(attribute: OfferedAttribute): string {
  const value = numberOf(attribute);
  switch (attribute.type) {
    case PHASE1_ATTRIBUTE["Encryption Algorithm"]:
      return `encryption ${nameOf(ENCRYPTION_ALGORITHM, value)}`;
    case PHASE1_ATTRIBUTE["Hash Algorithm"]:
      return `hash ${nameOf(HASH_ALGORITHM, value).replace(/^SHA2-/, "SHA")}`;
    case PHASE1_ATTRIBUTE["Group Description"]:
      return `default group ${value}`;
    case PHASE1_ATTRIBUTE["Authentication Method"]:
      return `auth ${AUTHENTICATION[value] ?? `unknown (${value})`}`;
    case PHASE1_ATTRIBUTE["Life Type"]:
      return `life type in ${lifeType(value)}`;
    case PHASE1_ATTRIBUTE["Life Duration"]:
      return `life duration ${duration(attribute)}`;
    case PHASE1_ATTRIBUTE["Key Length"]:
      return `keylength of ${value}`;
    default:
      return unknownAttribute(attribute);
  }
}

/** `encaps is 1`, `SA life duration (basic) of 3600`, `authenticator is HMAC-MD5`. */
export function phase2AttributeLine(attribute: OfferedAttribute): string {
  const value = numberOf(attribute);
  switch (attribute.type) {
    case PHASE2_ATTRIBUTE["SA Life Type"]:
      return `SA life type in ${lifeType(value)}`;
    case PHASE2_ATTRIBUTE["SA Life Duration"]:
      return `SA life duration ${duration(attribute)}`;
    case PHASE2_ATTRIBUTE["Group Description"]:
      return `group is ${value}`;
    case PHASE2_ATTRIBUTE["Encapsulation Mode"]:
      return `encaps is ${value}`;
    case PHASE2_ATTRIBUTE["Authentication Algorithm"]:
      return `authenticator is ${nameOf(AUTHENTICATION_ALGORITHM, value).replace("SHA2-", "SHA")}`;
    case PHASE2_ATTRIBUTE["Key Length"]:
      return `key length is ${value}`;
    default:
      return unknownAttribute(attribute);
  }
}

function lifeType(value: number): string {
  return value === 1 ? "seconds" : value === 2 ? "kilobytes" : `unknown (${value})`;
}

// The two spaces before the octets are IOS's.
function duration(attribute: OfferedAttribute): string {
  if (attribute.encoding === "basic") return `(basic) of ${numberOf(attribute)}`;
  const octets = [...attribute.value.subarray(0, OBSERVE_LIMITS.shownOctets)].map(
    (octet) => `0x${octet.toString(16).toUpperCase()}`,
  );
  return `(VPI) of  ${octets.join(" ")}${attribute.value.length > OBSERVE_LIMITS.shownOctets ? " …" : ""}`;
}

function unknownAttribute(attribute: OfferedAttribute): string {
  const shown = hex(attribute.value.subarray(0, OBSERVE_LIMITS.shownOctets));
  return `unknown attribute ${attribute.type}, value 0x${shown}${attribute.value.length > OBSERVE_LIMITS.shownOctets ? "…" : ""}`;
}

function numberOf(attribute: OfferedAttribute): number {
  let value = 0;
  for (const octet of attribute.value.subarray(0, 6)) value = value * 256 + octet;
  return value;
}

const AUTHENTICATION: { readonly [method: number]: string } = {
  1: "pre-share",
  2: "DSS sig",
  3: "RSA sig",
  4: "RSA encr",
};
