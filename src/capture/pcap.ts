/** The classic pcap format: a file header, then packets one after the other, all in the byte order of the writer. */
import { Reader } from "../base/reader.ts";
import { type ByteOrder, u16, u32 } from "./byte-order.ts";
import type { CapturedFrame } from "./captured-frame.ts";

/** The frames of a pcap file. Throws MalformedError where the file breaks off; the frames before are good. */
export function* readPcap(bytes: Uint8Array): Generator<CapturedFrame> {
  const reader = new Reader(bytes, { name: "pcap" });
  const { order, ticksPerMicrosecond } =
    FORMATS.get(reader.u32("magic")) ?? reader.fail("not the magic number of a pcap file", "magic", 0);
  const major = u16(reader, "majorVersion", order);
  if (major !== 2) reader.fail(`version ${major} is not 2`, "majorVersion", 4);
  reader.bytes("minorVersionAndTimeZone", 10);
  reader.bytes("snapshotLength", 4);
  // The upper half tells the length of a frame check sequence, if there is one.
  const linkType = u32(reader, "linkType", order) & 0xffff;
  for (let number = 1; reader.remaining > 0; number++) {
    const name = `packet[${number}]`;
    const seconds = u32(reader, `${name}.seconds`, order);
    const ticks = u32(reader, `${name}.fraction`, order);
    const length = u32(reader, `${name}.capturedLength`, order);
    const originalLength = u32(reader, `${name}.originalLength`, order);
    const timestampMicroseconds = seconds * 1e6 + Math.floor(ticks / ticksPerMicrosecond);
    const data = reader.bytes(`${name}.data`, length);
    yield { number, timestampMicroseconds, linkType, bytes: data, originalLength };
  }
}

export function isPcap(bytes: Uint8Array): boolean {
  return bytes.length >= 4 && FORMATS.has(new DataView(bytes.buffer, bytes.byteOffset).getUint32(0));
}

interface Format {
  readonly order: ByteOrder;
  readonly ticksPerMicrosecond: number;
}

/** By the first four octets in network order. */
const FORMATS: ReadonlyMap<number, Format> = new Map([
  [0xa1b2c3d4, { order: "big", ticksPerMicrosecond: 1 }],
  [0xd4c3b2a1, { order: "little", ticksPerMicrosecond: 1 }],
  [0xa1b23c4d, { order: "big", ticksPerMicrosecond: 1000 }],
  [0x4d3cb2a1, { order: "little", ticksPerMicrosecond: 1000 }],
]);
