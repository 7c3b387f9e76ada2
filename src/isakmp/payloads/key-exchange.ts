/** Key Exchange payload (RFC 2408 §3.7, figure 8): the sender's Diffie-Hellman public value. */
import type { Reader } from "../../base/reader.ts";
import type { Writer } from "../../base/writer.ts";

export interface KeyExchange {
  readonly kind: "KE";
  /** As long as the group's prime, or both coordinates of a point. Not checked here: the group is not known here. */
  readonly publicValue: Uint8Array;
}

export function decodeKeyExchange(reader: Reader): KeyExchange {
  return { kind: "KE", publicValue: reader.rest("publicValue") };
}

export function encodeKeyExchange(writer: Writer, payload: KeyExchange): void {
  writer.bytes(payload.publicValue);
}
