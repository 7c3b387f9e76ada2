/** Attributes of a phase-1 transform and their values (RFC 2409 Appendix A and the registry that continues it). */
import type { Registry } from "./registry.ts";

export const PHASE1_ATTRIBUTE = {
  "Encryption Algorithm": 1,
  "Hash Algorithm": 2,
  "Authentication Method": 3,
  "Group Description": 4,
  "Group Type": 5,
  "Group Prime/Irreducible Polynomial": 6,
  "Group Generator One": 7,
  "Group Generator Two": 8,
  "Group Curve A": 9,
  "Group Curve B": 10,
  "Life Type": 11,
  "Life Duration": 12,
  PRF: 13,
  "Key Length": 14,
  "Field Size": 15,
  "Group Order": 16,
} as const;

export const ENCRYPTION_ALGORITHM = {
  "DES-CBC": 1,
  "IDEA-CBC": 2,
  "Blowfish-CBC": 3,
  "RC5-R16-B64-CBC": 4,
  "3DES-CBC": 5,
  "CAST-CBC": 6,
  "AES-CBC": 7,
  "CAMELLIA-CBC": 8,
} as const;

export const HASH_ALGORITHM = {
  MD5: 1,
  SHA: 2,
  Tiger: 3,
  "SHA2-256": 4,
  "SHA2-384": 5,
  "SHA2-512": 6,
} as const;

/** 64221 to 64224 are of hybrid authentication, 65001 to 65010 of XAUTH. */
export const AUTHENTICATION_METHOD = {
  "pre-shared key": 1,
  "DSS signatures": 2,
  "RSA signatures": 3,
  "Encryption with RSA": 4,
  "Revised encryption with RSA": 5,
  "ECDSA with SHA-256 on the P-256 curve": 9,
  "ECDSA with SHA-384 on the P-384 curve": 10,
  "ECDSA with SHA-512 on the P-521 curve": 11,
  HybridInitRSA: 64221,
  HybridRespRSA: 64222,
  HybridInitDSS: 64223,
  HybridRespDSS: 64224,
  XAUTHInitPreShared: 65001,
  XAUTHRespPreShared: 65002,
  XAUTHInitDSS: 65003,
  XAUTHRespDSS: 65004,
  XAUTHInitRSA: 65005,
  XAUTHRespRSA: 65006,
  XAUTHInitRSAEncryption: 65007,
  XAUTHRespRSAEncryption: 65008,
  XAUTHInitRSARevisedEncryption: 65009,
  XAUTHRespRSARevisedEncryption: 65010,
} as const;

export const GROUP_DESCRIPTION = {
  "default 768-bit MODP group": 1,
  "alternate 1024-bit MODP group": 2,
  "EC2N group on GP[2^155]": 3,
  "EC2N group on GP[2^185]": 4,
  "1536-bit MODP group": 5,
  "EC2N group over GF[2^163]": 7,
  "2048-bit MODP group": 14,
  "3072-bit MODP group": 15,
  "4096-bit MODP group": 16,
  "6144-bit MODP group": 17,
  "8192-bit MODP group": 18,
  "256-bit random ECP group": 19,
  "384-bit random ECP group": 20,
  "521-bit random ECP group": 21,
  "1024-bit MODP group with 160-bit prime order subgroup": 22,
  "2048-bit MODP group with 224-bit prime order subgroup": 23,
  "2048-bit MODP group with 256-bit prime order subgroup": 24,
} as const;

export const GROUP_TYPE = { MODP: 1, ECP: 2, EC2N: 3 } as const;

export const LIFE_TYPE = { seconds: 1, kilobytes: 2 } as const;

/** What the values of an attribute type are called, where they have names. */
export const PHASE1_ATTRIBUTE_VALUES: { readonly [type: number]: Registry } = {
  [PHASE1_ATTRIBUTE["Encryption Algorithm"]]: ENCRYPTION_ALGORITHM,
  [PHASE1_ATTRIBUTE["Hash Algorithm"]]: HASH_ALGORITHM,
  [PHASE1_ATTRIBUTE["Authentication Method"]]: AUTHENTICATION_METHOD,
  [PHASE1_ATTRIBUTE["Group Description"]]: GROUP_DESCRIPTION,
  [PHASE1_ATTRIBUTE["Group Type"]]: GROUP_TYPE,
  [PHASE1_ATTRIBUTE["Life Type"]]: LIFE_TYPE,
};
