/** Netlink's framing (netlink(7)): messages and attributes, numbers in the machine's order, all padded to four octets. */
import { concat } from "../../../base/octets.ts";

export interface NetlinkMessage {
  readonly type: number;
  readonly flags: number;
  readonly sequence: number;
  readonly body: Uint8Array;
}

export function encodeMessage({ type, flags, sequence, body }: NetlinkMessage): Uint8Array {
  const bytes = new Uint8Array(aligned(HEADER + body.length));
  const view = new DataView(bytes.buffer);
  view.setUint32(0, HEADER + body.length, true);
  view.setUint16(4, type, true);
  view.setUint16(6, flags, true);
  view.setUint32(8, sequence, true);
  bytes.set(body, HEADER);
  return bytes;
}

/** What one read from a netlink socket gave. A message that does not fit in it ends the list. */
export function decodeMessages(bytes: Uint8Array): readonly NetlinkMessage[] {
  const messages: NetlinkMessage[] = [];
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  for (let at = 0; at + HEADER <= bytes.length; ) {
    const length = view.getUint32(at, true);
    if (length < HEADER || at + length > bytes.length) break;
    messages.push({
      type: view.getUint16(at + 4, true),
      flags: view.getUint16(at + 6, true),
      sequence: view.getUint32(at + 8, true),
      body: bytes.subarray(at + HEADER, at + length),
    });
    at += aligned(length);
  }
  return messages;
}

export function attribute(type: number, value: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(aligned(ATTRIBUTE_HEADER + value.length));
  const view = new DataView(bytes.buffer);
  view.setUint16(0, ATTRIBUTE_HEADER + value.length, true);
  view.setUint16(2, type, true);
  bytes.set(value, ATTRIBUTE_HEADER);
  return bytes;
}

/** By type. What does not fit ends them. */
export function attributesOf(bytes: Uint8Array): ReadonlyMap<number, Uint8Array> {
  const attributes = new Map<number, Uint8Array>();
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  for (let at = 0; at + ATTRIBUTE_HEADER <= bytes.length; ) {
    const length = view.getUint16(at, true);
    if (length < ATTRIBUTE_HEADER || at + length > bytes.length) break;
    attributes.set(
      view.getUint16(at + 2, true) & TYPE_BITS,
      bytes.subarray(at + ATTRIBUTE_HEADER, at + length),
    );
    at += aligned(length);
  }
  return attributes;
}

/** A fixed part, padded, and attributes behind it. */
export function withAttributes(fixed: Uint8Array, ...attributes: readonly Uint8Array[]): Uint8Array {
  return concat(fixed, new Uint8Array(aligned(fixed.length) - fixed.length), ...attributes);
}

export const NETLINK_FLAGS = {
  request: 1,
  acknowledge: 4,
  dump: 0x300,
} as const;

export const NETLINK_TYPES = {
  error: 2,
  done: 3,
} as const;

function aligned(length: number): number {
  return (length + 3) & ~3;
}

const HEADER = 16;
const ATTRIBUTE_HEADER = 4;
/** Without the bits that say that an attribute is nested or in network order. */
const TYPE_BITS = 0x3fff;
