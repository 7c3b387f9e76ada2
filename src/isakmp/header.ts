/** ISAKMP header (RFC 2408 §3.1, figure 2). */
import { MisuseError } from "../base/errors.ts";
import { Reader, type ReaderOptions } from "../base/reader.ts";
import { Writer } from "../base/writer.ts";

export const HEADER_LENGTH = 28;
export const COOKIE_LENGTH = 8;

/** The payloads are encrypted. */
export const FLAG_ENCRYPTION = 1;
/** The peer is to wait for CONNECTED. */
export const FLAG_COMMIT = 2;
/** Authenticated but not encrypted. */
export const FLAG_AUTHENTICATION = 4;

export interface IsakmpHeader {
  readonly initiatorCookie: Uint8Array;
  /** Zero in the first message of an exchange. */
  readonly responderCookie: Uint8Array;
  /** Type of the first payload. */
  readonly nextPayload: number;
  readonly majorVersion: number;
  readonly minorVersion: number;
  readonly exchangeType: number;
  readonly flags: number;
  /** Zero in phase 1. */
  readonly messageId: number;
  /** Of the whole message in octets. */
  readonly length: number;
}

/** The header of the message `bytes`. Only its length is judged: RFC 2408 §5.1 demands that it is that of the message. */
export function decodeHeader(bytes: Uint8Array, options: ReaderOptions = {}): IsakmpHeader {
  const reader = new Reader(bytes.subarray(0, HEADER_LENGTH), { ...options, name: options.name ?? "HDR" });
  const initiatorCookie = reader.bytes("initiatorCookie", COOKIE_LENGTH);
  const responderCookie = reader.bytes("responderCookie", COOKIE_LENGTH);
  const nextPayload = reader.u8("nextPayload");
  const version = reader.u8("version");
  const exchangeType = reader.u8("exchangeType");
  const flags = reader.u8("flags");
  const messageId = reader.u32("messageId");
  const length = reader.u32("length");
  if (length !== bytes.length)
    reader.fail(`says ${length} octets, but the message has ${bytes.length}`, "length", reader.offset - 4);
  return {
    initiatorCookie,
    responderCookie,
    nextPayload,
    majorVersion: version >>> 4,
    minorVersion: version & 15,
    exchangeType,
    flags,
    messageId,
    length,
  };
}

/** The header of a message that has `totalLength` octets with it. */
export function encodeHeader(header: Omit<IsakmpHeader, "length">, totalLength: number): Uint8Array {
  for (const cookie of [header.initiatorCookie, header.responderCookie])
    if (cookie.length !== COOKIE_LENGTH) throw new MisuseError(`a cookie of ${cookie.length} octets`);
  const writer = new Writer(HEADER_LENGTH);
  writer.bytes(header.initiatorCookie);
  writer.bytes(header.responderCookie);
  writer.u8(header.nextPayload);
  writer.u8((header.majorVersion << 4) | header.minorVersion);
  writer.u8(header.exchangeType);
  writer.u8(header.flags);
  writer.u32(header.messageId);
  writer.u32(totalLength);
  return writer.finish();
}
