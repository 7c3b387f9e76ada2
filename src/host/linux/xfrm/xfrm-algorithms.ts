/** What Linux's cryptography calls the algorithms of a suite, as attributes of an SA. */
import { utf8 } from "../../../base/octets.ts";
import {
  AEADS,
  type CipherName,
  type CounterCipherName,
  type HashName,
  ICV_LENGTHS,
  isAead,
  isAh,
  isGmac,
  type SaSuite,
} from "../../../crypto/names.ts";
import { attribute } from "./netlink-message.ts";

/** The keys are in KEYMAT's form: a salt or nonce is behind its key. */
export function algorithmAttributes(
  suite: SaSuite,
  encryptionKey: Uint8Array,
  integrityKey: Uint8Array,
): readonly Uint8Array[] {
  const tag = (hash: HashName) =>
    attribute(XFRMA_ALG_AUTH_TRUNC, algorithm(HMACS[hash], integrityKey, ICV_LENGTHS[hash]));
  if (isAh(suite)) return [tag(suite.ah)];
  const { encryption, integrity } = suite;
  if (isAead(encryption)) {
    const { icvLength } = AEADS[encryption];
    const name = isGmac(encryption) ? "rfc4543(gcm(aes))" : "rfc4106(gcm(aes))";
    return [attribute(XFRMA_ALG_AEAD, algorithm(name, encryptionKey, icvLength))];
  }
  const cipher = encryption === "null" ? "ecb(cipher_null)" : CIPHERS[encryption];
  const attributes = [attribute(XFRMA_ALG_CRYPT, algorithm(cipher, encryptionKey))];
  if (integrity === undefined) return attributes;
  return [tag(integrity), ...attributes];
}

/** `struct xfrm_algo`, or `xfrm_algo_auth` and `xfrm_algo_aead`, which are alike, with the ICV's octets. Lengths are in bits. */
function algorithm(name: string, key: Uint8Array, icvLength?: number): Uint8Array {
  const keyAt = NAME_OCTETS + (icvLength === undefined ? 4 : 8);
  const bytes = new Uint8Array(keyAt + key.length);
  const view = new DataView(bytes.buffer);
  bytes.set(utf8(name));
  view.setUint32(NAME_OCTETS, key.length * 8, true);
  if (icvLength !== undefined) view.setUint32(NAME_OCTETS + 4, icvLength * 8, true);
  bytes.set(key, keyAt);
  return bytes;
}

const CIPHERS: { readonly [N in CipherName | CounterCipherName]: string } = {
  des: "cbc(des)",
  "3des": "cbc(des3_ede)",
  "aes-128": "cbc(aes)",
  "aes-192": "cbc(aes)",
  "aes-256": "cbc(aes)",
  "ctr-128": "rfc3686(ctr(aes))",
  "ctr-192": "rfc3686(ctr(aes))",
  "ctr-256": "rfc3686(ctr(aes))",
};

const HMACS: { readonly [N in HashName]: string } = {
  md5: "hmac(md5)",
  sha1: "hmac(sha1)",
  sha256: "hmac(sha256)",
  sha384: "hmac(sha384)",
  sha512: "hmac(sha512)",
};

const NAME_OCTETS = 64;
const XFRMA_ALG_CRYPT = 2;
const XFRMA_ALG_AEAD = 18;
const XFRMA_ALG_AUTH_TRUNC = 20;
