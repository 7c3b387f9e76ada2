/** The algorithms that phase 1 agreed on, read from the responder's SA payload (RFC 2409 Appendix A). */
import type { CipherName, HashName } from "../crypto/names.ts";
import {
  AUTHENTICATION_METHOD,
  ENCRYPTION_ALGORITHM,
  HASH_ALGORITHM,
  PHASE1_ATTRIBUTE,
} from "../isakmp/numbers/phase1-attribute.ts";
import { nameOf } from "../isakmp/numbers/registry.ts";
import { attributeNumber, type SecurityAssociation } from "../isakmp/payload.ts";

export interface ProtectionSuite {
  /** Undefined where we do not have it; `cipherName` says what it is. */
  readonly cipher: CipherName | undefined;
  readonly cipherName: string;
  readonly hash: HashName | undefined;
  readonly hashName: string;
  /** Identities and nonces are encrypted to RSA keys (RFC 2409 §5.2, §5.3). */
  readonly hasSealedIdentities: boolean;
}

/** What the first transform says: an answer has no other. */
export function protectionSuiteOf(payload: SecurityAssociation): ProtectionSuite | undefined {
  const attributes = payload.proposals[0]?.transforms[0]?.attributes;
  if (attributes === undefined) return undefined;
  const numberOf = (type: number): number => {
    const attribute = attributes.find((candidate) => candidate.type === type);
    return (attribute === undefined ? undefined : attributeNumber(attribute)) ?? 0;
  };
  const encryption = numberOf(PHASE1_ATTRIBUTE["Encryption Algorithm"]);
  const hash = numberOf(PHASE1_ATTRIBUTE["Hash Algorithm"]);
  const keyLength = numberOf(PHASE1_ATTRIBUTE["Key Length"]);
  return {
    cipher: cipherOf(encryption, keyLength),
    cipherName: nameOf(ENCRYPTION_ALGORITHM, encryption) + (keyLength === 0 ? "" : `-${keyLength}`),
    hash: HASHES_BY_NUMBER.get(hash),
    hashName: nameOf(HASH_ALGORITHM, hash),
    hasSealedIdentities: SEALING_METHODS.includes(numberOf(PHASE1_ATTRIBUTE["Authentication Method"])),
  };
}

function cipherOf(algorithm: number, keyLength: number): CipherName | undefined {
  switch (algorithm) {
    case ENCRYPTION_ALGORITHM["DES-CBC"]:
      return "des";
    case ENCRYPTION_ALGORITHM["3DES-CBC"]:
      return "3des";
    case ENCRYPTION_ALGORITHM["AES-CBC"]:
      return AES_BY_KEY_LENGTH.get(keyLength);
    default:
      return undefined;
  }
}

const AES_BY_KEY_LENGTH: ReadonlyMap<number, CipherName> = new Map([
  [0, "aes-128"],
  [128, "aes-128"],
  [192, "aes-192"],
  [256, "aes-256"],
]);

const HASHES_BY_NUMBER: ReadonlyMap<number, HashName> = new Map([
  [HASH_ALGORITHM.MD5, "md5"],
  [HASH_ALGORITHM.SHA, "sha1"],
  [HASH_ALGORITHM["SHA2-256"], "sha256"],
  [HASH_ALGORITHM["SHA2-384"], "sha384"],
  [HASH_ALGORITHM["SHA2-512"], "sha512"],
]);

const SEALING_METHODS: readonly number[] = [
  AUTHENTICATION_METHOD["Encryption with RSA"],
  AUTHENTICATION_METHOD["Revised encryption with RSA"],
  AUTHENTICATION_METHOD.XAUTHInitRSAEncryption,
  AUTHENTICATION_METHOD.XAUTHRespRSAEncryption,
  AUTHENTICATION_METHOD.XAUTHInitRSARevisedEncryption,
  AUTHENTICATION_METHOD.XAUTHRespRSARevisedEncryption,
];
