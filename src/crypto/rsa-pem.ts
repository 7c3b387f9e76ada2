/** Private RSA keys as PEM text (RFC 7468), the form in which files hold them. */
import { createPrivateKey } from "node:crypto";
import { plainOctets } from "./plain-octets.ts";
import { publicKeyOf } from "./rsa.ts";
import type { GeneratedRsaKey } from "./rsa-generation.ts";

/** PKCS #8 or PKCS #1, not encrypted; undefined where the text is no private RSA key. */
export function rsaKeyFromPem(text: string): GeneratedRsaKey | undefined {
  try {
    const key = createPrivateKey(text);
    if (key.asymmetricKeyType !== "rsa") return undefined;
    const privateKey = plainOctets(key.export({ format: "der", type: "pkcs8" }));
    return { publicKey: publicKeyOf(privateKey), privateKey };
  } catch {
    return undefined;
  }
}

/** `privateKey` in the DER of PKCS #8. Ends with a newline. */
export function rsaKeyToPem(privateKey: Uint8Array): string {
  const key = createPrivateKey({ key: Buffer.from(privateKey), format: "der", type: "pkcs8" });
  return key.export({ format: "pem", type: "pkcs8" }).toString();
}
