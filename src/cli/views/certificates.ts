/**
 * `show crypto ca certificates`, whose they are; and `show crypto pki certificates`, field by field as tools read them: what the
 * configuration has of them, and what each says.
 */
import { MalformedError } from "../../base/errors.ts";
import type { CertificateSettings, Configuration } from "../../config/configuration.ts";
import { type Certificate, readCertificate } from "../../pki/certificate.ts";
import { FIT_USAGES } from "../../pki/chain.ts";
import { attributesOf, type DistinguishedName } from "../../pki/distinguished-name.ts";
import { NAME_ATTRIBUTES } from "../../pki/object-identifiers.ts";
import { dateText } from "./rsa-keys.ts";

export function showCertificates(configuration: Configuration): string[] {
  return certificatesOf(configuration).flatMap(({ settings, read }) => [
    TITLES[settings.owner],
    ...(read === undefined || settings.owner !== "router"
      ? []
      : ["  Subject Name", ...subjectNameLines(read.subject)]),
    `  Status: ${read === undefined ? "Not available" : "Available"}`,
    `  Certificate Serial Number: ${settings.serialNumber}`,
    ...(read === undefined ? [] : [`  Key Usage: ${usageText(read)}`]),
    "",
  ]);
}

/** By its name since IOS 12.3. */
export function showPkiCertificates(configuration: Configuration): string[] {
  return certificatesOf(configuration).flatMap(({ trustpoint, settings, read }) => [
    TITLES[settings.owner],
    `  Status: ${read === undefined ? "Not available" : "Available"}`,
    `  Certificate Serial Number (hex): ${settings.serialNumber}`,
    ...(read === undefined ? [] : fieldLines(read)),
    `  Associated Trustpoints: ${trustpoint}`,
    "",
  ]);
}

interface ShownCertificate {
  readonly trustpoint: string;
  readonly settings: CertificateSettings;
  /** Undefined where it is not there, or cannot be read. */
  readonly read: Certificate | undefined;
}

function certificatesOf({ certificateChains }: Configuration): ShownCertificate[] {
  return certificateChains.flatMap(({ name, certificates }) =>
    certificates.map((settings) => {
      const read = settings.octets === undefined ? undefined : readCertificate(settings.octets);
      return { trustpoint: name, settings, read: read instanceof MalformedError ? undefined : read };
    }),
  );
}

function fieldLines(certificate: Certificate): string[] {
  const { issuer, subject, notBefore, notAfter } = certificate;
  return [
    `  Certificate Usage: ${usageText(certificate)}`,
    "  Issuer:",
    ...attributeLines(issuer),
    "  Subject:",
    ...subjectNameLines(subject),
    ...attributeLines(subject),
    "  Validity Date:",
    `    start date: ${dateText(notBefore)}`,
    `    end   date: ${dateText(notAfter)}`,
  ];
}

/** What IOS has a certificate say of a router. */
function subjectNameLines(subject: DistinguishedName): string[] {
  const [hostname] = attributesOf(subject, UNSTRUCTURED_NAME);
  const [serial] = attributesOf(subject, SERIAL_NUMBER);
  return [
    ...(hostname === undefined ? [] : [`    Name: ${hostname.text}`]),
    ...(serial === undefined ? [] : [`    Serial Number: ${serial.text}`]),
  ];
}

function attributeLines({ parts }: DistinguishedName): string[] {
  return parts
    .toReversed()
    .flat()
    .map(({ type, text }) => {
      const label = type === UNSTRUCTURED_NAME ? "hostname" : (NAME_ATTRIBUTES.get(type) ?? type);
      return `    ${label === label.toUpperCase() ? label.toLowerCase() : label}=${text}`;
    });
}

/** IOS puts the serial number and, as PKCS #9 has it, the name of a router here. */
const SERIAL_NUMBER = "2.5.4.5";
const UNSTRUCTURED_NAME = "1.2.840.113549.1.9.2";

function usageText({ extensions: { keyUsage } }: Certificate): string {
  if (keyUsage === undefined) return "Not Set";
  const signs = keyUsage.some((usage) => usage === "keyCertSign" || FIT_USAGES.signature.includes(usage));
  const encrypts = keyUsage.some((usage) => FIT_USAGES.encryption.includes(usage));
  if (signs && encrypts) return "General Purpose";
  return signs ? "Signature" : encrypts ? "Encryption" : keyUsage.join(", ");
}

const TITLES: { readonly [O in CertificateSettings["owner"]]: string } = {
  router: "Certificate",
  ca: "CA Certificate",
  "ra-sign": "RA Signature Certificate",
  "ra-encrypt": "RA KeyEncipher Certificate",
  "ra-general": "RA Certificate",
};
