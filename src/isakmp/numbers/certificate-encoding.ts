/** Encodings of a certificate, and types of a certificate request (RFC 2408 §3.9, §3.10). */
export const CERTIFICATE_ENCODING = {
  NONE: 0,
  "PKCS #7 wrapped X.509 certificate": 1,
  "PGP Certificate": 2,
  "DNS Signed Key": 3,
  "X.509 Certificate - Signature": 4,
  "X.509 Certificate - Key Exchange": 5,
  "Kerberos Tokens": 6,
  "Certificate Revocation List (CRL)": 7,
  "Authority Revocation List (ARL)": 8,
  "SPKI Certificate": 9,
  "X.509 Certificate - Attribute": 10,
} as const;
