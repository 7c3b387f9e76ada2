/** The part of IPv4 (RFC 791 §3.1) and IPv6 (RFC 8200 §3, §4) headers that says whose packet it is and what is in it. */
import type { Reader } from "../base/reader.ts";
import { addressText } from "./ip-text.ts";
import { NESTED_HEADERS_MAX } from "./limits.ts";

export interface IpPacket {
  readonly version: 4 | 6;
  readonly source: string;
  readonly destination: string;
  readonly protocol: number;
  /** Set where the packet is a fragment of a larger one. */
  readonly fragment: IpFragment | undefined;
  readonly payload: Reader;
  /** Octets that the header promises and that are not there. */
  readonly missing: number;
}

export interface IpFragment {
  readonly identification: number;
  /** In octets. */
  readonly offset: number;
  readonly moreFollow: boolean;
}

/**
 * The packet at the start of `reader`; what follows its end, such as Ethernet's padding, is left unread. A packet that
 * was captured in part is read as far as it goes.
 */
export function readIpPacket(reader: Reader): IpPacket {
  const first = reader.u8("ip.version");
  switch (first >>> 4) {
    case 4:
      return readIpv4(reader, first & 15);
    case 6:
      return readIpv6(reader);
    default:
      return reader.fail(`${first >>> 4} is not a version of IP`, "ip.version", reader.offset - 1);
  }
}

function readIpv4(reader: Reader, headerWords: number): IpPacket {
  const start = reader.offset - 1;
  const headerLength = headerWords * 4;
  reader.u8("ip.tos");
  const totalLength = reader.u16("ip.totalLength");
  if (headerLength < 20) reader.fail(`a header of ${headerLength} octets`, "ip.headerLength", start);
  // Where the network card cuts packets into segments, what the host hands over says 0.
  const length = totalLength === 0 ? reader.remaining + 4 : totalLength;
  if (length < headerLength)
    reader.fail(`${length} is less than the header's ${headerLength}`, "ip.totalLength", start + 2);
  const identification = reader.u16("ip.identification");
  const flagsAndOffset = reader.u16("ip.fragment");
  reader.u8("ip.ttl");
  const protocol = reader.u8("ip.protocol");
  reader.u16("ip.checksum");
  const source = addressText(reader.bytes("ip.source", 4));
  const destination = addressText(reader.bytes("ip.destination", 4));
  reader.bytes("ip.options", headerLength - 20);
  const offset = (flagsAndOffset & 0x1fff) * 8;
  const moreFollow = (flagsAndOffset & 0x2000) !== 0;
  const fragment = offset > 0 || moreFollow ? { identification, offset, moreFollow } : undefined;
  const { payload, missing } = readPayload(reader, length - headerLength);
  return { version: 4, source, destination, protocol, fragment, payload, missing };
}

function readIpv6(reader: Reader): IpPacket {
  reader.bytes("ip.classAndFlow", 3);
  const payloadLength = reader.u16("ip.payloadLength");
  let protocol = reader.u8("ip.nextHeader");
  reader.u8("ip.hopLimit");
  const source = addressText(reader.bytes("ip.source", 16));
  const destination = addressText(reader.bytes("ip.destination", 16));
  const { payload, missing } = readPayload(reader, payloadLength);
  let fragment: IpFragment | undefined;
  for (let headers = 0; EXTENSION_HEADERS.includes(protocol); headers++) {
    if (headers === NESTED_HEADERS_MAX) payload.fail(`more than ${NESTED_HEADERS_MAX} extension headers`);
    const next = payload.u8("nextHeader");
    const length = payload.u8("headerLength");
    if (protocol === FRAGMENT_HEADER) {
      const flagsAndOffset = payload.u16("fragment");
      const identification = payload.u32("identification");
      const offset = flagsAndOffset & 0xfff8;
      const moreFollow = (flagsAndOffset & 1) !== 0;
      if (offset > 0 || moreFollow) fragment = { identification, offset, moreFollow };
    } else payload.bytes("extension", 6 + length * 8);
    protocol = next;
    if (fragment !== undefined) break;
  }
  return { version: 6, source, destination, protocol, fragment, payload, missing };
}

/** What is there of a payload that should have `length` octets. */
function readPayload(reader: Reader, length: number): Pick<IpPacket, "payload" | "missing"> {
  const available = Math.min(length, reader.remaining);
  return { payload: reader.within("ip.payload", available), missing: length - available };
}

const FRAGMENT_HEADER = 44;
/** Hop-by-hop options, routing, fragment, destination options. */
const EXTENSION_HEADERS: readonly number[] = [0, 43, FRAGMENT_HEADER, 60];
