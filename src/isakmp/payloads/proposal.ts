/** Proposal payload (RFC 2408 §3.5, figure 6): one protocol, the SPI to use with it, and the transforms to choose from. */
import { MisuseError } from "../../base/errors.ts";
import type { Reader } from "../../base/reader.ts";
import type { Writer } from "../../base/writer.ts";
import { readGenericHeader, writeWithGenericHeader } from "../generic-header.ts";
import { PAYLOAD_TYPE } from "../numbers/payload-type.ts";
import { decodeTransform, encodeTransform, type Transform } from "./transform.ts";

export interface Proposal {
  /** Proposals with the same number belong together (RFC 2408 §4.2). */
  readonly number: number;
  readonly protocolId: number;
  /** Empty or to be ignored for ISAKMP. */
  readonly spi: Uint8Array;
  /** At least one, in order of preference. */
  readonly transforms: readonly Transform[];
}

/** The body of a proposal that may have at most `transformsMax` transforms. */
export function decodeProposal(reader: Reader, transformsMax: number): Proposal {
  const number = reader.u8("number");
  const protocolId = reader.u8("protocolId");
  const spiSize = reader.u8("spiSize");
  const count = reader.u8("transformCount");
  const countAt = reader.offset - 1;
  if (count === 0) reader.fail("no transforms", "transformCount", countAt);
  if (count > transformsMax) reader.fail(`${count} transforms are too many`, "transformCount", countAt);
  const spi = reader.bytes("spi", spiSize);
  const transforms: Transform[] = [];
  for (let next: number = PAYLOAD_TYPE.T; next === PAYLOAD_TYPE.T; ) {
    if (transforms.length === count)
      reader.fail(`says ${count}, but transform ${count} announces another`, "transformCount", countAt);
    const name = `transform[${transforms.length}]`;
    const at = reader.offset;
    const { nextPayload, body } = readGenericHeader(reader, name);
    if (nextPayload !== PAYLOAD_TYPE.T && nextPayload !== PAYLOAD_TYPE.NONE)
      reader.fail(`${nextPayload} where only 3 or 0 may follow`, `${name}.nextPayload`, at);
    transforms.push(decodeTransform(body));
    next = nextPayload;
  }
  if (transforms.length !== count)
    reader.fail(`says ${count}, but there are ${transforms.length}`, "transformCount", countAt);
  reader.end();
  return { number, protocolId, spi, transforms };
}

export function encodeProposal(writer: Writer, proposal: Proposal): void {
  const { number, protocolId, spi, transforms } = proposal;
  if (spi.length > 255) throw new MisuseError(`an SPI of ${spi.length} octets`);
  if (transforms.length > 255) throw new MisuseError(`${transforms.length} transforms in one proposal`);
  writer.u8(number);
  writer.u8(protocolId);
  writer.u8(spi.length);
  writer.u8(transforms.length);
  writer.bytes(spi);
  transforms.forEach((transform, i) => {
    const isLast = i === transforms.length - 1;
    writeWithGenericHeader(writer, isLast ? PAYLOAD_TYPE.NONE : PAYLOAD_TYPE.T, (w) =>
      encodeTransform(w, transform),
    );
  });
}
