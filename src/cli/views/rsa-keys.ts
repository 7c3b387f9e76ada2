/** `show crypto key mypubkey rsa`, `show crypto key pubkey-chain rsa`: public keys, never private ones. */
import { DAY_MILLISECONDS, dateOf, MONTHS } from "../../base/calendar.ts";
import { clockText } from "../../base/clock-text.ts";
import { MalformedError, tolerant } from "../../base/errors.ts";
import type { Configuration, PublicKeySettings } from "../../config/configuration.ts";
import type { RsaKeyPair } from "../../config/rsa-key-pair.ts";
import { readCertificate } from "../../pki/certificate.ts";
import { encodePublicKey, readPublicKey } from "../../pki/public-key.ts";
import { USAGE_NAMES } from "../exec/rsa-keys.ts";
import { octetRows } from "../running-config.ts";

export function showMyPublicKeys(keys: readonly RsaKeyPair[]): string[] {
  return keys.flatMap(({ name, usage, publicKey, generatedAt }) => [
    ...(generatedAt === undefined ? [] : [`% Key pair was generated at: ${dateText(generatedAt)}`]),
    `Key name: ${name}`,
    ` Usage: ${USAGE_NAMES[usage]}`,
    " Key Data:",
    ...dataLines(encodePublicKey(publicKey)),
  ]);
}

/** Those entered by hand, and those of authorities, which came with their certificates. */
export function showPeerPublicKeys({ publicKeys, certificateChains }: Configuration): string[] {
  const authorities = certificateChains
    .flatMap(({ certificates }) => certificates.filter(({ owner }) => owner === "ca"))
    .flatMap(({ octets }) => (octets === undefined ? [] : [readCertificate(octets)]))
    .flatMap((read) => (read instanceof MalformedError || read.publicKey === undefined ? [] : [read]));
  return [
    ...authorities.flatMap(({ subject, publicKey }) => [
      `Key name: ${subject.parts
        .flat()
        .map(({ text }) => text)
        .join("")}`,
      " Key usage: signatures only",
      " Key source: certificate",
      " Key data:",
      ...(publicKey === undefined ? [] : dataLines(encodePublicKey(publicKey))),
    ]),
    ...publicKeys.flatMap(manualKey),
  ];
}

function manualKey({ peer, usage, address, octets }: PublicKeySettings): string[] {
  if (octets === undefined) return [];
  const key = tolerant(() => readPublicKey(octets));
  const at = peer.kind === "address" ? peer.address : address?.value;
  return [
    `Key name: ${peer.kind === "name" ? peer.name : ""}`,
    ...(at === undefined ? [] : [` Key address: ${at}`]),
    ` Key usage: ${USAGES[usage ?? "general"]}`,
    " Key source: manually entered",
    " Key data:",
    ...(key instanceof MalformedError ? [`  unreadable: ${key.message}`] : dataLines(octets)),
  ];
}

const USAGES = {
  general: "general purpose",
  encryption: "encryption only",
  signature: "signatures only",
} as const;

function dataLines(octets: Uint8Array): string[] {
  return octetRows(octets).map((row) => `  ${row}`);
}

/** `00:09:04 UTC Mar 1 1993`. */
export function dateText(unixMilliseconds: number): string {
  const days = Math.floor(unixMilliseconds / DAY_MILLISECONDS);
  const time = clockText(unixMilliseconds - days * DAY_MILLISECONDS);
  const { year, month, day } = dateOf(days);
  return `${time} UTC ${MONTHS[month - 1]} ${day} ${year}`;
}
