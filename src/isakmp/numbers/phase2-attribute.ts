/** Attributes of an AH, ESP or IPCOMP transform and their values (RFC 2407 §4.5 and the registry that continues it). */
import { GROUP_DESCRIPTION, LIFE_TYPE } from "./phase1-attribute.ts";
import type { Registry } from "./registry.ts";

export const PHASE2_ATTRIBUTE = {
  "SA Life Type": 1,
  "SA Life Duration": 2,
  "Group Description": 3,
  "Encapsulation Mode": 4,
  "Authentication Algorithm": 5,
  "Key Length": 6,
  "Key Rounds": 7,
  "Compress Dictionary Size": 8,
  "Compress Private Algorithm": 9,
  "ECN Tunnel": 10,
  "Extended (64-bit) Sequence Number": 11,
} as const;

/** 3 and 4 are RFC 3947's, 61443 and 61444 those of its drafts. */
export const ENCAPSULATION_MODE = {
  Tunnel: 1,
  Transport: 2,
  "UDP-Encapsulated-Tunnel": 3,
  "UDP-Encapsulated-Transport": 4,
  "UDP-Encapsulated-Tunnel (draft)": 61443,
  "UDP-Encapsulated-Transport (draft)": 61444,
} as const;

export const AUTHENTICATION_ALGORITHM = {
  "HMAC-MD5": 1,
  "HMAC-SHA": 2,
  "DES-MAC": 3,
  KPDK: 4,
  "HMAC-SHA2-256": 5,
  "HMAC-SHA2-384": 6,
  "HMAC-SHA2-512": 7,
  "HMAC-RIPEMD": 8,
  "AES-XCBC-MAC": 9,
} as const;

/** What the values of an attribute type are called, where they have names. */
export const PHASE2_ATTRIBUTE_VALUES: { readonly [type: number]: Registry } = {
  [PHASE2_ATTRIBUTE["SA Life Type"]]: LIFE_TYPE,
  [PHASE2_ATTRIBUTE["Group Description"]]: GROUP_DESCRIPTION,
  [PHASE2_ATTRIBUTE["Encapsulation Mode"]]: ENCAPSULATION_MODE,
  [PHASE2_ATTRIBUTE["Authentication Algorithm"]]: AUTHENTICATION_ALGORITHM,
};
