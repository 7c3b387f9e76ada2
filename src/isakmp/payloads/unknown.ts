/** A payload of a type we do not know, or whose body cannot be read: kept as it came. */
import type { Reader } from "../../base/reader.ts";
import type { Writer } from "../../base/writer.ts";

export interface Unknown {
  readonly kind: "unknown";
  readonly payloadType: number;
  readonly body: Uint8Array;
}

export function decodeUnknown(reader: Reader, payloadType: number): Unknown {
  return { kind: "unknown", payloadType, body: reader.rest("body") };
}

export function encodeUnknown(writer: Writer, payload: Unknown): void {
  writer.bytes(payload.body);
}
