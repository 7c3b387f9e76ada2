/**
 * What address translation does to a packet: other addresses, ports or echo identifier, and the checksums that cover them
 * (RFC 3022 §4.1); in ICMP errors the packet they quote too (§4.3).
 */
import { internetChecksum, updatedChecksum } from "./checksum.ts";
import { type IpAddress, ipv4FromNumber, ipv4ToNumber } from "./ip-address.ts";
import type { Ipv4Packet } from "./ipv4-packet.ts";
import { PROTOCOL } from "./protocols.ts";
import { putU16, putU32, u16At, u32At } from "./words.ts";

/** One end of a conversation. The port is the identifier where the protocol is ICMP, 0 where there is none. */
export interface ConversationEnd {
  readonly address: IpAddress;
  readonly port: number;
}

/** Who speaks with whom, as translation tells conversations apart. */
export interface Conversation {
  readonly protocol: number;
  readonly source: ConversationEnd;
  readonly destination: ConversationEnd;
}

/**
 * Of a whole packet. An ICMP error belongs to the conversation of the packet that it quotes, seen from its sender:
 * `isError`, its source is where the quoted packet went.
 */
export function conversationOf({
  bytes,
  payload,
}: Pick<Ipv4Packet, "bytes" | "payload">): Conversation & { readonly isError: boolean } {
  const outer = conversationIn(bytes);
  if (outer.protocol !== PROTOCOL.ICMP || !isIcmpError(payload) || payload.length < QUOTED_MIN)
    return { ...outer, isError: false };
  const quoted = conversationIn(payload.subarray(ICMP_HEADER_LENGTH));
  return {
    protocol: quoted.protocol,
    source: quoted.destination,
    destination: quoted.source,
    isError: true,
  };
}

/**
 * The packet with another source or destination; in an ICMP error the quoted packet is changed the other way round. The
 * sender of an error keeps its own address unless it is the one that is changed.
 */
export function readdressed(
  packet: Ipv4Packet,
  side: "source" | "destination",
  to: ConversationEnd,
): Uint8Array {
  const bytes = packet.bytes.slice();
  const { payload, headerLength } = packet;
  const before = conversationOf(packet);
  const from = before[side];
  if (!before.isError) {
    change(bytes, side, to);
    return bytes;
  }
  const own = ipv4FromNumber(u32At(bytes, ADDRESS_AT[side]));
  if (own === from.address) changeAddress(bytes, side, to.address);
  const icmp = bytes.subarray(headerLength, headerLength + payload.length);
  change(icmp.subarray(ICMP_HEADER_LENGTH), side === "source" ? "destination" : "source", to);
  putU16(icmp, 2, 0);
  putU16(icmp, 2, internetChecksum(icmp));
  return bytes;
}

function conversationIn(bytes: Uint8Array): Conversation {
  const headerLength = ((bytes[0] ?? 0) & 15) * 4;
  const protocol = bytes[9] ?? 0;
  const portAt = (side: Side) => {
    const at = PORT_AT[protocol]?.[side];
    return at === undefined || !hasPort(bytes, headerLength) ? 0 : u16At(bytes, headerLength + at);
  };
  const end = (side: Side) => ({
    address: ipv4FromNumber(u32At(bytes, ADDRESS_AT[side])),
    port: portAt(side),
  });
  return { protocol, source: end("source"), destination: end("destination") };
}

/** A whole packet, or as much of one as an error quotes. */
function change(bytes: Uint8Array, side: Side, { address, port }: ConversationEnd): void {
  const headerLength = ((bytes[0] ?? 0) & 15) * 4;
  const protocol = bytes[9] ?? 0;
  const addressBefore = u32At(bytes, ADDRESS_AT[side]);
  changeAddress(bytes, side, address);
  const at = PORT_AT[protocol]?.[side];
  if (at === undefined || !hasPort(bytes, headerLength)) return;
  const portBefore = u16At(bytes, headerLength + at);
  putU16(bytes, headerLength + at, port);
  const checksumAt = headerLength + (CHECKSUM_AT[protocol] ?? 0);
  if (checksumAt + 2 > bytes.length) return;
  const checksum = u16At(bytes, checksumAt);
  if (protocol === PROTOCOL.UDP && checksum === 0) return;
  const ofPort = updatedChecksum(checksum, portBefore, port);
  // ICMP's checksum does not cover the addresses.
  const updated =
    protocol === PROTOCOL.ICMP ? ofPort : updatedForAddress(ofPort, addressBefore, ipv4ToNumber(address));
  putU16(bytes, checksumAt, protocol === PROTOCOL.UDP && updated === 0 ? 0xffff : updated);
}

function changeAddress(bytes: Uint8Array, side: Side, address: IpAddress): void {
  const before = u32At(bytes, ADDRESS_AT[side]);
  const after = ipv4ToNumber(address);
  putU32(bytes, ADDRESS_AT[side], after);
  putU16(bytes, 10, updatedForAddress(u16At(bytes, 10), before, after));
}

function updatedForAddress(checksum: number, before: number, after: number): number {
  const high = updatedChecksum(checksum, before >>> 16, after >>> 16);
  return updatedChecksum(high, before & 0xffff, after & 0xffff);
}

/** Of ICMP only echoes have an identifier. */
function hasPort(bytes: Uint8Array, headerLength: number): boolean {
  if ((u16At(bytes, 6) & FRAGMENT_OFFSET) !== 0 || bytes.length < headerLength + 8) return false;
  const type = bytes[headerLength] ?? 0;
  return bytes[9] !== PROTOCOL.ICMP || type === ECHO_REQUEST || type === ECHO_REPLY;
}

function isIcmpError(payload: Uint8Array): boolean {
  const type = payload[0] ?? 0;
  return ICMP_ERRORS.includes(type);
}

type Side = "source" | "destination";

const ADDRESS_AT: { readonly [S in Side]: number } = { source: 12, destination: 16 };
/** In the header behind IP's. */
const PORT_AT: { readonly [protocol: number]: { readonly [S in Side]: number } } = {
  [PROTOCOL.TCP]: { source: 0, destination: 2 },
  [PROTOCOL.UDP]: { source: 0, destination: 2 },
  [PROTOCOL.ICMP]: { source: 4, destination: 4 },
};
const CHECKSUM_AT: { readonly [protocol: number]: number } = {
  [PROTOCOL.TCP]: 16,
  [PROTOCOL.UDP]: 6,
  [PROTOCOL.ICMP]: 2,
};
const ECHO_REQUEST = 8;
const ECHO_REPLY = 0;
/** Unreachable, source quench, time exceeded, parameter problem: they quote a packet. */
const ICMP_ERRORS: readonly number[] = [3, 4, 11, 12];
const ICMP_HEADER_LENGTH = 8;
/** An error with a header quoted. */
const QUOTED_MIN = ICMP_HEADER_LENGTH + 20;
const FRAGMENT_OFFSET = 0x1fff;
