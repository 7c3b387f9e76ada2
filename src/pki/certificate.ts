/** X.509 certificates (RFC 5280 §4.1): what one says, read from its octets. Nothing here decides whether it is true. */
import { type MalformedError, tolerant } from "../base/errors.ts";
import { equal, hex } from "../base/octets.ts";
import type { RsaPublicKey } from "../crypto/rsa.ts";
import { DerReader, TAG } from "./der-reader.ts";
import { type DistinguishedName, nextDistinguishedName } from "./distinguished-name.ts";
import { type Extensions, NO_EXTENSIONS, readExtensions } from "./extensions.ts";
import { CERTIFICATE_OCTETS_MAX } from "./limits.ts";
import { nextPublicKey } from "./public-key.ts";
import { type SignatureAlgorithm, signatureAlgorithm } from "./signature-algorithm.ts";

export interface Certificate {
  readonly der: Uint8Array;
  /** 1 to 3. */
  readonly version: number;
  /** Hexadecimal, upper case, as IOS writes it. */
  readonly serialNumber: string;
  readonly issuer: DistinguishedName;
  readonly subject: DistinguishedName;
  /** Milliseconds since 1970, both inclusive. */
  readonly notBefore: number;
  readonly notAfter: number;
  /** Undefined where the key is none of RSA. */
  readonly publicKey: RsaPublicKey | undefined;
  readonly extensions: Extensions;
  readonly signatureAlgorithm: SignatureAlgorithm;
  readonly signature: Uint8Array;
  /** What the signature is over. */
  readonly signedPart: Uint8Array;
}

/** A certificate, or why these octets are none. */
export function readCertificate(der: Uint8Array): Certificate | MalformedError {
  return tolerant(() => read(der));
}

export function sameCertificate(a: Certificate, b: Certificate): boolean {
  return equal(a.der, b.der);
}

function read(der: Uint8Array): Certificate {
  const outer = new DerReader(der, "certificate");
  if (der.length > CERTIFICATE_OCTETS_MAX)
    outer.fail(`more than ${CERTIFICATE_OCTETS_MAX} octets`, "certificate");
  const certificate = outer.within("certificate");
  outer.end();
  const signed = certificate.element("tbsCertificate", TAG.SEQUENCE);
  const algorithm = readAlgorithm(certificate);
  const signature = certificate.bitOctets("signatureValue");
  certificate.end();
  const content = readSignedPart(new DerReader(signed.content, "tbsCertificate"));
  if (!equal(algorithm.octets, content.algorithm.octets))
    outer.fail("two signature algorithms", "signatureAlgorithm");
  const { algorithm: _, ...said } = content;
  return {
    der: der.slice(),
    ...said,
    signatureAlgorithm: algorithm.named,
    signature,
    signedPart: signed.octets,
  };
}

function readSignedPart(tbs: DerReader) {
  const version = readVersion(tbs);
  const serial = tbs.element("serialNumber", TAG.INTEGER).content;
  if (serial.length === 0 || serial.length > SERIAL_OCTETS_MAX)
    tbs.fail("no serial number, or a huge one", "serialNumber");
  const algorithm = readAlgorithm(tbs);
  const issuer = nextDistinguishedName(tbs, "issuer");
  const validity = tbs.within("validity");
  const notBefore = validity.time("notBefore");
  const notAfter = validity.time("notAfter");
  validity.end();
  const subject = nextDistinguishedName(tbs, "subject");
  const publicKey = nextPublicKey(tbs);
  tbs.optional("issuerUniqueID", UNIQUE_ID.issuer);
  tbs.optional("subjectUniqueID", UNIQUE_ID.subject);
  const extensions = tbs.isAtEnd ? NO_EXTENSIONS : readExtensions(extensionList(tbs));
  tbs.end();
  return {
    version,
    serialNumber: hex(serial).toUpperCase(),
    algorithm,
    issuer,
    notBefore,
    notAfter,
    subject,
    publicKey,
    extensions,
  };
}

function readVersion(tbs: DerReader): number {
  const explicit = tbs.optional("version", EXPLICIT_VERSION);
  if (explicit === undefined) return 1;
  const inside = new DerReader(explicit.content, "version");
  const version = inside.small("version") + 1;
  inside.end();
  if (version > 3) tbs.fail(`version ${version}`, "version");
  return version;
}

function extensionList(tbs: DerReader): DerReader {
  const explicit = tbs.within("extensions", EXPLICIT_EXTENSIONS);
  const list = explicit.within("extensions");
  explicit.end();
  return list;
}

function readAlgorithm(reader: DerReader): {
  readonly octets: Uint8Array;
  readonly named: SignatureAlgorithm;
} {
  const { octets, content } = reader.element("signatureAlgorithm", TAG.SEQUENCE);
  return {
    octets,
    named: signatureAlgorithm(new DerReader(content, "signatureAlgorithm").objectIdentifier("algorithm")),
  };
}

/** RFC 5280 allows 20; some authorities have written more. */
const SERIAL_OCTETS_MAX = 64;
const EXPLICIT_VERSION = 0xa0;
const EXPLICIT_EXTENSIONS = 0xa3;
const UNIQUE_ID = { issuer: 0x81, subject: 0x82 } as const;
