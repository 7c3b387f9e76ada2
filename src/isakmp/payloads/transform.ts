/** Transform payload (RFC 2408 §3.6, figure 7): one mechanism of a protocol and its attributes. */
import type { Reader } from "../../base/reader.ts";
import type { Writer } from "../../base/writer.ts";
import { type Attribute, decodeAttributes, encodeAttributes } from "../attribute.ts";
import { TRANSFORM_ATTRIBUTES_MAX } from "../limits.ts";

export interface Transform {
  readonly number: number;
  /** Its meaning depends on the proposal's protocol. */
  readonly id: number;
  readonly attributes: readonly Attribute[];
}

export function decodeTransform(reader: Reader): Transform {
  const number = reader.u8("number");
  const id = reader.u8("id");
  const reserved = reader.u16("reserved2");
  if (reserved !== 0) reader.fail(`${reserved} where zero is due`, "reserved2", reader.offset - 2);
  return { number, id, attributes: decodeAttributes(reader, TRANSFORM_ATTRIBUTES_MAX) };
}

export function encodeTransform(writer: Writer, transform: Transform): void {
  writer.u8(transform.number);
  writer.u8(transform.id);
  writer.u16(0);
  encodeAttributes(writer, transform.attributes);
}
