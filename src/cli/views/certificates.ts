/** `show crypto ca certificates`: what the configuration has of them, and what each says. */
import { MalformedError } from "../../base/errors.ts";
import type { CertificateSettings, Configuration } from "../../config/configuration.ts";
import { type Certificate, readCertificate } from "../../pki/certificate.ts";
import { FIT_USAGES } from "../../pki/chain.ts";
import { nameText } from "../../pki/distinguished-name.ts";
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

function usageText({ extensions: { keyUsage } }: Certificate): string {
  if (keyUsage === undefined) return "Not Set";
  const signs = keyUsage.some((usage) => FIT_USAGES.signature.includes(usage));
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
