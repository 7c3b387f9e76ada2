/** How certificates are signed: RSA over a DigestInfo (RFC 8017 §9.2), by the object identifier that names both. */
import { concat, fromHex } from "../base/octets.ts";
import { hash } from "../crypto/hash.ts";
import type { HashName } from "../crypto/names.ts";
import type { RsaPublicKey } from "../crypto/rsa.ts";
import { rsaVerify } from "../crypto/rsa-signature.ts";

export interface SignatureAlgorithm {
  readonly objectIdentifier: string;
  /** `md5WithRSAEncryption`; the object identifier of one that is not known. */
  readonly name: string;
  /** Undefined where we cannot verify it. */
  readonly hash: HashName | undefined;
}

export function signatureAlgorithm(objectIdentifier: string): SignatureAlgorithm {
  const known = ALGORITHMS.get(objectIdentifier);
  return { objectIdentifier, name: known?.name ?? `OID ${objectIdentifier}`, hash: known?.hash };
}

export function verifySigned(
  algorithm: SignatureAlgorithm,
  key: RsaPublicKey,
  content: Uint8Array,
  signature: Uint8Array,
): boolean {
  return algorithm.hash !== undefined && rsaVerify(key, digestInfo(algorithm.hash, content), signature);
}

/** The hash of the content, with what says of which kind it is. */
export function digestInfo(name: HashName, content: Uint8Array): Uint8Array {
  return concat(fromHex(DIGEST_INFO[name]), hash(name, content));
}

/** RFC 8017 §9.2, note 1: all that stands before the digest. */
const DIGEST_INFO: { readonly [N in HashName]: string } = {
  md5: "3020300c06082a864886f70d020505000410",
  sha1: "3021300906052b0e03021a05000414",
  sha256: "3031300d060960864801650304020105000420",
  sha384: "3041300d060960864801650304020205000430",
  sha512: "3051300d060960864801650304020305000440",
};

const ALGORITHMS: ReadonlyMap<string, { readonly name: string; readonly hash: HashName | undefined }> =
  new Map([
    // No platform has MD2 any more.
    ["1.2.840.113549.1.1.2", { name: "md2WithRSAEncryption", hash: undefined }],
    ["1.2.840.113549.1.1.4", { name: "md5WithRSAEncryption", hash: "md5" }],
    ["1.2.840.113549.1.1.5", { name: "sha1WithRSAEncryption", hash: "sha1" }],
    ["1.2.840.113549.1.1.10", { name: "RSASSA-PSS", hash: undefined }],
    ["1.2.840.113549.1.1.11", { name: "sha256WithRSAEncryption", hash: "sha256" }],
    ["1.2.840.113549.1.1.12", { name: "sha384WithRSAEncryption", hash: "sha384" }],
    ["1.2.840.113549.1.1.13", { name: "sha512WithRSAEncryption", hash: "sha512" }],
  ]);
