/**
 * The pcapng format: blocks of a type, a length and a body. A section begins with its byte order; interfaces say what
 * their packets begin with and how their clock counts; packets name their interface. Other blocks are passed over.
 */
import { Reader } from "../base/reader.ts";
import { type ByteOrder, u16, u32 } from "./byte-order.ts";
import type { CapturedFrame } from "./captured-frame.ts";
import { INTERFACES_MAX } from "./limits.ts";

/** The frames of a pcapng file. Throws MalformedError where the file breaks off; the frames before are good. */
export function* readPcapng(bytes: Uint8Array): Generator<CapturedFrame> {
  const reader = new Reader(bytes, { name: "pcapng" });
  let order: ByteOrder = "big";
  let interfaces: Interface[] = [];
  let number = 0;
  for (let block = 0; reader.remaining > 0; block++) {
    const name = `block[${block}]`;
    const at = reader.offset;
    if (isSectionHeader(bytes, at)) {
      order = byteOrderOf(reader, bytes, at);
      interfaces = [];
    } else if (block === 0) reader.fail("not the section header of a pcapng file", name, at);
    const { type, body } = readBlock(reader, name, order);
    if (type === BLOCK.INTERFACE) {
      if (interfaces.length === INTERFACES_MAX)
        reader.fail(`more than ${INTERFACES_MAX} interfaces`, name, at);
      interfaces.push(readInterface(body, order));
    }
    const packet = readPacket(type, body, order, interfaces);
    if (packet === undefined) continue;
    number += 1;
    yield { number, ...packet };
  }
}

export function isPcapng(bytes: Uint8Array): boolean {
  return isSectionHeader(bytes, 0);
}

interface Interface {
  readonly linkType: number;
  readonly snapshotLength: number;
  readonly ticksPerSecond: bigint;
  readonly offsetSeconds: number;
}

/** The type of a section header reads the same in both byte orders, as its order is not known yet. */
function isSectionHeader(bytes: Uint8Array, at: number): boolean {
  return (
    bytes.length >= at + 4 &&
    new DataView(bytes.buffer, bytes.byteOffset).getUint32(at) === BLOCK.SECTION_HEADER
  );
}

function byteOrderOf(reader: Reader, bytes: Uint8Array, at: number): ByteOrder {
  if (bytes.length < at + 12) reader.fail("a section header without byte order", "byteOrderMagic", at + 8);
  const magic = new DataView(bytes.buffer, bytes.byteOffset).getUint32(at + 8);
  if (magic === BYTE_ORDER_MAGIC) return "big";
  if (magic !== BYTE_ORDER_MAGIC_SWAPPED)
    reader.fail(`0x${magic.toString(16)} is not a byte order`, "byteOrderMagic", at + 8);
  return "little";
}

/** Type, length, body, and the length again. */
function readBlock(
  reader: Reader,
  name: string,
  order: ByteOrder,
): { readonly type: number; readonly body: Reader } {
  const type = u32(reader, `${name}.type`, order);
  const lengthAt = reader.offset;
  const length = u32(reader, `${name}.length`, order);
  if (length < 12 || length % 4 !== 0)
    reader.fail(`a block of ${length} octets cannot be`, `${name}.length`, lengthAt);
  const body = reader.within(name, length - 12);
  const again = u32(reader, `${name}.lengthAgain`, order);
  if (again !== length)
    reader.fail(`${again}, but ${length} before the block`, `${name}.lengthAgain`, reader.offset - 4);
  return { type, body };
}

function readInterface(body: Reader, order: ByteOrder): Interface {
  const linkType = u16(body, "linkType", order);
  body.bytes("reserved", 2);
  const snapshotLength = u32(body, "snapshotLength", order);
  let ticksPerSecond = 1_000_000n;
  let offsetSeconds = 0;
  while (body.remaining > 0) {
    const code = u16(body, "option.code", order);
    const length = u16(body, "option.length", order);
    if (code === OPTION.END) break;
    const value = body.within("option.value", length);
    body.bytes("option.padding", Math.min(-length & 3, body.remaining));
    if (code === OPTION.TIMESTAMP_RESOLUTION) ticksPerSecond = ticksOf(value.u8("resolution"));
    if (code === OPTION.TIMESTAMP_OFFSET) offsetSeconds = secondsOf(value, order);
  }
  return { linkType, snapshotLength, ticksPerSecond, offsetSeconds };
}

/** The top bit says whether the rest is a negative power of 2 or of 10. */
function ticksOf(resolution: number): bigint {
  return (resolution & 0x80) !== 0 ? 2n ** BigInt(resolution & 0x7f) : 10n ** BigInt(resolution);
}

/** A signed 64-bit count; only its lower half matters to any date. */
function secondsOf(value: Reader, order: ByteOrder): number {
  const first = u32(value, "first", order);
  const second = u32(value, "second", order);
  return (order === "big" ? second : first) | 0;
}

function readPacket(
  type: number,
  body: Reader,
  order: ByteOrder,
  interfaces: readonly Interface[],
): Omit<CapturedFrame, "number"> | undefined {
  switch (type) {
    case BLOCK.ENHANCED_PACKET:
      return readTimedPacket(body, order, interfaces, u32(body, "interface", order));
    case BLOCK.PACKET: {
      const index = u16(body, "interface", order);
      body.bytes("drops", 2);
      return readTimedPacket(body, order, interfaces, index);
    }
    case BLOCK.SIMPLE_PACKET: {
      const { linkType, snapshotLength } = interfaceAt(body, interfaces, 0);
      const originalLength = u32(body, "originalLength", order);
      const limit = snapshotLength === 0 ? originalLength : Math.min(originalLength, snapshotLength);
      const bytes = body.bytes("data", limit);
      return { timestampMicroseconds: 0, linkType, bytes, originalLength };
    }
    default:
      return undefined;
  }
}

function readTimedPacket(
  body: Reader,
  order: ByteOrder,
  interfaces: readonly Interface[],
  index: number,
): Omit<CapturedFrame, "number"> {
  const { linkType, ticksPerSecond, offsetSeconds } = interfaceAt(body, interfaces, index);
  const upper = u32(body, "timestampUpper", order);
  const lower = u32(body, "timestampLower", order);
  const ticks = BigInt(upper) * 2n ** 32n + BigInt(lower);
  const capturedLength = u32(body, "capturedLength", order);
  const originalLength = u32(body, "originalLength", order);
  const bytes = body.bytes("data", capturedLength);
  const timestampMicroseconds = Number((ticks * 1_000_000n) / ticksPerSecond) + offsetSeconds * 1e6;
  return { timestampMicroseconds, linkType, bytes, originalLength };
}

function interfaceAt(body: Reader, interfaces: readonly Interface[], index: number): Interface {
  return interfaces[index] ?? body.fail(`interface ${index} is not described`, "interface");
}

const BLOCK = {
  SECTION_HEADER: 0x0a0d0d0a,
  INTERFACE: 1,
  PACKET: 2,
  SIMPLE_PACKET: 3,
  ENHANCED_PACKET: 6,
} as const;

const OPTION = { END: 0, TIMESTAMP_RESOLUTION: 9, TIMESTAMP_OFFSET: 14 } as const;

const BYTE_ORDER_MAGIC = 0x1a2b3c4d;
const BYTE_ORDER_MAGIC_SWAPPED = 0x4d3c2b1a;
