/**
 * Cisco's fragment payload (132): a piece of an ISAKMP message that was too long for one datagram, the original's header
 * included. The message around it has the cookies of the original, message id 0 and this payload alone.
 */
import type { Reader } from "../../base/reader.ts";
import type { Writer } from "../../base/writer.ts";

export interface Fragment {
  readonly kind: "FRAGMENT";
  /** The same in all fragments of one message. */
  readonly fragmentId: number;
  /** From 1. */
  readonly number: number;
  readonly isLast: boolean;
  /** At least one octet. */
  readonly data: Uint8Array;
}

export function decodeFragment(reader: Reader): Fragment {
  const fragmentId = reader.u16("fragmentId");
  const number = reader.u8("number");
  if (number === 0) reader.fail("fragments are numbered from 1", "number", reader.offset - 1);
  const flags = reader.u8("flags");
  if ((flags & ~FLAG_LAST) !== 0)
    reader.fail(`unknown bits in 0x${flags.toString(16)}`, "flags", reader.offset - 1);
  if (reader.remaining === 0) reader.fail("carries nothing", "data");
  return { kind: "FRAGMENT", fragmentId, number, isLast: flags === FLAG_LAST, data: reader.rest("data") };
}

export function encodeFragment(writer: Writer, payload: Fragment): void {
  writer.u16(payload.fragmentId);
  writer.u8(payload.number);
  writer.u8(payload.isLast ? FLAG_LAST : 0);
  writer.bytes(payload.data);
}

const FLAG_LAST = 1;
