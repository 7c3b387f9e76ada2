/**
 * Payload types: RFC 2408 §3.1, RFC 3947 §3.2 and §5.2, Mode Config. 15 and 16 are what NAT-T drafts 04 to 08 used,
 * 130 and 131 what drafts 00 to 03 used, 132 is Cisco's fragment.
 */
export const PAYLOAD_TYPE = {
  NONE: 0,
  SA: 1,
  P: 2,
  T: 3,
  KE: 4,
  ID: 5,
  CERT: 6,
  CR: 7,
  HASH: 8,
  SIG: 9,
  NONCE: 10,
  N: 11,
  D: 12,
  VID: 13,
  ATTRIBUTES: 14,
  "NAT-D (draft 04-08)": 15,
  "NAT-OA (draft 04-08)": 16,
  "NAT-D": 20,
  "NAT-OA": 21,
  "NAT-D (draft 00-03)": 130,
  "NAT-OA (draft 00-03)": 131,
  FRAGMENT: 132,
} as const;
