/**
 * IOS's type 6: passwords encrypted with AES under a key of the router's own (`key config-key password-encrypt`), so that a
 * copied configuration gives none of them away. Salt (8 octets), ciphertext and the first 4 octets of an HMAC-SHA-1, in base 41.
 * What is encrypted ends in an octet of zero, which some versions leave out.
 */
import { concat, constantTimeEqual, utf8 } from "../../base/octets.ts";
import type { Random } from "../../base/random.ts";
import { encryptCbc } from "../cbc.ts";
import { hash, hmac } from "../hash.ts";
import { fromBase41, toBase41 } from "./base-41.ts";

const SALT_LENGTH = 8;
const MAC_LENGTH = 4;
const BLOCK = 16;
/** Octets of a password: the counter of its blocks is one octet, and pre-shared keys are far shorter. */
export const TYPE_6_MAX = 256 * BLOCK - 1;

export function encryptType6(password: Uint8Array, masterKey: string, random: Random): string {
  const salt = random.bytes("password salt", SALT_LENGTH);
  const { encryption, authentication } = keysOf(masterKey, salt);
  const ciphertext = xored(encryption, concat(password, Uint8Array.of(0)));
  return toBase41(concat(salt, ciphertext, macOf(authentication, ciphertext)));
}

/** Undefined where the text is no password of this type, or was encrypted under another key. */
export function decryptType6(text: string, masterKey: string): Uint8Array | undefined {
  const octets = fromBase41(text);
  if (octets === undefined || octets.length < SALT_LENGTH + 1 + MAC_LENGTH) return undefined;
  const salt = octets.subarray(0, SALT_LENGTH);
  const ciphertext = octets.subarray(SALT_LENGTH, -MAC_LENGTH);
  if (ciphertext.length > TYPE_6_MAX + 1) return undefined;
  const { encryption, authentication } = keysOf(masterKey, salt);
  if (!constantTimeEqual(macOf(authentication, ciphertext), octets.subarray(-MAC_LENGTH))) return undefined;
  const password = xored(encryption, ciphertext);
  return password.at(-1) === 0 ? password.subarray(0, -1) : password;
}

function keysOf(masterKey: string, salt: Uint8Array) {
  const key = hash("md5", utf8(masterKey));
  const derived = (last: number) => block(key, concat(salt, new Uint8Array(7), Uint8Array.of(last)));
  return { encryption: derived(1), authentication: derived(0) };
}

function xored(key: Uint8Array, octets: Uint8Array): Uint8Array {
  const out = octets.slice();
  for (let at = 0; at < out.length; at += BLOCK) {
    const counter = new Uint8Array(BLOCK);
    counter[COUNTER_AT] = at / BLOCK;
    const stream = block(key, counter);
    for (let i = 0; i < BLOCK && at + i < out.length; i++)
      out[at + i] = (out[at + i] ?? 0) ^ (stream[i] ?? 0);
  }
  return out;
}

const COUNTER_AT = 3;

function macOf(key: Uint8Array, ciphertext: Uint8Array): Uint8Array {
  return hmac("sha1", key, ciphertext).subarray(0, MAC_LENGTH);
}

/** One block of AES: CBC from an IV of zeros is the cipher itself. */
function block(key: Uint8Array, input: Uint8Array): Uint8Array {
  return encryptCbc("aes-128", key, new Uint8Array(BLOCK), input);
}
