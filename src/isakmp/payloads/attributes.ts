/** Attributes payload of Mode Config and XAUTH (payload 14): what a transaction asks for, answers, sets or acknowledges. */
import type { Reader } from "../../base/reader.ts";
import type { Writer } from "../../base/writer.ts";
import { type Attribute, decodeAttributes, encodeAttributes } from "../attribute.ts";
import { CONFIGURATION_ATTRIBUTES_MAX } from "../limits.ts";

export interface Attributes {
  readonly kind: "ATTRIBUTES";
  /** See `CONFIGURATION_TYPE`. */
  readonly configType: number;
  /** Pairs a reply with its request. */
  readonly identifier: number;
  readonly attributes: readonly Attribute[];
}

export function decodeAttributesPayload(reader: Reader): Attributes {
  const configType = reader.u8("type");
  const reserved = reader.u8("reserved");
  if (reserved !== 0) reader.fail(`${reserved} where zero is due`, "reserved", reader.offset - 1);
  const identifier = reader.u16("identifier");
  const attributes = decodeAttributes(reader, CONFIGURATION_ATTRIBUTES_MAX);
  return { kind: "ATTRIBUTES", configType, identifier, attributes };
}

export function encodeAttributesPayload(writer: Writer, payload: Attributes): void {
  writer.u8(payload.configType);
  writer.u8(0);
  writer.u16(payload.identifier);
  encodeAttributes(writer, payload.attributes);
}
