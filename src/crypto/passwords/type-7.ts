/**
 * IOS's type 7: a Vigenère cipher with a key that everybody knows. It keeps a password from being read over a shoulder and
 * from nothing else. Two decimal digits say where in the key it begins, then each octet stands as two hexadecimal digits.
 */
import { fromHex, hex, utf8 } from "../../base/octets.ts";

/** The same in every router. */
const KEY = utf8("dsfd;kfoA,.iyewrkldJKDHSUBsgvca69834ncxv9873254k;fg87");
/** Places in the key that IOS begins at. */
export const TYPE_7_STARTS = 16;

/** `start`: below 16. */
export function encodeType7(password: Uint8Array, start: number): string {
  return String(start).padStart(2, "0") + hex(xored(password, start)).toUpperCase();
}

/** Undefined where the text is no password of this type. */
export function decodeType7(text: string): Uint8Array | undefined {
  const [, start, digits] = /^(\d\d)((?:[\da-f]{2})*)$/i.exec(text) ?? [];
  return start === undefined || digits === undefined ? undefined : xored(fromHex(digits), Number(start));
}

function xored(octets: Uint8Array, start: number): Uint8Array {
  return octets.map((octet, i) => octet ^ (KEY[(start + i) % KEY.length] ?? 0));
}
