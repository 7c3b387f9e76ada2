/** Delete payload (RFC 2408 §3.15, figure 16): SPIs of one protocol that the sender has removed. */
import { MisuseError } from "../../base/errors.ts";
import type { Reader } from "../../base/reader.ts";
import type { Writer } from "../../base/writer.ts";
import { SPIS_MAX } from "../limits.ts";

export interface Delete {
  readonly kind: "DELETE";
  readonly doi: number;
  readonly protocolId: number;
  /** Octets of each SPI: 16 for ISAKMP (both cookies), 4 for AH and ESP. */
  readonly spiSize: number;
  readonly spis: readonly Uint8Array[];
}

export function decodeDelete(reader: Reader): Delete {
  const doi = reader.u32("doi");
  const protocolId = reader.u8("protocolId");
  const spiSize = reader.u8("spiSize");
  const count = reader.u16("spiCount");
  const countAt = reader.offset - 2;
  if (spiSize === 0 && count > 0) reader.fail(`${count} SPIs of no octets`, "spiCount", countAt);
  if (count > SPIS_MAX) reader.fail(`more than ${SPIS_MAX} SPIs`, "spiCount", countAt);
  if (count * spiSize !== reader.remaining)
    reader.fail(
      `${count} SPIs of ${spiSize} octets, but ${reader.remaining} bytes are left`,
      "spiCount",
      countAt,
    );
  const spis: Uint8Array[] = [];
  while (spis.length < count) spis.push(reader.bytes(`spi[${spis.length}]`, spiSize));
  return { kind: "DELETE", doi, protocolId, spiSize, spis };
}

export function encodeDelete(writer: Writer, payload: Delete): void {
  writer.u32(payload.doi);
  writer.u8(payload.protocolId);
  writer.u8(payload.spiSize);
  writer.u16(payload.spis.length);
  for (const spi of payload.spis) {
    if (spi.length !== payload.spiSize)
      throw new MisuseError(`an SPI of ${spi.length} octets where each has ${payload.spiSize}`);
    writer.bytes(spi);
  }
}
