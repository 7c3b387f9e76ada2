/** Nonce payload (RFC 2408 §3.13, figure 14). RFC 2409 §5 limits it to 8 to 256 octets, unless it is encrypted to an RSA key. */
import type { Reader } from "../../base/reader.ts";
import type { Writer } from "../../base/writer.ts";

export interface Nonce {
  readonly kind: "NONCE";
  readonly data: Uint8Array;
}

export function decodeNonce(reader: Reader): Nonce {
  return { kind: "NONCE", data: reader.rest("data") };
}

export function encodeNonce(writer: Writer, payload: Nonce): void {
  writer.bytes(payload.data);
}
