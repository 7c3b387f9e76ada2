/** The object identifiers that certificates of RSA keys are made of (RFC 5280, RFC 8017, RFC 2985, RFC 4945). */

export const OID = {
  rsaEncryption: "1.2.840.113549.1.1.1",
  keyUsage: "2.5.29.15",
  subjectAltName: "2.5.29.17",
  basicConstraints: "2.5.29.19",
  extendedKeyUsage: "2.5.29.37",
  organization: "2.5.4.10",
  organizationalUnit: "2.5.4.11",
} as const;

/** Extensions that change nothing for us, and that a certificate may therefore call critical. */
export const HARMLESS_EXTENSIONS: readonly string[] = [
  "2.5.29.14", // subject key identifier
  "2.5.29.35", // authority key identifier
  "2.5.29.31", // CRL distribution points
  "2.5.29.32", // certificate policies: all are acceptable
];

/** Purposes of a key under which IKE may use it (RFC 4945 §5.1.3.12); the older ones are those of the first PKIX profiles. */
export const IKE_PURPOSES: readonly string[] = [
  "2.5.29.37.0", // any
  "1.3.6.1.5.5.7.3.17", // IKE
  "1.3.6.1.5.5.8.2.2", // IKE intermediate
  "1.3.6.1.5.5.7.3.5", // IPsec end system
  "1.3.6.1.5.5.7.3.6", // IPsec tunnel
  "1.3.6.1.5.5.7.3.7", // IPsec user
];

/** Attributes of names, as people write them. */
export const NAME_ATTRIBUTES: ReadonlyMap<string, string> = new Map([
  ["2.5.4.3", "CN"],
  ["2.5.4.4", "SN"],
  ["2.5.4.5", "serialNumber"],
  ["2.5.4.6", "C"],
  ["2.5.4.7", "L"],
  ["2.5.4.8", "ST"],
  ["2.5.4.9", "street"],
  [OID.organization, "O"],
  [OID.organizationalUnit, "OU"],
  ["2.5.4.12", "title"],
  ["2.5.4.42", "GN"],
  ["0.9.2342.19200300.100.1.25", "DC"],
  ["0.9.2342.19200300.100.1.1", "UID"],
  ["1.2.840.113549.1.9.1", "E"],
  ["1.2.840.113549.1.9.2", "unstructuredName"],
  ["1.2.840.113549.1.9.8", "unstructuredAddress"],
]);
