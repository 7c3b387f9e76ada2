/** Salts of password hashes: characters of crypt's alphabet, each one of 64. */
import type { Random } from "../../base/random.ts";

/** What hashes of passwords are written in, in the order of their values. */
export const CRYPT_ALPHABET = "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

export function randomSalt(random: Random, length: number): string {
  return Array.from(random.bytes("password salt", length), (octet) => CRYPT_ALPHABET[octet & 63]).join("");
}
