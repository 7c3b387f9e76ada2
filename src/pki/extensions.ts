/** The extensions of a certificate that say what it may be used for and whose it is (RFC 5280 §4.2.1). */
import { type DerElement, DerReader, TAG } from "./der-reader.ts";
import { HARMLESS_EXTENSIONS, OID } from "./object-identifiers.ts";

/** In the order of their bits. */
export const KEY_USAGES = [
  "digitalSignature",
  "nonRepudiation",
  "keyEncipherment",
  "dataEncipherment",
  "keyAgreement",
  "keyCertSign",
  "cRLSign",
  "encipherOnly",
  "decipherOnly",
] as const;
export type KeyUsage = (typeof KEY_USAGES)[number];

export interface Extensions {
  /** Undefined: the key may be used for anything. */
  readonly keyUsage: readonly KeyUsage[] | undefined;
  /** Undefined where nothing is said. */
  readonly basicConstraints: { readonly isCa: boolean; readonly pathLength: number | undefined } | undefined;
  /** Object identifiers; undefined: any purpose. */
  readonly purposes: readonly string[] | undefined;
  readonly names: AlternativeNames;
  /** Object identifiers of extensions that must be heeded and that we do not know. */
  readonly unknownCritical: readonly string[];
}

/** Subject alternative names of the kinds that are identities in IKE. */
export interface AlternativeNames {
  readonly hosts: readonly string[];
  readonly mails: readonly string[];
  /** Four octets, or sixteen. */
  readonly addresses: readonly Uint8Array[];
}

export const NO_EXTENSIONS: Extensions = {
  keyUsage: undefined,
  basicConstraints: undefined,
  purposes: undefined,
  names: { hosts: [], mails: [], addresses: [] },
  unknownCritical: [],
};

/** The extensions of `reader`, to its end. Throws MalformedError. */
export function readExtensions(reader: DerReader): Extensions {
  let found = NO_EXTENSIONS;
  const seen = new Set<string>();
  while (!reader.isAtEnd) {
    const extension = reader.within("extension");
    const id = extension.objectIdentifier("id");
    const isCritical = extension.booleanOr("critical", false);
    const { content } = extension.element("value", TAG.OCTET_STRING);
    extension.end();
    if (seen.has(id)) reader.fail(`extension ${id} a second time`, "extension");
    seen.add(id);
    found = withExtension(found, id, isCritical, content);
  }
  return found;
}

function withExtension(found: Extensions, id: string, isCritical: boolean, content: Uint8Array): Extensions {
  const value = new DerReader(content, "extension value");
  switch (id) {
    case OID.keyUsage:
      return { ...found, keyUsage: readKeyUsage(value) };
    case OID.basicConstraints:
      return { ...found, basicConstraints: readBasicConstraints(value) };
    case OID.extendedKeyUsage:
      return { ...found, purposes: readPurposes(value) };
    case OID.subjectAltName:
      return { ...found, names: readAlternativeNames(value) };
    default:
      return isCritical && !HARMLESS_EXTENSIONS.includes(id)
        ? { ...found, unknownCritical: [...found.unknownCritical, id] }
        : found;
  }
}

function readKeyUsage(value: DerReader): readonly KeyUsage[] {
  const { octets } = value.bits("keyUsage");
  value.end();
  return KEY_USAGES.filter((_usage, bit) => (((octets[bit >> 3] ?? 0) << (bit & 7)) & 0x80) !== 0);
}

function readBasicConstraints(value: DerReader): Extensions["basicConstraints"] {
  const constraints = value.within("basicConstraints");
  value.end();
  const isCa = constraints.booleanOr("cA", false);
  const pathLength = constraints.isAtEnd ? undefined : constraints.small("pathLenConstraint");
  constraints.end();
  return { isCa, pathLength };
}

function readPurposes(value: DerReader): readonly string[] {
  const purposes = value.within("extKeyUsage");
  value.end();
  const found: string[] = [];
  while (!purposes.isAtEnd) found.push(purposes.objectIdentifier("purpose"));
  return found;
}

function readAlternativeNames(value: DerReader): AlternativeNames {
  const names = value.within("subjectAltName");
  value.end();
  const found: DerElement[] = [];
  while (!names.isAtEnd) found.push(names.any("generalName"));
  const contentsOf = (tag: number) => found.filter((name) => name.tag === tag).map(({ content }) => content);
  return {
    mails: contentsOf(GENERAL_NAME.rfc822Name).map(ascii),
    hosts: contentsOf(GENERAL_NAME.dNSName).map(ascii),
    addresses: contentsOf(GENERAL_NAME.iPAddress),
  };
}

/** Octets as the characters of the same numbers: what is no ASCII equals nothing that is. */
function ascii(octets: Uint8Array): string {
  return String.fromCharCode(...octets);
}

/** Context-specific tags of GeneralName (RFC 5280 §4.2.1.6). */
const GENERAL_NAME = { rfc822Name: 0x81, dNSName: 0x82, iPAddress: 0x87 } as const;
