/** Public keys in certificates and in configurations: SubjectPublicKeyInfo (RFC 5280 §4.1.2.7, RFC 8017 §A.1). */
import type { RsaPublicKey } from "../crypto/rsa.ts";
import { DerReader } from "./der-reader.ts";
import { derBitOctets, derNull, derObjectIdentifier, derSequence, derUnsigned } from "./der-writer.ts";
import { OID } from "./object-identifiers.ts";

/** The octets of a whole key: what `key-string` and `Key Data` show. Throws MalformedError, also where it is none of RSA. */
export function readPublicKey(der: Uint8Array): RsaPublicKey {
  const outer = new DerReader(der, "public key");
  const key = nextPublicKey(outer);
  outer.end();
  return key ?? outer.fail("no RSA key", "algorithm");
}

/** The key that comes next; undefined where it is none of RSA. Throws MalformedError. */
export function nextPublicKey(reader: DerReader): RsaPublicKey | undefined {
  const info = reader.within("subjectPublicKeyInfo");
  const algorithm = info.within("algorithm");
  const isRsa = algorithm.objectIdentifier("algorithm") === OID.rsaEncryption;
  const octets = info.bitOctets("subjectPublicKey");
  info.end();
  if (!isRsa) return undefined;
  const outer = new DerReader(octets, "subjectPublicKey");
  const key = outer.within("RSAPublicKey");
  outer.end();
  const modulus = key.unsigned("modulus");
  const exponent = key.unsigned("publicExponent");
  key.end();
  return { modulus, exponent };
}

export function encodePublicKey({ modulus, exponent }: RsaPublicKey): Uint8Array {
  const key = derSequence(derUnsigned(modulus), derUnsigned(exponent));
  return derSequence(derSequence(derObjectIdentifier(OID.rsaEncryption), derNull()), derBitOctets(key));
}
