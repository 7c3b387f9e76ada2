/** The domain of interpretation, its situations and its protocols (RFC 2407 §4.2, §4.4.1). */

export const DOI = { ISAKMP: 0, IPSEC: 1, GDOI: 2 } as const;

/** Bits of the situation. */
export const SITUATION = { SIT_IDENTITY_ONLY: 1, SIT_SECRECY: 2, SIT_INTEGRITY: 4 } as const;

export const PROTOCOL_ID = {
  PROTO_ISAKMP: 1,
  PROTO_IPSEC_AH: 2,
  PROTO_IPSEC_ESP: 3,
  PROTO_IPCOMP: 4,
} as const;
