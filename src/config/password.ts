/** Passwords as a configuration holds them: in clear, hidden, encrypted, or as a hash. */
import { constantTimeEqual, utf8 } from "../base/octets.ts";
import type { Random } from "../base/random.ts";
import { md5Crypt, saltOfMd5Crypt } from "../crypto/passwords/md5-crypt.ts";
import { randomSalt } from "../crypto/passwords/salt.ts";
import { SLOW_SALT_LENGTH, saltOfSlowHash, slowHash } from "../crypto/passwords/slow-hash.ts";
import { decodeType7, encodeType7, TYPE_7_STARTS } from "../crypto/passwords/type-7.ts";
import { Secret } from "../crypto/secret.ts";

/** IOS's: 0 in clear, 5 md5-crypt, 6 AES under the router's key, 7 Vigenère, 8 PBKDF2, 9 scrypt. */
export type PasswordType = 0 | 5 | 6 | 7 | 8 | 9;

export interface Password<T extends PasswordType = PasswordType> {
  readonly type: T;
  /** As it stands in the configuration, UTF-8. It need not be what its type says: IOS's own examples have such lines. */
  readonly text: Secret;
  /** Of a clear secret: what it is to be hashed as, where `algorithm-type` says so. */
  readonly algorithm?: HashAlgorithm;
}

/** The types that are hashes. */
export type HashAlgorithm = 5 | 8 | 9;

/** Of `secret`: it can be checked, and no more. */
export type HashedPassword = Password<0 | 5 | 8 | 9>;
/** Of `password`: it can be read. */
export type HiddenPassword = Password<0 | 7>;
/** Of a pre-shared key. */
export type EncryptedPassword = Password<0 | 6>;

export function password<const T extends PasswordType>(type: T, text: string): Password<T> {
  return { type, text: new Secret(utf8(text)) };
}

/** A clear one that becomes what `algorithm-type` says. */
export function secretFor(algorithm: HashAlgorithm, text: string): Password<0> {
  return { ...password(0, text), algorithm };
}

/** As it is written. */
export function passwordText({ text }: Password): string {
  return new TextDecoder().decode(text.reveal());
}

/** Whether what was typed is the password. Hashes take their time. One that is not what its type says is nobody's. */
export function isPassword(known: HashedPassword | HiddenPassword, typed: string): boolean {
  const attempt = utf8(typed);
  switch (known.type) {
    case 0:
      return constantTimeEqual(attempt, known.text.reveal());
    case 7: {
      const clear = decodeType7(passwordText(known));
      return clear !== undefined && constantTimeEqual(attempt, clear);
    }
    case 5:
    case 8:
    case 9: {
      const text = passwordText(known);
      const salt = known.type === 5 ? saltOfMd5Crypt(text) : saltOfSlowHash(known.type, text);
      if (salt === undefined) return false;
      const made = known.type === 5 ? md5Crypt(attempt, salt) : slowHash(known.type, attempt, salt);
      return constantTimeEqual(utf8(made), known.text.reveal());
    }
  }
}

/** Whether the text is what its type says. */
export function isWellFormed(known: HashedPassword | HiddenPassword): boolean {
  if (known.type === 0) return true;
  const text = passwordText(known);
  if (known.type === 7) return decodeType7(text) !== undefined;
  return (known.type === 5 ? saltOfMd5Crypt(text) : saltOfSlowHash(known.type, text)) !== undefined;
}

/** What a clear one becomes at once: type 9, as IOS makes them today, where nothing else was asked for. */
export function hashed(known: HashedPassword, random: Random): HashedPassword {
  if (known.type !== 0) return known;
  const clear = known.text.reveal();
  const algorithm = known.algorithm ?? 9;
  return algorithm === 5
    ? password(5, md5Crypt(clear, randomSalt(random, MD5_SALT_LENGTH)))
    : password(algorithm, slowHash(algorithm, clear, randomSalt(random, SLOW_SALT_LENGTH)));
}

/** Characters, as IOS has it. */
const MD5_SALT_LENGTH = 4;

/** What `service password-encryption` makes of a clear one: type 7. */
export function hidden(known: HiddenPassword, random: Random): HiddenPassword {
  if (known.type !== 0) return known;
  const [octet = 0] = random.bytes("password salt", 1);
  return password(7, encodeType7(known.text.reveal(), octet % TYPE_7_STARTS));
}
