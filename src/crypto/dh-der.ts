/**
 * Diffie-Hellman keys of a MODP group in DER (X.690), as the platform reads and writes them: PrivateKeyInfo (RFC 5208) and
 * SubjectPublicKeyInfo (RFC 5280 §4.1), both with the parameters of PKCS #3. The generator is 2.
 */
import { BugError } from "../base/errors.ts";
import { concat, fromHex } from "../base/octets.ts";

/** PrivateKeyInfo: version 0, the algorithm, the exponent inside an OCTET STRING. */
export function privateKeyInfo(prime: Uint8Array, exponent: Uint8Array): Uint8Array {
  return der(SEQUENCE, integer(Uint8Array.of(0)), algorithm(prime), der(OCTET_STRING, integer(exponent)));
}

/** SubjectPublicKeyInfo: the algorithm, the value inside a BIT STRING with no unused bits. */
export function publicKeyInfo(prime: Uint8Array, value: Uint8Array): Uint8Array {
  return der(SEQUENCE, algorithm(prime), der(BIT_STRING, Uint8Array.of(0), integer(value)));
}

/** The value in a SubjectPublicKeyInfo, with a zero before it where its first bit is set. */
export function valueOfPublicKeyInfo(info: Uint8Array): Uint8Array {
  const whole = elementAt(info, 0, SEQUENCE);
  const { end: algorithmEnd } = elementAt(info, whole.start, SEQUENCE);
  const bits = elementAt(info, algorithmEnd, BIT_STRING);
  const { start, end } = elementAt(info, bits.start + 1, INTEGER);
  return info.slice(start, end);
}

function algorithm(prime: Uint8Array): Uint8Array {
  return der(SEQUENCE, DH_KEY_AGREEMENT, der(SEQUENCE, integer(prime), integer(Uint8Array.of(2))));
}

/** Not negative, in as few octets as it takes. */
function integer(octets: Uint8Array): Uint8Array {
  const first = octets.findIndex((octet) => octet !== 0);
  const digits = first < 0 ? Uint8Array.of(0) : octets.subarray(first);
  return (digits[0] ?? 0) >= 0x80 ? der(INTEGER, Uint8Array.of(0), digits) : der(INTEGER, digits);
}

function der(tag: number, ...contents: readonly Uint8Array[]): Uint8Array {
  let length = 0;
  for (const content of contents) length += content.length;
  return concat(Uint8Array.of(tag, ...lengthOctets(length)), ...contents);
}

function lengthOctets(length: number): readonly number[] {
  if (length < 0x80) return [length];
  return length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
}

function elementAt(
  bytes: Uint8Array,
  at: number,
  tag: number,
): { readonly start: number; readonly end: number } {
  if (bytes[at] !== tag)
    throw new BugError(`the platform wrote DER with tag ${bytes[at]} for ${tag} at ${at}`);
  const short = bytes[at + 1] ?? 0;
  const lengthOfLength = short < 0x80 ? 0 : short & 0x7f;
  const start = at + 2 + lengthOfLength;
  const length =
    lengthOfLength === 0 ? short : bytes.subarray(at + 2, start).reduce((sum, octet) => sum * 256 + octet, 0);
  return { start, end: start + length };
}

const [INTEGER, BIT_STRING, OCTET_STRING, SEQUENCE] = [0x02, 0x03, 0x04, 0x30];

/** 1.2.840.113549.1.3.1, with tag and length. */
const DH_KEY_AGREEMENT = fromHex("0609 2a864886f70d010301");
