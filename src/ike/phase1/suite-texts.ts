/** What an offer of phase 1 has where no suite of ours has it, in the words of RFC 2409 Appendix A and its registry. */
import {
  AUTHENTICATION_METHOD,
  ENCRYPTION_ALGORITHM,
  HASH_ALGORITHM,
} from "../../isakmp/numbers/phase1-attribute.ts";
import { assignedName, type Registry } from "../../isakmp/numbers/registry.ts";

/** `AES-CBC without a key length`, `3DES-CBC with a key of 192 bits`. */
export function encryptionText(value: number | undefined, keyBits: number | undefined): string {
  const name = named(ENCRYPTION_ALGORITHM, "encryption", value);
  if (keyBits !== undefined) return `${name} with a key of ${keyBits} bits`;
  const needsLength = value !== undefined && WITH_KEY_LENGTH.includes(value);
  return needsLength ? `${name} without a key length` : name;
}

export function hashText(value: number | undefined): string {
  return named(HASH_ALGORITHM, "hash", value);
}

export function authenticationText(value: number | undefined): string {
  return named(AUTHENTICATION_METHOD, "authentication method", value);
}

function named(registry: Registry, what: string, value: number | undefined): string {
  if (value === undefined) return `no ${what}`;
  return assignedName(registry, value) ?? `${what} ${value}`;
}

/** Ciphers with keys of several lengths: one must be said (RFC 2409 App. A, RFC 3602 §5.3). */
const WITH_KEY_LENGTH: readonly number[] = [
  ENCRYPTION_ALGORITHM["AES-CBC"],
  ENCRYPTION_ALGORITHM["Blowfish-CBC"],
  ENCRYPTION_ALGORITHM["RC5-R16-B64-CBC"],
  ENCRYPTION_ALGORITHM["CAST-CBC"],
  ENCRYPTION_ALGORITHM["CAMELLIA-CBC"],
];
