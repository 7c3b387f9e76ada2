/** Writing the Distinguished Encoding Rules (X.690): each function gives one whole element. */

import { MisuseError } from "../base/errors.ts";
import { concat, utf8 } from "../base/octets.ts";
import { TAG } from "./der-reader.ts";

export function derElement(tag: number, ...contents: readonly Uint8Array[]): Uint8Array {
  const content = concat(...contents);
  return concat(Uint8Array.of(tag), lengthOctets(content.length), content);
}

export function derSequence(...elements: readonly Uint8Array[]): Uint8Array {
  return derElement(TAG.SEQUENCE, ...elements);
}

/** A number that is not negative, big-endian. */
export function derUnsigned(number: Uint8Array): Uint8Array {
  const at = number.findIndex((octet) => octet !== 0);
  const digits = at < 0 ? Uint8Array.of(0) : number.subarray(at);
  return derElement(TAG.INTEGER, (digits[0] ?? 0) >= 0x80 ? concat(Uint8Array.of(0), digits) : digits);
}

export function derNull(): Uint8Array {
  return derElement(TAG.NULL);
}

export function derBitOctets(octets: Uint8Array): Uint8Array {
  return derElement(TAG.BIT_STRING, Uint8Array.of(0), octets);
}

/** Of the form `1.2.840.113549`. */
export function derObjectIdentifier(dotted: string): Uint8Array {
  const [top = 0, second = 0, ...arcs] = dotted.split(".").map(Number);
  if (!/^[0-2](\.\d+)+$/.test(dotted)) throw new MisuseError(`${dotted} is no object identifier`);
  return derElement(TAG.OBJECT_IDENTIFIER, ...[top * 40 + second, ...arcs].map(base128));
}

export function derPrintableString(text: string): Uint8Array {
  return derElement(TAG.PRINTABLE_STRING, utf8(text));
}

function base128(value: number): Uint8Array {
  const digits = [value % 128];
  for (let rest = Math.floor(value / 128); rest > 0; rest = Math.floor(rest / 128))
    digits.unshift((rest % 128) + 128);
  return Uint8Array.from(digits);
}

function lengthOctets(length: number): Uint8Array {
  if (length < 0x80) return Uint8Array.of(length);
  const digits: number[] = [];
  for (let rest = length; rest > 0; rest = Math.floor(rest / 256)) digits.unshift(rest % 256);
  return Uint8Array.of(0x80 + digits.length, ...digits);
}
