/** Hash payload (RFC 2408 §3.11, figure 12): output of the negotiated prf or hash. */
import type { Reader } from "../../base/reader.ts";
import type { Writer } from "../../base/writer.ts";

export interface Hash {
  readonly kind: "HASH";
  readonly data: Uint8Array;
}

export function decodeHash(reader: Reader): Hash {
  return { kind: "HASH", data: reader.rest("data") };
}

export function encodeHash(writer: Writer, payload: Hash): void {
  writer.bytes(payload.data);
}
