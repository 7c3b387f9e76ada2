/**
 * Data attributes (RFC 2408 §3.3, figure 4): a 15-bit type, and either two octets of value ("basic", the format bit is
 * set) or a length and that many octets ("variable").
 */
import { MisuseError } from "../base/errors.ts";
import { u16Octets, u32Octets } from "../base/octets.ts";
import type { Reader } from "../base/reader.ts";
import type { Writer } from "../base/writer.ts";

export interface Attribute {
  /** 0 to 32767. */
  readonly type: number;
  readonly encoding: "basic" | "variable";
  /** Two octets when basic. */
  readonly value: Uint8Array;
}

/** Attributes up to the end of `reader`, at most `max`. */
export function decodeAttributes(reader: Reader, max: number): Attribute[] {
  const attributes: Attribute[] = [];
  while (reader.remaining > 0) {
    const name = `attribute[${attributes.length}]`;
    if (attributes.length === max) reader.fail(`more than ${max} attributes`, name);
    attributes.push(decodeAttribute(reader, name));
  }
  return attributes;
}

export function encodeAttributes(writer: Writer, attributes: readonly Attribute[]): void {
  for (const { type, encoding, value } of attributes) {
    if (type < 0 || type >= FORMAT_BIT)
      throw new MisuseError(`attribute type ${type} does not fit in 15 bits`);
    if (encoding === "basic") {
      if (value.length !== 2) throw new MisuseError(`a basic attribute has 2 octets, not ${value.length}`);
      writer.u16(type | FORMAT_BIT);
      writer.bytes(value);
    } else {
      writer.u16(type);
      writer.lengthPrefixed16((w) => w.bytes(value));
    }
  }
}

/** The value as an unsigned number, or undefined where it is empty or needs more than 48 bits. */
export function attributeNumber(attribute: Attribute): number | undefined {
  if (attribute.value.length === 0) return undefined;
  let number = 0;
  for (const octet of attribute.value) {
    number = number * 256 + octet;
    if (number >= 2 ** 48) return undefined;
  }
  return number;
}

/** An attribute with a 16-bit value. */
export function basicAttribute(type: number, value: number): Attribute {
  if (!Number.isInteger(value) || value < 0 || value > 0xffff)
    throw new MisuseError(`${value} does not fit in a basic attribute`);
  return { type, encoding: "basic", value: u16Octets(value) };
}

/** An attribute with a length; a number becomes four octets. */
export function variableAttribute(type: number, value: number | Uint8Array): Attribute {
  if (typeof value !== "number") return { type, encoding: "variable", value };
  if (!Number.isInteger(value) || value < 0 || value > 0xffffffff)
    throw new MisuseError(`${value} does not fit in four octets`);
  return { type, encoding: "variable", value: u32Octets(value) };
}

function decodeAttribute(reader: Reader, name: string): Attribute {
  const formatAndType = reader.u16(`${name}.type`);
  const type = formatAndType & ~FORMAT_BIT;
  if ((formatAndType & FORMAT_BIT) !== 0)
    return { type, encoding: "basic", value: reader.bytes(`${name}.value`, 2) };
  const length = reader.u16(`${name}.length`);
  return { type, encoding: "variable", value: reader.bytes(`${name}.value`, length) };
}

const FORMAT_BIT = 0x8000;
