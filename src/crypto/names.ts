/** The names by which all layers call algorithms, and the sizes that follow from them. Octets unless said otherwise. */

export type HashName = "md5" | "sha1" | "sha256" | "sha384" | "sha512";

/** CBC-mode ciphers of IKE and ESP. The number is the key length in bits. */
export type CipherName = "des" | "3des" | "aes-128" | "aes-192" | "aes-256";

/** Diffie-Hellman groups by their IANA number (RFC 2409 §6, RFC 3526, RFC 5903; 7 is IOS's 163-bit EC2N group). */
export type GroupId = 1 | 2 | 3 | 4 | 5 | 7 | 14 | 15 | 16 | 17 | 18 | 19 | 20 | 21;

export const GROUP_IDS: readonly GroupId[] = [1, 2, 3, 4, 5, 7, 14, 15, 16, 17, 18, 19, 20, 21];

export interface CipherFacts {
  readonly keyLength: number;
  readonly blockLength: number;
}

export const CIPHERS: { readonly [N in CipherName]: CipherFacts } = {
  des: { keyLength: 8, blockLength: 8 },
  "3des": { keyLength: 24, blockLength: 8 },
  "aes-128": { keyLength: 16, blockLength: 16 },
  "aes-192": { keyLength: 24, blockLength: 16 },
  "aes-256": { keyLength: 32, blockLength: 16 },
};

export interface HashFacts {
  /** Of the digest, and of the key of an HMAC that ESP makes with it. */
  readonly length: number;
  readonly blockLength: number;
}

export const HASHES: { readonly [N in HashName]: HashFacts } = {
  md5: { length: 16, blockLength: 64 },
  sha1: { length: 20, blockLength: 64 },
  sha256: { length: 32, blockLength: 64 },
  sha384: { length: 48, blockLength: 128 },
  sha512: { length: 64, blockLength: 128 },
};

/** ICV lengths of ESP's HMACs (RFC 2403, 2404, 4868). */
export const ICV_LENGTHS: { readonly [N in HashName]: number } = {
  md5: 12,
  sha1: 12,
  sha256: 16,
  sha384: 24,
  sha512: 32,
};

/** What ESP does to a packet. Both absent is refused (RFC 2406 §5). */
export interface EspSuite {
  readonly encryption: CipherName | "null";
  readonly integrity: HashName | undefined;
}

/** `esp-3des esp-md5-hmac`, as IOS writes a transform set's transforms. */
export function describeEspSuite(suite: EspSuite): string {
  const cipher = suite.encryption.startsWith("aes-")
    ? `esp-aes${suite.encryption === "aes-128" ? "" : ` ${suite.encryption.slice(4)}`}`
    : `esp-${suite.encryption}`;
  if (suite.integrity === undefined) return cipher;
  return `${cipher} esp-${suite.integrity === "sha1" ? "sha" : suite.integrity}-hmac`;
}
