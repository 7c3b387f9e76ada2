/** The four octets that open every payload, proposal and transform (RFC 2408 §3.2, figure 3). */
import type { Reader } from "../base/reader.ts";
import type { Writer } from "../base/writer.ts";

export const GENERIC_HEADER_LENGTH = 4;

/** What follows, and a reader confined to the body. */
export interface GenericHeader {
  readonly nextPayload: number;
  readonly body: Reader;
}

/** Reads the header of the payload called `name` and skips its body. RFC 2408 §5.3: the reserved octet must be zero. */
export function readGenericHeader(reader: Reader, name: string): GenericHeader {
  const nextPayload = reader.u8(`${name}.nextPayload`);
  const reserved = reader.u8(`${name}.reserved`);
  if (reserved !== 0) reader.fail(`${reserved} where zero is due`, `${name}.reserved`, reader.offset - 1);
  const left = reader.remaining + 2;
  const length = reader.u16(`${name}.length`);
  if (length < GENERIC_HEADER_LENGTH)
    reader.fail(
      `a length of ${length} is shorter than the header itself`,
      `${name}.length`,
      reader.offset - 2,
    );
  if (length > left)
    reader.fail(`a length of ${length}, but ${left} bytes are left`, `${name}.length`, reader.offset - 2);
  return { nextPayload, body: reader.within(name, length - GENERIC_HEADER_LENGTH) };
}

/** Writes a header and what `body` writes. */
export function writeWithGenericHeader(
  writer: Writer,
  nextPayload: number,
  body: (writer: Writer) => void,
): void {
  writer.u8(nextPayload);
  writer.u8(0);
  writer.lengthPrefixed16(body, GENERIC_HEADER_LENGTH);
}
