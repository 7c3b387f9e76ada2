/** Notification payload (RFC 2408 §3.14, figure 15; RFC 2407 §4.6.3): an error or a status, and the SA it is about. */
import { MisuseError } from "../../base/errors.ts";
import type { Reader } from "../../base/reader.ts";
import type { Writer } from "../../base/writer.ts";

export interface Notification {
  readonly kind: "NOTIFY";
  readonly doi: number;
  readonly protocolId: number;
  /** For ISAKMP both cookies or nothing, and without meaning either way (RFC 2408 §3.14). */
  readonly spi: Uint8Array;
  /** See `NOTIFY_TYPE`. */
  readonly notifyType: number;
  readonly data: Uint8Array;
}

export function decodeNotification(reader: Reader): Notification {
  const doi = reader.u32("doi");
  const protocolId = reader.u8("protocolId");
  const spiSize = reader.u8("spiSize");
  const notifyType = reader.u16("type");
  const spi = reader.bytes("spi", spiSize);
  return { kind: "NOTIFY", doi, protocolId, spi, notifyType, data: reader.rest("data") };
}

export function encodeNotification(writer: Writer, payload: Notification): void {
  if (payload.spi.length > 255) throw new MisuseError(`an SPI of ${payload.spi.length} octets`);
  writer.u32(payload.doi);
  writer.u8(payload.protocolId);
  writer.u8(payload.spi.length);
  writer.u16(payload.notifyType);
  writer.bytes(payload.spi);
  writer.bytes(payload.data);
}
