/** ESP's algorithms as Wireshark spells them in its table of ESP SAs, and one that it has no name for. */
import type { EspCipherName, GcmName, HashName } from "../crypto/names.ts";

export interface EspEncryption {
  readonly name: string;
  /** By length of the key in octets, a salt included; nothing where we do not have the cipher. */
  readonly ciphers: ReadonlyMap<number, EspCipherName>;
  /** Of a cipher that authenticates itself. */
  readonly icvLength?: number;
  /** Wireshark cannot read a line that has it. */
  readonly isUnknownToWireshark?: true;
}

export interface EspAuthentication {
  readonly name: string;
  readonly icvLength: number;
  /** Undefined where there is nothing to check or we cannot. */
  readonly hash: HashName | undefined;
}

const GCM: ReadonlyMap<number, GcmName> = new Map([
  [20, "gcm-128"],
  [28, "gcm-192"],
  [36, "gcm-256"],
]);

export const ESP_ENCRYPTIONS: readonly EspEncryption[] = [
  { name: "NULL", ciphers: new Map([[0, "null"]]) },
  { name: "DES-CBC [RFC2405]", ciphers: new Map([[8, "des"]]) },
  { name: "TripleDES-CBC [RFC2451]", ciphers: new Map([[24, "3des"]]) },
  {
    name: "AES-CBC [RFC3602]",
    ciphers: new Map([
      [16, "aes-128"],
      [24, "aes-192"],
      [32, "aes-256"],
    ]),
  },
  { name: "CAST5-CBC [RFC2144]", ciphers: new Map() },
  { name: "BLOWFISH-CBC [RFC2451]", ciphers: new Map() },
  { name: "TWOFISH-CBC", ciphers: new Map() },
  {
    name: "AES-CTR [RFC3686]",
    ciphers: new Map([
      [20, "ctr-128"],
      [28, "ctr-192"],
      [36, "ctr-256"],
    ]),
  },
  { name: "AES-GCM with 16 octet ICV [RFC4106]", ciphers: GCM, icvLength: 16 },
  { name: "AES-GCM with 12 octet ICV [RFC4106]", ciphers: GCM, icvLength: 12 },
  { name: "AES-GCM with 8 octet ICV [RFC4106]", ciphers: GCM, icvLength: 8 },
  // Wireshark takes no ICV to be there; packets have one, and 16 octets are what every implementation can do.
  { name: "AES-GCM [RFC4106]", ciphers: GCM, icvLength: 16 },
  {
    name: "AES-GMAC [RFC4543]",
    ciphers: new Map([
      [20, "gmac-128"],
      [28, "gmac-192"],
      [36, "gmac-256"],
    ]),
    icvLength: 16,
    isUnknownToWireshark: true,
  },
];

export const ESP_AUTHENTICATIONS: readonly EspAuthentication[] = [
  { name: "NULL", icvLength: 0, hash: undefined },
  { name: "HMAC-MD5-96 [RFC2403]", icvLength: 12, hash: "md5" },
  { name: "HMAC-SHA-1-96 [RFC2404]", icvLength: 12, hash: "sha1" },
  { name: "HMAC-SHA-256-128 [RFC4868]", icvLength: 16, hash: "sha256" },
  { name: "HMAC-SHA-384-192 [RFC4868]", icvLength: 24, hash: "sha384" },
  { name: "HMAC-SHA-512-256 [RFC4868]", icvLength: 32, hash: "sha512" },
  { name: "HMAC-SHA-256-96 [draft-ietf-ipsec-ciph-sha-256-00]", icvLength: 12, hash: "sha256" },
  { name: "MAC-RIPEMD-160-96 [RFC2857]", icvLength: 12, hash: undefined },
  { name: "ANY 64 bit authentication [no checking]", icvLength: 8, hash: undefined },
  { name: "ANY 96 bit authentication [no checking]", icvLength: 12, hash: undefined },
  { name: "ANY 128 bit authentication [no checking]", icvLength: 16, hash: undefined },
  { name: "ANY 192 bit authentication [no checking]", icvLength: 24, hash: undefined },
  { name: "ANY 256 bit authentication [no checking]", icvLength: 32, hash: undefined },
];

/** The row of `null`, `des`, `aes-256`; undefined for a name that is not ours. */
export function encryptionOf(cipher: string): EspEncryption | undefined {
  return ESP_ENCRYPTIONS.find(({ ciphers }) => [...ciphers.values()].some((name) => name === cipher));
}

/** `md5`, `sha256` or undefined, with ESP's usual length of the ICV, as Wireshark calls it. */
export function authenticationNameOf(hash: string | undefined): string | undefined {
  return ESP_AUTHENTICATIONS.find((authentication) => authentication.hash === hash)?.name;
}
