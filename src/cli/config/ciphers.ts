/** Ciphers as IKE policies and transform sets write them: a keyword, and for AES the length of the key. */
import type { CipherName } from "../../crypto/names.ts";
import { choice } from "../sentence.ts";

/** 128 where it is left out. */
export const AES_KEY_LENGTH = choice("bits", {
  "128": [128, "128 bit keys."],
  "192": [192, "192 bit keys."],
  "256": [256, "256 bit keys."],
});

export type CipherArguments =
  | { readonly kind: "des" | "3des" }
  | { readonly kind: "aes"; readonly bits: 128 | 192 | 256 | undefined };

export function cipherOf(cipher: CipherArguments): CipherName {
  return cipher.kind === "aes" ? `aes-${cipher.bits ?? 128}` : cipher.kind;
}

export function cipherArguments(cipher: CipherName): CipherArguments {
  switch (cipher) {
    case "des":
    case "3des":
      return { kind: cipher };
    case "aes-128":
      return { kind: "aes", bits: undefined };
    case "aes-192":
      return { kind: "aes", bits: 192 };
    case "aes-256":
      return { kind: "aes", bits: 256 };
  }
}
