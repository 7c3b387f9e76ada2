/** ICMP (RFC 792; next-hop MTU RFC 1191 §4): echo, destination unreachable, time exceeded; the rest is kept as it came. */
import { internetChecksum } from "./checksum.ts";
import type { IpAddress } from "./ip-address.ts";
import { buildIpv4Packet, type Ipv4Packet } from "./ipv4-packet.ts";
import { PROTOCOL } from "./protocols.ts";
import { putU16, u16At } from "./words.ts";

export type IcmpMessage =
  | {
      readonly kind: "echo-request" | "echo-reply";
      readonly identifier: number;
      readonly sequenceNumber: number;
      readonly data: Uint8Array;
    }
  /** `quoted` is the start of the packet that could not be delivered. `nextHopMtu` is 0 unless fragmentation was needed. */
  | {
      readonly kind: "destination-unreachable";
      readonly code: number;
      readonly nextHopMtu: number;
      readonly quoted: Uint8Array;
    }
  | { readonly kind: "time-exceeded"; readonly code: number; readonly quoted: Uint8Array }
  /** `body` is what follows the checksum. */
  | { readonly kind: "other"; readonly type: number; readonly code: number; readonly body: Uint8Array };

/** Codes of destination unreachable. */
export const UNREACHABLE = {
  NET: 0,
  HOST: 1,
  PROTOCOL: 2,
  PORT: 3,
  FRAGMENTATION_NEEDED: 4,
  SOURCE_ROUTE_FAILED: 5,
  ADMINISTRATIVELY_PROHIBITED: 13,
} as const;

/** The payload of an IPv4 packet of protocol 1. */
export function buildIcmp(message: IcmpMessage): Uint8Array {
  const { type, code, word1, word2, rest } = wireForm(message);
  const bytes = new Uint8Array(8 + rest.length);
  bytes[0] = type;
  bytes[1] = code;
  putU16(bytes, 4, word1);
  putU16(bytes, 6, word2);
  bytes.set(rest, 8);
  // A message of another kind may be shorter than the eight octets of those above.
  const whole = message.kind === "other" ? bytes.subarray(0, 4 + message.body.length) : bytes;
  putU16(whole, 2, internetChecksum(whole));
  return whole;
}

/** The message a whole, unfragmented packet carries; undefined where it is malformed or its checksum is wrong. */
export function parseIcmp(packet: Ipv4Packet): IcmpMessage | undefined {
  const bytes = packet.payload;
  if (packet.protocol !== PROTOCOL.ICMP || packet.fragmentOffset !== 0 || packet.moreFragments)
    return undefined;
  if (bytes.length < 4 || internetChecksum(bytes) !== 0) return undefined;
  const type = bytes[0] ?? 0;
  const code = bytes[1] ?? 0;
  const isKnown =
    type === ECHO_REPLY ||
    type === ECHO_REQUEST ||
    type === DESTINATION_UNREACHABLE ||
    type === TIME_EXCEEDED;
  if (!isKnown) return { kind: "other", type, code, body: bytes.subarray(4) };
  if (bytes.length < 8) return undefined;
  const rest = bytes.subarray(8);
  if (type === DESTINATION_UNREACHABLE) {
    const nextHopMtu = code === UNREACHABLE.FRAGMENTATION_NEEDED ? u16At(bytes, 6) : 0;
    return { kind: "destination-unreachable", code, nextHopMtu, quoted: rest };
  }
  if (type === TIME_EXCEEDED) return { kind: "time-exceeded", code, quoted: rest };
  return {
    kind: type === ECHO_REQUEST ? "echo-request" : "echo-reply",
    identifier: u16At(bytes, 4),
    sequenceNumber: u16At(bytes, 6),
    data: rest,
  };
}

/** The answer of a host that got an echo request: everything comes back. */
export function echoReplyTo(
  request: Extract<IcmpMessage, { kind: "echo-request" | "echo-reply" }>,
): IcmpMessage {
  return { ...request, kind: "echo-reply" };
}

/** An error about a packet without its quotation, which `icmpErrorAbout` adds. */
export type IcmpErrorCause =
  | { readonly kind: "destination-unreachable"; readonly code: number; readonly nextHopMtu: number }
  | { readonly kind: "time-exceeded"; readonly code: number };

/**
 * The whole packet in which `source` tells the sender of `offending` what became of it: with the header and eight
 * octets more (RFC 792). Undefined where no error may be sent (RFC 1122 §3.2.2): about an ICMP error, a later
 * fragment, a packet to many, or one without a single source.
 */
export function icmpErrorAbout(
  offending: Ipv4Packet,
  cause: IcmpErrorCause,
  source: IpAddress,
  identification: number,
): Uint8Array | undefined {
  if (offending.fragmentOffset > 0 || isForMany(offending.destination)) return undefined;
  if (offending.source === "0.0.0.0" || isForMany(offending.source)) return undefined;
  if (offending.protocol === PROTOCOL.ICMP && !isIcmpQuery(offending.payload[0])) return undefined;
  const quoted = offending.bytes.subarray(0, offending.headerLength + 8);
  const destination = offending.source;
  return buildIpv4Packet(
    // Precedence 6, "internetwork control" (RFC 1812 §4.3.2.5).
    { source, destination, protocol: PROTOCOL.ICMP, timeToLive: 255, identification, typeOfService: 0xc0 },
    buildIcmp({ ...cause, quoted }),
  );
}

/** Multicast, class E and limited broadcast; a subnet's broadcast address cannot be told without its mask. */
function isForMany(address: IpAddress): boolean {
  return Number.parseInt(address, 10) >= 224;
}

/** Echo, timestamp, information and address mask, requests and replies. */
function isIcmpQuery(type: number | undefined): boolean {
  return type === ECHO_REPLY || type === ECHO_REQUEST || (type !== undefined && type >= 13 && type <= 18);
}

interface WireForm {
  readonly type: number;
  readonly code: number;
  readonly word1: number;
  readonly word2: number;
  readonly rest: Uint8Array;
}

function wireForm(message: IcmpMessage): WireForm {
  switch (message.kind) {
    case "echo-request":
    case "echo-reply":
      return {
        type: message.kind === "echo-request" ? ECHO_REQUEST : ECHO_REPLY,
        code: 0,
        word1: message.identifier,
        word2: message.sequenceNumber,
        rest: message.data,
      };
    case "destination-unreachable":
      return {
        type: DESTINATION_UNREACHABLE,
        code: message.code,
        word1: 0,
        word2: message.nextHopMtu,
        rest: message.quoted,
      };
    case "time-exceeded":
      return { type: TIME_EXCEEDED, code: message.code, word1: 0, word2: 0, rest: message.quoted };
    case "other":
      return {
        type: message.type,
        code: message.code,
        word1: u16At(message.body, 0),
        word2: u16At(message.body, 2),
        rest: message.body.subarray(4),
      };
  }
}

const ECHO_REPLY = 0;
/** The type. */
export const DESTINATION_UNREACHABLE = 3;
const ECHO_REQUEST = 8;
const TIME_EXCEEDED = 11;
