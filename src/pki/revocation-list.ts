/** Lists of revoked certificates (RFC 5280 §5.1): what one says, read from its octets. Nothing here decides whether it is true. */
import { type MalformedError, tolerant } from "../base/errors.ts";
import { equal, hex } from "../base/octets.ts";
import { DerReader, TAG } from "./der-reader.ts";
import { type DistinguishedName, nextDistinguishedName } from "./distinguished-name.ts";
import { REVOCATION_LIST_OCTETS_MAX } from "./limits.ts";
import { type SignatureAlgorithm, signatureAlgorithm } from "./signature-algorithm.ts";

export interface RevocationList {
  readonly issuer: DistinguishedName;
  /** Milliseconds since 1970. */
  readonly thisUpdate: number;
  /** When there is a newer one; undefined where it does not say. */
  readonly nextUpdate: number | undefined;
  /** In hexadecimal, upper case. */
  readonly serialNumbers: ReadonlySet<string>;
  readonly signatureAlgorithm: SignatureAlgorithm;
  readonly signature: Uint8Array;
  /** What the signature is over. */
  readonly signedPart: Uint8Array;
}

/** A list, or why these octets are none that can be gone by. */
export function readRevocationList(der: Uint8Array): RevocationList | MalformedError {
  return tolerant(() => read(der));
}

function read(der: Uint8Array): RevocationList {
  const outer = new DerReader(der, "revocation list");
  if (der.length > REVOCATION_LIST_OCTETS_MAX)
    outer.fail(`more than ${REVOCATION_LIST_OCTETS_MAX} octets`, "revocation list");
  const list = outer.within("revocation list");
  outer.end();
  const signed = list.element("tbsCertList", TAG.SEQUENCE);
  const algorithm = list.element("signatureAlgorithm", TAG.SEQUENCE);
  const signature = list.bitOctets("signatureValue");
  list.end();
  return {
    ...readSignedPart(new DerReader(signed.content, "tbsCertList"), algorithm.octets),
    signatureAlgorithm: signatureAlgorithm(
      new DerReader(algorithm.content, "signatureAlgorithm").objectIdentifier("algorithm"),
    ),
    signature,
    signedPart: signed.octets.slice(),
  };
}

function readSignedPart(tbs: DerReader, algorithm: Uint8Array) {
  // Version 2 is written as 1, version 1 is not written.
  if (tbs.nextTag === TAG.INTEGER && tbs.small("version") !== 1)
    tbs.fail("a version other than 2", "version");
  if (!equal(tbs.element("signature", TAG.SEQUENCE).octets, algorithm))
    tbs.fail("two signature algorithms", "signature");
  const issuer = nextDistinguishedName(tbs, "issuer");
  const thisUpdate = tbs.time("thisUpdate");
  const nextUpdate = isTime(tbs.nextTag) ? tbs.time("nextUpdate") : undefined;
  const serialNumbers =
    tbs.nextTag === TAG.SEQUENCE ? readEntries(tbs.within("revokedCertificates")) : new Set<string>();
  if (!tbs.isAtEnd) readExtensions(tbs.within("crlExtensions", EXPLICIT_EXTENSIONS).within("crlExtensions"));
  tbs.end();
  return { issuer, thisUpdate, nextUpdate, serialNumbers };
}

function isTime(tag: number | undefined): boolean {
  return tag === TAG.UTC_TIME || tag === TAG.GENERALIZED_TIME;
}

function readEntries(entries: DerReader): ReadonlySet<string> {
  const found = new Set<string>();
  while (!entries.isAtEnd) {
    const entry = entries.within("revokedCertificate");
    found.add(hex(entry.element("userCertificate", TAG.INTEGER).content).toUpperCase());
    entry.time("revocationDate");
    if (!entry.isAtEnd) readExtensions(entry.within("crlEntryExtensions"));
    entry.end();
  }
  return found;
}

/** One that must be understood would say that the list, or an entry of it, is about something else. */
function readExtensions(extensions: DerReader): void {
  while (!extensions.isAtEnd) {
    const extension = extensions.within("extension");
    const id = extension.objectIdentifier("id");
    if (extension.booleanOr("critical", false)) extensions.fail(`critical extension ${id}`, "extension");
    extension.element("value", TAG.OCTET_STRING);
    extension.end();
  }
}

const EXPLICIT_EXTENSIONS = 0xa0;
