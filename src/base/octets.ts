/** Small functions over octet strings: text forms, joining, comparing. */
import { MisuseError } from "./errors.ts";

/** Lower-case hexadecimal, two digits an octet. */
export function hex(bytes: Uint8Array): string {
  // Joined at once: a string that grows by appending keeps every step of its growth.
  const digits = new Array<string>(bytes.length);
  for (let i = 0; i < bytes.length; i++) digits[i] = DIGITS[bytes[i] ?? 0] ?? "";
  return digits.join("");
}

const DIGITS: readonly string[] = Array.from({ length: 256 }, (_, octet) =>
  octet.toString(16).padStart(2, "0"),
);

/** The octets of a hexadecimal text; white space and `:` between digits are ignored. */
export function fromHex(text: string): Uint8Array {
  const digits = text.replace(/[\s:]/g, "");
  if (!/^([0-9a-fA-F]{2})*$/.test(digits))
    throw new MisuseError(`not hexadecimal octets: ${text.slice(0, 40)}`);
  const bytes = new Uint8Array(digits.length / 2);
  for (let i = 0; i < bytes.length; i++) bytes[i] = Number.parseInt(digits.slice(i * 2, i * 2 + 2), 16);
  return bytes;
}

/**
 * The same octets as a plain Uint8Array. What comes from Node may be a Buffer, whose `slice` shares memory where a
 * Uint8Array's copies: whoever takes octets from outside takes them through here.
 */
export function plain(bytes: Uint8Array): Uint8Array {
  return bytes.constructor === Uint8Array
    ? bytes
    : new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/**
 * The same octets, packed: one character each. For what is kept by the ten thousand: a Uint8Array takes 200 octets more than
 * what is in it, a string 16.
 */
export function packed(bytes: Uint8Array): string {
  let text = "";
  for (let at = 0; at < bytes.length; at += PACKED_AT_ONCE)
    text += fromCharCodes(bytes.subarray(at, at + PACKED_AT_ONCE));
  return text;
}

/** What `packed` has packed, in an array of its own. */
export function unpacked(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  return bytes;
}

/** Without spreading, which takes eight times as long. */
function fromCharCodes(codes: Uint8Array): string {
  return String.fromCharCode.apply(undefined, codes as unknown as number[]); // takes whatever is like an array
}

/** Arguments of a call, which are no more than the stack takes. */
const PACKED_AT_ONCE = 1024;

export function utf8(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

export function concat(...parts: readonly Uint8Array[]): Uint8Array {
  let length = 0;
  for (const part of parts) length += part.length;
  const joined = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}

/** Equality of public octets. For secrets and authenticators: `constantTimeEqual`. */
export function equal(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}

/** Equality whose time depends on the length alone. */
export function constantTimeEqual(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  let difference = 0;
  for (let i = 0; i < a.length; i++) difference |= (a[i] ?? 0) ^ (b[i] ?? 0);
  return difference === 0;
}

export function isZero(bytes: Uint8Array): boolean {
  return bytes.every((byte) => byte === 0);
}

/** A 32-bit number as four octets in network order. */
export function u32Octets(value: number): Uint8Array {
  return Uint8Array.of(value >>> 24, value >>> 16, value >>> 8, value);
}

/** A 16-bit number as two octets in network order. */
export function u16Octets(value: number): Uint8Array {
  return Uint8Array.of(value >>> 8, value);
}
