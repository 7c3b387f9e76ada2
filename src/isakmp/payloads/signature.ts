/** Signature payload (RFC 2408 §3.12, figure 13). */
import type { Reader } from "../../base/reader.ts";
import type { Writer } from "../../base/writer.ts";

export interface Signature {
  readonly kind: "SIG";
  readonly data: Uint8Array;
}

export function decodeSignature(reader: Reader): Signature {
  return { kind: "SIG", data: reader.rest("data") };
}

export function encodeSignature(writer: Writer, payload: Signature): void {
  writer.bytes(payload.data);
}
