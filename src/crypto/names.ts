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

/** AES in counter mode (RFC 3686), by the length of the key in bits. ESP alone has it, and never without an HMAC. */
export type CounterCipherName = "ctr-128" | "ctr-192" | "ctr-256";

export interface CounterCipherFacts {
  readonly keyLength: number;
  /** Follows the key in KEYMAT, and begins every counter block (RFC 3686 §4, §5.1). */
  readonly nonceLength: number;
  /** Of the explicit IV before the ciphertext (RFC 3686 §3.1). */
  readonly ivLength: number;
}

export const COUNTER_CIPHERS: { readonly [N in CounterCipherName]: CounterCipherFacts } = {
  "ctr-128": { keyLength: 16, nonceLength: 4, ivLength: 8 },
  "ctr-192": { keyLength: 24, nonceLength: 4, ivLength: 8 },
  "ctr-256": { keyLength: 32, nonceLength: 4, ivLength: 8 },
};

/** AES in Galois/Counter Mode (RFC 4106), by the length of the key in bits. */
export type GcmName = "gcm-128" | "gcm-192" | "gcm-256";

/** The same with nothing to encrypt: it authenticates alone (RFC 4543, ENCR_NULL_AUTH_AES_GMAC). */
export type GmacName = "gmac-128" | "gmac-192" | "gmac-256";

/** Ciphers of ESP that authenticate themselves. */
export type AeadName = GcmName | GmacName;

export interface AeadFacts {
  readonly keyLength: number;
  /** Follows the key in KEYMAT, and begins every nonce (RFC 4106 §4, §8.1; RFC 4543 §3.2). */
  readonly saltLength: number;
  /** Of the explicit IV before the ciphertext (RFC 4106 §3.1). */
  readonly ivLength: number;
  /** The longest of the three that there are, which every implementation has (RFC 4106 §6). */
  readonly icvLength: number;
}

export const AEADS: { readonly [N in AeadName]: AeadFacts } = {
  "gcm-128": { keyLength: 16, saltLength: 4, ivLength: 8, icvLength: 16 },
  "gcm-192": { keyLength: 24, saltLength: 4, ivLength: 8, icvLength: 16 },
  "gcm-256": { keyLength: 32, saltLength: 4, ivLength: 8, icvLength: 16 },
  "gmac-128": { keyLength: 16, saltLength: 4, ivLength: 8, icvLength: 16 },
  "gmac-192": { keyLength: 24, saltLength: 4, ivLength: 8, icvLength: 16 },
  "gmac-256": { keyLength: 32, saltLength: 4, ivLength: 8, icvLength: 16 },
};

/** What ESP encrypts with. */
export type EspCipherName = CipherName | CounterCipherName | AeadName | "null";

export function isAead(cipher: EspCipherName): cipher is AeadName {
  return Object.hasOwn(AEADS, cipher);
}

export function isGmac(cipher: EspCipherName): cipher is GmacName {
  return cipher.startsWith("gmac-");
}

export function isCounterCipher(cipher: EspCipherName): cipher is CounterCipherName {
  return Object.hasOwn(COUNTER_CIPHERS, cipher);
}

/** Octets of KEYMAT that a cipher takes, its salt or nonce included. */
export function espKeyLength(cipher: EspCipherName): number {
  if (cipher === "null") return 0;
  if (isCounterCipher(cipher)) return COUNTER_CIPHERS[cipher].keyLength + COUNTER_CIPHERS[cipher].nonceLength;
  if (!isAead(cipher)) return CIPHERS[cipher].keyLength;
  return AEADS[cipher].keyLength + AEADS[cipher].saltLength;
}

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

/** ICV lengths of the HMACs of AH and ESP (RFC 2403, 2404, 4868). */
export const ICV_LENGTHS: { readonly [N in HashName]: number } = {
  md5: 12,
  sha1: 12,
  sha256: 16,
  sha384: 24,
  sha512: 32,
};

/** What ESP does to a packet. Neither encryption nor integrity is refused (RFC 2406 §5). */
export interface EspSuite {
  readonly encryption: EspCipherName;
  /** The HMAC beside the cipher; never with one that authenticates itself. */
  readonly integrity: HashName | undefined;
}

/** Whether forged packets are told from real ones, by an HMAC or by the cipher. */
export function isAuthenticated(suite: SaSuite): boolean {
  return isAh(suite) || suite.integrity !== undefined || isAead(suite.encryption);
}

/** `esp-3des esp-md5-hmac`, as IOS writes a transform set's transforms; counter mode as Cisco's MDS switches do. */
export function describeEspSuite({ encryption, integrity }: EspSuite): string {
  // A key of 128 bits is the one that IOS does not name.
  const name = `esp-${encryption.replace(/-128$/, "").replace("-", " ")}`;
  const cipher = isCounterCipher(encryption) ? `${name.replace("-ctr", "-aes")} ctr` : name;
  if (integrity === undefined) return cipher;
  return `${cipher} esp-${integrity === "sha1" ? "sha" : integrity}-hmac`;
}

/** What AH does to a packet: an HMAC over all of it that does not change on its way. */
export interface AhSuite {
  readonly ah: HashName;
}

/** What an SA of either protocol does to a packet. */
export type SaSuite = EspSuite | AhSuite;

export function isAh(suite: SaSuite): suite is AhSuite {
  return "ah" in suite;
}

export type SaProtocol = "esp" | "ah";

export function protocolOf(suite: SaSuite): SaProtocol {
  return isAh(suite) ? "ah" : "esp";
}

/** `ah-sha-hmac`, or what ESP does, as IOS writes it. */
export function describeSuite(suite: SaSuite): string {
  return isAh(suite) ? `ah-${suite.ah === "sha1" ? "sha" : suite.ah}-hmac` : describeEspSuite(suite);
}
