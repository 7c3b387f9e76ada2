/** Certificate Request payload (RFC 2408 §3.10, figure 11). */
import type { Reader } from "../../base/reader.ts";
import type { Writer } from "../../base/writer.ts";

export interface CertificateRequest {
  readonly kind: "CERTREQ";
  /** See `CERTIFICATE_ENCODING`. */
  readonly certificateType: number;
  /** For X.509 the DER name of the authority; empty when any will do. */
  readonly authority: Uint8Array;
}

export function decodeCertificateRequest(reader: Reader): CertificateRequest {
  return {
    kind: "CERTREQ",
    certificateType: reader.u8("certificateType"),
    authority: reader.rest("authority"),
  };
}

export function encodeCertificateRequest(writer: Writer, payload: CertificateRequest): void {
  writer.u8(payload.certificateType);
  writer.bytes(payload.authority);
}
