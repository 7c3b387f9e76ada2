/** Transform identifiers of each protocol (RFC 2407 §4.4.2 to §4.4.5 and the registry that continues them). */
import { PROTOCOL_ID } from "./domain.ts";
import type { Registry } from "./registry.ts";

export const ISAKMP_TRANSFORM = { KEY_IKE: 1 } as const;

export const AH_TRANSFORM = {
  AH_MD5: 2,
  AH_SHA: 3,
  AH_DES: 4,
  "AH_SHA2-256": 5,
  "AH_SHA2-384": 6,
  "AH_SHA2-512": 7,
  AH_RIPEMD: 8,
  "AH_AES-XCBC-MAC": 9,
} as const;

export const ESP_TRANSFORM = {
  ESP_DES_IV64: 1,
  ESP_DES: 2,
  ESP_3DES: 3,
  ESP_RC5: 4,
  ESP_IDEA: 5,
  ESP_CAST: 6,
  ESP_BLOWFISH: 7,
  ESP_3IDEA: 8,
  ESP_DES_IV32: 9,
  ESP_RC4: 10,
  ESP_NULL: 11,
  "ESP_AES-CBC": 12,
  "ESP_AES-CTR": 13,
  "ESP_AES-CCM_8": 14,
  "ESP_AES-CCM_12": 15,
  "ESP_AES-CCM_16": 16,
  "ESP_AES-GCM_8": 18,
  "ESP_AES-GCM_12": 19,
  "ESP_AES-GCM_16": 20,
  ESP_SEED_CBC: 21,
  ESP_CAMELLIA: 22,
  "ESP_NULL_AUTH_AES-GMAC": 23,
} as const;

export const IPCOMP_TRANSFORM = { IPCOMP_OUI: 1, IPCOMP_DEFLATE: 2, IPCOMP_LZS: 3, IPCOMP_LZJH: 4 } as const;

/** The table that applies to proposals of a protocol; empty for a protocol without one. */
export function transformRegistry(protocolId: number): Registry {
  switch (protocolId) {
    case PROTOCOL_ID.PROTO_ISAKMP:
      return ISAKMP_TRANSFORM;
    case PROTOCOL_ID.PROTO_IPSEC_AH:
      return AH_TRANSFORM;
    case PROTOCOL_ID.PROTO_IPSEC_ESP:
      return ESP_TRANSFORM;
    case PROTOCOL_ID.PROTO_IPCOMP:
      return IPCOMP_TRANSFORM;
    default:
      return {};
  }
}
