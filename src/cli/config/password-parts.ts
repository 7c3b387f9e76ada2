/** How passwords are written: a digit that says of which type they are, and the password; in clear without a digit. */
import {
  type EncryptedPassword,
  type HashAlgorithm,
  type HashedPassword,
  type HiddenPassword,
  password,
  passwordText,
  secretFor,
} from "../../config/password.ts";
import { choice, oneOf, value, word } from "../sentence.ts";
import { SECRET_LINE, SECRET_WORD } from "../value-types.ts";

const CLEAR = "Specifies an UNENCRYPTED password will follow";

/** After `secret`. */
export const SECRET_PART = oneOf("secret", {
  "0": [word("0", CLEAR), value("text", SECRET_LINE, "The UNENCRYPTED (cleartext) secret")],
  "5": [
    word("5", "Specifies a MD5 HASHED secret will follow"),
    value("text", SECRET_WORD, "The HASHED secret"),
  ],
  "8": [
    word("8", "Specifies a PBKDF2 HASHED secret will follow"),
    value("text", SECRET_WORD, "The HASHED secret"),
  ],
  "9": [
    word("9", "Specifies a SCRYPT HASHED secret will follow"),
    value("text", SECRET_WORD, "The HASHED secret"),
  ],
  clear: [value("text", SECRET_LINE, "The UNENCRYPTED (cleartext) secret")],
});

/** What `algorithm-type` makes of a secret that is entered in clear. */
export const ALGORITHM_PART = choice("algorithm", {
  md5: [5 as HashAlgorithm, "Encode the password using the MD5 algorithm"], // the type of all of them
  scrypt: [9 as HashAlgorithm, "Encode the password using the SCRYPT hashing algorithm"], // as above
  sha256: [8 as HashAlgorithm, "Encode the password using the PBKDF2 hashing algorithm"], // as above
});

/** A secret in clear. */
export const CLEAR_SECRET_PART = oneOf("secret", {
  "0": [word("0", CLEAR), value("text", SECRET_LINE, "The UNENCRYPTED (cleartext) secret")],
  clear: [value("text", SECRET_LINE, "The UNENCRYPTED (cleartext) secret")],
});

/** After `password`. */
export const PASSWORD_PART = oneOf("password", {
  "0": [word("0", CLEAR), value("text", SECRET_LINE, "The UNENCRYPTED (cleartext) password")],
  "7": [
    word("7", "Specifies a HIDDEN password will follow"),
    value("text", SECRET_WORD, "The HIDDEN password"),
  ],
  clear: [value("text", SECRET_LINE, "The UNENCRYPTED (cleartext) password")],
});

/** A pre-shared key, which is one word. */
export const KEY_PART = oneOf("key", {
  "0": [word("0", CLEAR), value("text", SECRET_WORD, "The UNENCRYPTED (cleartext) key")],
  "6": [
    word("6", "Specifies an ENCRYPTED password will follow"),
    value("text", SECRET_WORD, "The ENCRYPTED key"),
  ],
  clear: [value("text", SECRET_WORD, "The UNENCRYPTED (cleartext) key")],
});

interface Written<K extends string> {
  readonly kind: K;
  readonly text: string;
}

type WrittenSecret = Written<"0" | "5" | "8" | "9" | "clear">;
export type WrittenPassword = Written<"0" | "7" | "clear">;
type WrittenKey = Written<"0" | "6" | "clear">;

export function secretOf({ kind, text }: WrittenSecret): HashedPassword {
  switch (kind) {
    case "5":
      return password(5, text);
    case "8":
      return password(8, text);
    case "9":
      return password(9, text);
    default:
      return password(0, text);
  }
}

/** A secret with what it is to be hashed as. */
export interface WrittenForAlgorithm {
  readonly algorithm: HashAlgorithm;
  readonly secret: Written<"0" | "clear">;
}

export function secretForAlgorithm({ algorithm, secret }: WrittenForAlgorithm): HashedPassword {
  return secretFor(algorithm, secret.text);
}

/** Undefined where `algorithm-type` says nothing of the secret, or has had its effect. */
export function writtenForAlgorithm(known: HashedPassword): WrittenForAlgorithm | undefined {
  const { algorithm } = known;
  return algorithm === undefined ? undefined : { algorithm, secret: clear(passwordText(known)) };
}

export function writtenSecret(known: HashedPassword): WrittenSecret {
  const text = passwordText(known);
  return known.type === 0 ? clear(text) : { kind: `${known.type}`, text };
}

export function passwordOf({ kind, text }: WrittenPassword): HiddenPassword {
  return kind === "7" ? password(7, text) : password(0, text);
}

export function writtenPassword(known: HiddenPassword): WrittenPassword {
  const text = passwordText(known);
  return known.type === 0 ? clear(text) : { kind: "7", text };
}

export function keyOf({ kind, text }: WrittenKey): EncryptedPassword {
  return kind === "6" ? password(6, text) : password(0, text);
}

/** What the operator wrote is the operator's own: IOS prints it back as well. */
export function writtenKey(known: EncryptedPassword): WrittenKey {
  const text = passwordText(known);
  return known.type === 0 ? clear(text) : { kind: "6", text };
}

/** One that would be read as something else needs its digit. */
function clear(text: string): Written<"0" | "clear"> {
  const [first = ""] = text.split(/\s/);
  const isConfusing = /^\d$/.test(first) || "level".startsWith(first.toLowerCase());
  return { kind: isConfusing ? "0" : "clear", text };
}
