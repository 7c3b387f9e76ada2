/** `show crypto ca certificates`, and as `show crypto pki certificates` field by field: what there is of them, and what each says. */
import { MalformedError } from "../../base/errors.ts";
import type { CertificateSettings, Configuration } from "../../config/configuration.ts";
import { type Certificate, readCertificate } from "../../pki/certificate.ts";
import { FIT_USAGES } from "../../pki/chain.ts";
import { attributesOf, type DistinguishedName, nameText } from "../../pki/distinguished-name.ts";
import { NAME_ATTRIBUTES } from "../../pki/object-identifiers.ts";
import { dateText } from "./rsa-keys.ts";

export function showCertificates({ certificateChains }: Configuration): string[] {
  return certificateChains.flatMap(({ name, certificates }) =>
    certificates.flatMap((settings) => certificateLines(name, settings)),
  );
}

function certificateLines(
  trustpoint: string,
  { owner, serialNumber, octets }: CertificateSettings,
): string[] {
  const read = octets === undefined ? undefined : readCertificate(octets);
  const isThere = read !== undefined && !(read instanceof MalformedError);
  return [
    TITLES[owner],
    `  Status: ${isThere ? "Available" : "Not available"}`,
    `  Certificate Serial Number: ${serialNumber}`,
    ...(isThere ? detailLines(read) : []),
    `  Associated Identity: ${trustpoint}`,
    "",
  ];
}

function detailLines(certificate: Certificate): string[] {
  const { issuer, subject, notBefore, notAfter } = certificate;
  return [
    `  Key Usage: ${usageText(certificate)}`,
    "  Issuer:",
    `    ${nameText(issuer)}`,
    "  Subject:",
    `    ${nameText(subject)}`,
    "  Validity Date:",
    `    start date: ${dateText(notBefore)}`,
    `    end   date: ${dateText(notAfter)}`,
  ];
}

/** By its name since IOS 12.3: attributes stand one a line, the nearest first, as tools read them. */
export function showPkiCertificates({ certificateChains }: Configuration): string[] {
  return certificateChains.flatMap(({ name, certificates }) =>
    certificates.flatMap(({ owner, serialNumber, octets }) => {
      const read = octets === undefined ? undefined : readCertificate(octets);
      const isThere = read !== undefined && !(read instanceof MalformedError);
      return [
        TITLES[owner],
        `  Status: ${isThere ? "Available" : "Not available"}`,
        `  Certificate Serial Number (hex): ${serialNumber}`,
        ...(isThere ? fieldLines(read) : []),
        `  Associated Trustpoints: ${name}`,
        "",
      ];
    }),
  );
}

function fieldLines(certificate: Certificate): string[] {
  const { issuer, subject, notBefore, notAfter } = certificate;
  const [hostname] = attributesOf(subject, UNSTRUCTURED_NAME);
  const [serial] = attributesOf(subject, SERIAL_NUMBER);
  return [
    `  Certificate Usage: ${usageText(certificate)}`,
    "  Issuer:",
    ...attributeLines(issuer),
    "  Subject:",
    ...(hostname === undefined ? [] : [`    Name: ${hostname.text}`]),
    ...(serial === undefined ? [] : [`    Serial Number: ${serial.text}`]),
    ...attributeLines(subject),
    "  Validity Date:",
    `    start date: ${dateText(notBefore)}`,
    `    end   date: ${dateText(notAfter)}`,
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
