/** What an ICMP "fragmentation needed" says: which packet did not fit, and what would have (RFC 1191 §4 and §5). */
import { parseIcmp, UNREACHABLE } from "./icmp.ts";
import { type IpAddress, ipv4FromNumber } from "./ip-address.ts";
import { DONT_FRAGMENT, IPV4_HEADER_LENGTH, type Ipv4Packet } from "./ipv4-packet.ts";
import { u16At, u32At } from "./words.ts";

/** Unauthenticated: anyone can send such a message. */
export interface TooBigReport {
  /** The router that says so. */
  readonly reporter: IpAddress;
  /** Ends of the packet that did not fit, and what follows its header, as far as it is quoted. */
  readonly source: IpAddress;
  readonly destination: IpAddress;
  readonly protocol: number;
  readonly quotedPayload: Uint8Array;
  /** Octets that do fit. */
  readonly mtu: number;
}

/**
 * Undefined for any other packet, and for a message that contradicts itself: one about a packet that might have been cut,
 * or that would have fit.
 */
export function readTooBig(packet: Ipv4Packet): TooBigReport | undefined {
  const message = parseIcmp(packet);
  if (message?.kind !== "destination-unreachable" || message.code !== UNREACHABLE.FRAGMENTATION_NEEDED)
    return undefined;
  const { quoted, nextHopMtu } = message;
  const first = quoted[0] ?? 0;
  const headerLength = (first & 15) * 4;
  if (first >> 4 !== 4 || headerLength < IPV4_HEADER_LENGTH || quoted.length < headerLength) return undefined;
  const totalLength = u16At(quoted, 2);
  // Routers from before RFC 1191 leave the MTU out.
  const mtu = nextHopMtu === 0 ? plateauBelow(totalLength) : nextHopMtu;
  if ((u16At(quoted, 6) & DONT_FRAGMENT) === 0 || mtu >= totalLength) return undefined;
  return {
    reporter: packet.source,
    source: ipv4FromNumber(u32At(quoted, 12)),
    destination: ipv4FromNumber(u32At(quoted, 16)),
    protocol: quoted[9] ?? 0,
    quotedPayload: quoted.subarray(headerLength),
    mtu,
  };
}

/** The largest usual MTU that is smaller than the packet (RFC 1191 §7.1); no packet is too long for the smallest. */
function plateauBelow(totalLength: number): number {
  return PLATEAUS.find((plateau) => plateau < totalLength) ?? totalLength;
}

const PLATEAUS = [32_000, 17_914, 8166, 4352, 2002, 1492, 1006, 508, 296, 68];
