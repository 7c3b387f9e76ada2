/** Certificate payload (RFC 2408 §3.9, figure 10). */
import type { Reader } from "../../base/reader.ts";
import type { Writer } from "../../base/writer.ts";

export interface Certificate {
  readonly kind: "CERT";
  /** See `CERTIFICATE_ENCODING`. */
  readonly encoding: number;
  readonly data: Uint8Array;
}

export function decodeCertificate(reader: Reader): Certificate {
  return { kind: "CERT", encoding: reader.u8("encoding"), data: reader.rest("data") };
}

export function encodeCertificate(writer: Writer, payload: Certificate): void {
  writer.u8(payload.encoding);
  writer.bytes(payload.data);
}
