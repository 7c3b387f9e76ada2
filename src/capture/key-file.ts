/**
 * Files of keys, in the two formats of Wireshark's preferences and one of our own. A file may mix all three, a line each:
 *
 *     216f1e442c3a9a47,D1BEB4233588BC79C500B5A51C1608AD
 *     "IPv4","192.0.2.1","192.0.2.2","0x920712e9","AES-CBC [RFC3602]","0xB0DB…","HMAC-SHA-1-96 [RFC2404]","0x8B64…"
 *     # skeyid 216f1e442c3a9a47 hash=sha1 SKEYID_a=8F49… SKEYID=E1FE…
 *
 * The first is `ikev1_decryption_table`: initiator's cookie and the key of IKE's cipher. The second is `esp_sa`. The
 * third is a comment to Wireshark; it carries what checking HASH payloads needs: SKEYID_a for phase 2, SKEYID, if it is
 * there, for phase 1. `# skeyid` also stands before a line of `esp_sa` with a cipher that Wireshark does not know.
 */
import { MisuseError } from "../base/errors.ts";
import { fromHex, hex, utf8 } from "../base/octets.ts";
import { HASHES, type HashName } from "../crypto/names.ts";
import { Secret } from "../crypto/secret.ts";
import {
  authenticationNameOf,
  ESP_AUTHENTICATIONS,
  ESP_ENCRYPTIONS,
  type EspAuthentication,
  type EspEncryption,
  encryptionOf,
} from "./esp-algorithms.ts";

export interface CaptureKeys {
  /** By the initiator's cookie in lower-case hexadecimal. */
  readonly isakmp: ReadonlyMap<string, IsakmpKeys>;
  readonly esp: readonly EspKeys[];
}

export const NO_KEYS: CaptureKeys = { isakmp: new Map(), esp: [] };

/** What is known of one ISAKMP SA. */
export interface IsakmpKeys {
  readonly encryptionKey: Secret | undefined;
  readonly hash: HashName | undefined;
  readonly SKEYID_a: Secret | undefined;
  readonly SKEYID: Secret | undefined;
}

/** What is known of one ESP SA; `*` fits everything. */
export interface EspKeys {
  readonly source: string;
  readonly destination: string;
  readonly spi: number | "*";
  readonly encryption: EspEncryption;
  readonly encryptionKey: Secret;
  readonly authentication: EspAuthentication;
  readonly authenticationKey: Secret;
}

export interface KeyFile {
  readonly keys: CaptureKeys;
  /** Lines that could not be used. They do not quote what could be a key. */
  readonly problems: readonly { readonly line: number; readonly reason: string }[];
}

export function parseKeyFile(text: string): KeyFile {
  const isakmp = new Map<string, IsakmpKeys>();
  const esp: EspKeys[] = [];
  const problems: { line: number; reason: string }[] = [];
  text.split(/\r?\n/).forEach((written, i) => {
    const line = written.trim();
    const read = readLine(line);
    if (read === undefined) return;
    if (read.kind === "problem") problems.push({ line: i + 1, reason: read.reason });
    else if (read.kind === "esp") esp.push(read.keys);
    else isakmp.set(read.cookie, { ...NOTHING, ...isakmp.get(read.cookie), ...read.keys });
  });
  return { keys: { isakmp, esp }, problems };
}

/** A line of `ikev1_decryption_table`. */
export function formatIsakmpKey(key: {
  readonly initiatorCookie: string;
  readonly encryptionKey: Uint8Array;
}): string {
  return `${key.initiatorCookie.toLowerCase()},${hex(key.encryptionKey)}`;
}

/** Our own line, a comment to Wireshark: what checking the HASH payloads of an ISAKMP SA needs. */
export function formatSkeyidComment(key: {
  readonly initiatorCookie: string;
  readonly hash: string;
  readonly skeyidA: Uint8Array;
  readonly skeyid?: Uint8Array;
}): string {
  const skeyid = key.skeyid === undefined ? "" : ` SKEYID=${hex(key.skeyid)}`;
  return `# skeyid ${key.initiatorCookie.toLowerCase()} hash=${key.hash} SKEYID_a=${hex(key.skeyidA)}${skeyid}`;
}

/** A line of `esp_sa`, a comment if Wireshark does not know the cipher. Throws MisuseError for algorithms that we do not know. */
export function formatEspSa(sa: {
  readonly source: string;
  readonly destination: string;
  readonly spi: number;
  readonly encryption: string;
  readonly encryptionKey: Uint8Array;
  readonly integrity: string | undefined;
  readonly integrityKey: Uint8Array;
}): string {
  const encryption = encryptionOf(sa.encryption);
  const authentication = authenticationNameOf(sa.integrity);
  if (encryption === undefined || authentication === undefined)
    throw new MisuseError(`There is no name for ESP with ${sa.encryption} and ${sa.integrity}`);
  const key = (octets: Uint8Array): string => (octets.length === 0 ? "" : `0x${hex(octets)}`);
  const version = sa.source.includes(":") ? "IPv6" : "IPv4";
  const spi = `0x${sa.spi.toString(16).padStart(8, "0")}`;
  const fields = [
    ...[version, sa.source, sa.destination, spi],
    ...[encryption.name, key(sa.encryptionKey), authentication, key(sa.integrityKey)],
  ];
  const line = fields.map((field) => `"${field}"`).join(",");
  return encryption.isUnknownToWireshark ? `# skeyid ${line}` : line;
}

type Line =
  | { readonly kind: "isakmp"; readonly cookie: string; readonly keys: Partial<IsakmpKeys> }
  | { readonly kind: "esp"; readonly keys: EspKeys }
  | { readonly kind: "problem"; readonly reason: string };

const NOTHING: IsakmpKeys = {
  encryptionKey: undefined,
  hash: undefined,
  SKEYID_a: undefined,
  SKEYID: undefined,
};

/** Undefined for a line that says nothing: empty, or somebody's comment. */
function readLine(line: string): Line | undefined {
  if (line === "") return undefined;
  if (line.startsWith("#")) return readComment(line);
  if (line.startsWith('"')) return readEspSa(line);
  const [, cookie, key] = /^([0-9a-f]{16}),([0-9a-f]+)$/i.exec(line) ?? [];
  if (cookie === undefined || key === undefined)
    return problem("neither `cookie,key` nor a quoted ESP SA nor a comment");
  if (key.length % 2 !== 0) return problem("the key has half an octet");
  return { kind: "isakmp", cookie: cookie.toLowerCase(), keys: { encryptionKey: new Secret(fromHex(key)) } };
}

function readComment(line: string): Line | undefined {
  const [, espSa] = /^#\s*skeyid\s+(".*)$/i.exec(line) ?? [];
  if (espSa !== undefined) return readEspSa(espSa);
  const [, cookie, rest] = /^#\s*skeyid\s+([0-9a-f]{16})\s+(.*)$/i.exec(line) ?? [];
  if (cookie === undefined || rest === undefined) return undefined;
  const keys: { -readonly [K in keyof IsakmpKeys]?: IsakmpKeys[K] } = {};
  for (const word of rest.split(/\s+/)) {
    const [name, value = ""] = word.split("=", 2);
    if (name === "hash" && isHashName(value)) keys.hash = value;
    else if ((name === "SKEYID_a" || name === "SKEYID") && /^([0-9a-f]{2})+$/i.test(value))
      keys[name] = new Secret(fromHex(value));
    else return problem("a skeyid comment has hash=, SKEYID_a= and SKEYID= alone");
  }
  return { kind: "isakmp", cookie: cookie.toLowerCase(), keys };
}

function isHashName(name: string): name is HashName {
  return Object.hasOwn(HASHES, name);
}

function readEspSa(line: string): Line {
  const fields = [...line.matchAll(/"([^"]*)"(,|$)/g)].map(([, field = ""]) => field);
  // Newer versions of Wireshark append how sequence numbers are counted.
  const [
    version = "",
    source,
    destination,
    spi,
    encryptionName,
    encryptionKey,
    authenticationName,
    authenticationKey,
  ] = fields;
  if (
    source === undefined ||
    destination === undefined ||
    spi === undefined ||
    authenticationKey === undefined
  )
    return problem(`an ESP SA has 8 quoted fields, not ${fields.length}`);
  if (!/^(IPv[46]|\*)$/i.test(version)) return problem(`${version} is not a version of IP`);
  if (!/^(\*|0x[0-9a-f]{1,8}|\d{1,10})$/i.test(spi)) return problem("the SPI is not a number");
  const encryption = ESP_ENCRYPTIONS.find(({ name }) => name === encryptionName);
  const authentication = ESP_AUTHENTICATIONS.find(({ name }) => name === authenticationName);
  if (encryption === undefined) return problem(`unknown encryption ${encryptionName}`);
  if (authentication === undefined) return problem(`unknown authentication ${authenticationName}`);
  const keys: EspKeys = {
    ...{ source, destination, spi: spi === "*" ? "*" : Number(spi) },
    ...{ encryption, encryptionKey: keyOf(encryptionKey ?? "") },
    ...{ authentication, authenticationKey: keyOf(authenticationKey) },
  };
  return { kind: "esp", keys };
}

/** Hexadecimal behind 0x, else the characters themselves, as in Wireshark. */
function keyOf(text: string): Secret {
  const [, digits] = /^0x((?:[0-9a-f]{2})*)$/i.exec(text) ?? [];
  return new Secret(digits === undefined ? utf8(text) : fromHex(digits));
}

function problem(reason: string): Line {
  return { kind: "problem", reason };
}
