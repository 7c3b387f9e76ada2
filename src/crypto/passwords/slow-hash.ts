/**
 * The hashes of IOS's types 8 and 9: PBKDF2 with HMAC-SHA-256 (RFC 8018) and scrypt (RFC 7914). Both are written as
 * `$8$salt$hash`, base64 with crypt's alphabet.
 */
import { pbkdf2Sync, scryptSync } from "node:crypto";
import { CRYPT_ALPHABET } from "./salt.ts";

export type SlowHash = 8 | 9;

/** Characters of the salt. */
export const SLOW_SALT_LENGTH = 14;

/** The whole text. Takes some ten milliseconds, which is what it is for. */
export function slowHash(type: SlowHash, password: Uint8Array, salt: string): string {
  const digest =
    type === 8
      ? pbkdf2Sync(password, salt, 20_000, DIGEST_LENGTH, "sha256")
      : scryptSync(password, salt, DIGEST_LENGTH, { N: 16_384, r: 1, p: 1 });
  const base64 = digest.toString("base64").replace(/=+$/, "");
  return `$${type}$${salt}$${Array.from(base64, (digit) => CRYPT_ALPHABET[BASE64.indexOf(digit)]).join("")}`;
}

/** The salt of a hash; undefined where the text is none of this type. */
export function saltOfSlowHash(type: SlowHash, text: string): string | undefined {
  const [, found, salt] = /^\$([89])\$([./0-9A-Za-z]{14})\$[./0-9A-Za-z]{43}$/.exec(text) ?? [];
  return found === String(type) ? salt : undefined;
}

const BASE64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
/** Octets. */
const DIGEST_LENGTH = 32;
