/** A router's own RSA keys: no part of its configuration, which everybody may see, but kept beside it. */
import type { RsaPublicKey } from "../crypto/rsa.ts";
import type { Secret } from "../crypto/secret.ts";

export interface RsaKeyPair {
  /** The router's fully qualified name when they were made. */
  readonly name: string;
  /** `general` does both; with usage keys there is a pair for each. */
  readonly usage: "general" | "signature" | "encryption";
  readonly publicKey: RsaPublicKey;
  /** In the DER of PKCS #8. */
  readonly privateKey: Secret;
  /** Milliseconds since 1970, where the time of day was known. */
  readonly generatedAt: number | undefined;
}
