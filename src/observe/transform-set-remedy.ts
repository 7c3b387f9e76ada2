/** The `crypto ipsec transform-set` line that takes what a peer offers, made from the line that does not. */
import type { Mismatch } from "../ike/events.ts";

/** Undefined where no single line does, or the line is written in another way than IOS prints it. */
export function transformSetLine(mismatches: readonly Mismatch[]): string | undefined {
  const own = mismatches.filter(({ attribute }) => attribute === "encryption" || attribute === "integrity");
  const [written] = new Set(own.map(({ origin }) => origin?.text ?? ""));
  const parts = LINE.exec(written ?? "");
  if (parts === null || mismatches.some(({ attribute }) => attribute === "protocol")) return undefined;
  const offeredAs = (attribute: Mismatch["attribute"]) =>
    own.find((mismatch) => mismatch.attribute === attribute)?.offered;
  const [cipher, hash] = [offeredAs("encryption"), offeredAs("integrity")];
  const transforms = [
    AH.exec(written ?? "")?.[0],
    cipher === undefined ? CIPHER.exec(written ?? "")?.[0] : cipherWords(cipher),
    hash === undefined ? HMAC.exec(written ?? "")?.[0] : hmacWord(hash),
  ];
  // An offer that has no word in the language cannot be accepted by any line.
  if (
    (cipher !== undefined && transforms[1] === undefined) ||
    (hash !== undefined && transforms[2] === undefined)
  )
    return undefined;
  return [parts[0], ...transforms].filter((part) => part !== undefined && part !== "").join(" ");
}

const LINE = /^crypto ipsec transform-set \S+(?= )/;
const AH = /\bah-\S+/;
const CIPHER = /\besp-(?:des|3des|null|aes(?: \d+)?(?: ctr)?|(?:gcm|gmac)(?: \d+)?)(?= |$)/;
const HMAC = /\besp-\S+-hmac\b/;

/** `esp-aes 256` for `ESP_AES with 256 bits`. */
function cipherWords(offered: string): string | undefined {
  const [, name = "", bits] = /^(\S+)(?: with (128|192|256) bits)?$/.exec(offered) ?? [];
  const word = CIPHER_WORDS[name];
  if (word === undefined || HAS_KEY_LENGTHS.test(word) !== (bits !== undefined)) return undefined;
  const words = bits === undefined || bits === "128" ? word : `${word} ${bits}`;
  return name === "ESP_AES_CTR" ? `${words} ctr` : words;
}

const CIPHER_WORDS: { readonly [name: string]: string } = {
  ESP_DES: "esp-des",
  ESP_3DES: "esp-3des",
  ESP_NULL: "esp-null",
  ESP_AES: "esp-aes",
  ESP_AES_CTR: "esp-aes",
  ESP_GCM_16: "esp-gcm",
  ESP_GMAC: "esp-gmac",
};

const HAS_KEY_LENGTHS = /^esp-(?:aes|gcm|gmac)$/;

/** Empty for an offer without an HMAC. */
function hmacWord(offered: string): string | undefined {
  if (offered === "none") return "";
  return /^(md5|sha1|sha256|sha384|sha512)$/.test(offered)
    ? `esp-${offered === "sha1" ? "sha" : offered}-hmac`
    : undefined;
}
