/** Certificates for tests, made here: authorities, routers, and every kind that must be refused. Keys follow from their names. */
import { DAY_MILLISECONDS, dateOf } from "../../src/base/calendar.ts";
import { BugError } from "../../src/base/errors.ts";
import { concat, utf8 } from "../../src/base/octets.ts";
import { hash } from "../../src/crypto/hash.ts";
import type { HashName } from "../../src/crypto/names.ts";
import { type GeneratedRsaKey, generateRsaKey } from "../../src/crypto/rsa-generation.ts";
import { rsaSign } from "../../src/crypto/rsa-signature.ts";
import { type Certificate, readCertificate } from "../../src/pki/certificate.ts";
import { TAG } from "../../src/pki/der-reader.ts";
import {
  derBitOctets,
  derElement,
  derNull,
  derObjectIdentifier,
  derPrintableString,
  derSequence,
  derUnsigned,
} from "../../src/pki/der-writer.ts";
import { KEY_USAGES, type KeyUsage } from "../../src/pki/extensions.ts";
import { NAME_ATTRIBUTES } from "../../src/pki/object-identifiers.ts";
import { encodePublicKey } from "../../src/pki/public-key.ts";
import { digestInfo } from "../../src/pki/signature-algorithm.ts";

export interface CertificateWish {
  /** `O=Lab, CN=r1`; also names the key. */
  readonly subject: string;
  /** Itself where absent. */
  readonly issuer?: Made;
  readonly notBefore?: number;
  readonly notAfter?: number;
  readonly keyUsage?: readonly KeyUsage[];
  /** `true`, or how many may stand between. Absent: no basic constraints. */
  readonly ca?: boolean | number;
  readonly hosts?: readonly string[];
  readonly mails?: readonly string[];
  readonly addresses?: readonly Uint8Array[];
  readonly purposes?: readonly string[];
  readonly criticalExtension?: string;
  readonly hash?: HashName;
  readonly version?: 1 | 3;
  /** Another name of the key than the subject. */
  readonly key?: string;
  readonly serial?: number;
}

export interface Made {
  readonly certificate: Certificate;
  readonly key: GeneratedRsaKey;
}

/** 1 June 2000. */
export const MADE_AT = 959_817_600_000;

const keys = new Map<string, GeneratedRsaKey>();

/** 768 bits: long enough for every hash. */
export function testKey(name: string): GeneratedRsaKey {
  const known = keys.get(name);
  if (known !== undefined) return known;
  const made = generateRsaKey(768, hash("sha384", utf8(name)));
  keys.set(name, made);
  return made;
}

export function makeCertificate(wish: CertificateWish): Made {
  const key = testKey(wish.key ?? wish.subject);
  const issuer = wish.issuer;
  const hashName = wish.hash ?? "sha1";
  const algorithm = derSequence(derObjectIdentifier(SIGNATURES[hashName]), derNull());
  const subject = derName(wish.subject);
  const year = 365 * DAY_MILLISECONDS;
  const isVersion3 = wish.version !== 1;
  const signed = derSequence(
    ...(isVersion3 ? [derElement(0xa0, derUnsigned(Uint8Array.of(2)))] : []),
    derUnsigned(Uint8Array.of(wish.serial ?? 17)),
    algorithm,
    issuer?.certificate.subject.der ?? subject,
    derSequence(utcTime(wish.notBefore ?? MADE_AT - year), utcTime(wish.notAfter ?? MADE_AT + year)),
    subject,
    encodePublicKey(key.publicKey),
    ...(isVersion3 ? [derElement(0xa3, derSequence(...extensionsOf(wish)))] : []),
  );
  const signer = issuer?.key ?? key;
  const signature = rsaSign(signer.privateKey, digestInfo(hashName, signed));
  const certificate = readCertificate(derSequence(signed, algorithm, derBitOctets(signature)));
  if (certificate instanceof Error) throw new BugError(`made no certificate: ${certificate.message}`);
  return { certificate, key };
}

/** `O=Lab, CN=r1` as a name of printable strings. */
export function derName(text: string): Uint8Array {
  const types = new Map([...NAME_ATTRIBUTES].map(([oid, name]) => [name, oid]));
  const parts = text === "" ? [] : text.split(", ");
  return derSequence(
    ...parts.map((part) => {
      const [name = "", value = ""] = part.split("=");
      const type = types.get(name) ?? name;
      return derElement(TAG.SET, derSequence(derObjectIdentifier(type), derPrintableString(value)));
    }),
  );
}

function extensionsOf(wish: CertificateWish): Uint8Array[] {
  const { keyUsage, ca, purposes, criticalExtension } = wish;
  const names = [
    ...(wish.mails ?? []).map((mail) => derElement(0x81, utf8(mail))),
    ...(wish.hosts ?? []).map((host) => derElement(0x82, utf8(host))),
    ...(wish.addresses ?? []).map((address) => derElement(0x87, address)),
  ];
  return [
    ...(keyUsage === undefined ? [] : [extension("2.5.29.15", derUsages(keyUsage))]),
    ...(names.length === 0 ? [] : [extension("2.5.29.17", derSequence(...names))]),
    ...(ca === undefined ? [] : [extension("2.5.29.19", derConstraints(ca))]),
    ...(purposes === undefined
      ? []
      : [extension("2.5.29.37", derSequence(...purposes.map(derObjectIdentifier)))]),
    ...(criticalExtension === undefined ? [] : [extension(criticalExtension, derNull(), true)]),
  ];
}

function extension(id: string, value: Uint8Array, isCritical = false): Uint8Array {
  const critical = isCritical ? [derElement(TAG.BOOLEAN, Uint8Array.of(0xff))] : [];
  return derSequence(derObjectIdentifier(id), ...critical, derElement(TAG.OCTET_STRING, value));
}

function derUsages(usages: readonly KeyUsage[]): Uint8Array {
  const bits = new Uint8Array(2);
  for (const usage of usages) {
    const bit = KEY_USAGES.indexOf(usage);
    bits[bit >> 3] = (bits[bit >> 3] ?? 0) | (0x80 >> (bit & 7));
  }
  return derElement(TAG.BIT_STRING, Uint8Array.of(0), bits);
}

function derConstraints(ca: boolean | number): Uint8Array {
  if (ca === false) return derSequence();
  const isCa = derElement(TAG.BOOLEAN, Uint8Array.of(0xff));
  return ca === true ? derSequence(isCa) : derSequence(isCa, derUnsigned(Uint8Array.of(ca)));
}

function utcTime(at: number): Uint8Array {
  const { year, month, day } = dateOf(Math.floor(at / DAY_MILLISECONDS));
  const two = (value: number) => String(Math.floor(value)).padStart(2, "0");
  const seconds = Math.floor((at % DAY_MILLISECONDS) / 1000);
  const time = `${two(seconds / 3600)}${two((seconds / 60) % 60)}${two(seconds % 60)}`;
  return derElement(TAG.UTC_TIME, utf8(`${two(year % 100)}${two(month)}${two(day)}${time}Z`));
}

/** The octets with one of them changed. */
export function spoilt(octets: Uint8Array, at: number): Uint8Array {
  const changed = concat(octets);
  changed[at] = (changed[at] ?? 0) ^ 0x01;
  return changed;
}

const SIGNATURES: { readonly [N in HashName]: string } = {
  md5: "1.2.840.113549.1.1.4",
  sha1: "1.2.840.113549.1.1.5",
  sha256: "1.2.840.113549.1.1.11",
  sha384: "1.2.840.113549.1.1.12",
  sha512: "1.2.840.113549.1.1.13",
};

/** What an authority has revoked, by serial numbers of one octet. */
export function makeRevocationList(
  by: Made,
  serials: readonly number[],
  wish: { readonly nextUpdate?: number; readonly criticalExtension?: string } = {},
): Uint8Array {
  const algorithm = derSequence(derObjectIdentifier(SIGNATURES.sha1), derNull());
  const week = 7 * DAY_MILLISECONDS;
  const entries = serials.map((serial) =>
    derSequence(derUnsigned(Uint8Array.of(serial)), utcTime(MADE_AT - 2 * week)),
  );
  const { criticalExtension } = wish;
  const signed = derSequence(
    derUnsigned(Uint8Array.of(1)),
    algorithm,
    by.certificate.subject.der,
    utcTime(MADE_AT - week),
    utcTime(wish.nextUpdate ?? MADE_AT + week),
    ...(entries.length === 0 ? [] : [derSequence(...entries)]),
    ...(criticalExtension === undefined
      ? []
      : [derElement(0xa0, derSequence(extension(criticalExtension, derNull(), true)))]),
  );
  const signature = rsaSign(by.key.privateKey, digestInfo("sha1", signed));
  return derSequence(signed, algorithm, derBitOctets(signature));
}
