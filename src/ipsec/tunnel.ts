/** Tunnel mode for IPv4: the outer header made from the inner, and the inner packet taken out (RFC 2401 §5.1.2.1, RFC 4301 §5.1.2.1). */

import type { IpAddress } from "../net/ip-address.ts";
import {
  buildIpv4Packet,
  faultOfIpv4,
  IPV4_HEADER_LENGTH,
  type Ipv4Packet,
  parseIpv4Packet,
  withTypeOfService,
} from "../net/ipv4-packet.ts";
import { PROTOCOL } from "../net/protocols.ts";
import { UDP_HEADER_LENGTH } from "../net/udp.ts";
import { putU16 } from "../net/words.ts";
import { payloadLengthWithin } from "./esp.ts";
import type { EspTransforms } from "./esp-transforms.ts";
import type { SaParameters } from "./security-association.ts";

export interface TunnelEnds {
  readonly local: IpAddress;
  readonly remote: IpAddress;
  /** Through a NAT: the ports of the UDP header before ESP (RFC 3948 §2.1). */
  readonly udp: SaParameters["udpEncapsulation"];
}

/** The whole outer packet. Options of the inner header are never copied. */
export function outerPacket(
  inner: Ipv4Packet,
  ends: TunnelEnds,
  esp: Uint8Array,
  identification: number,
): Uint8Array {
  return buildIpv4Packet(
    {
      source: ends.local,
      destination: ends.remote,
      protocol: ends.udp === undefined ? PROTOCOL.ESP : PROTOCOL.UDP,
      timeToLive: OUTER_TIME_TO_LIVE,
      identification,
      // DS field and ECN are copied; so is DF, which IOS does unless `crypto ipsec df-bit` says otherwise.
      typeOfService: inner.typeOfService,
      dontFragment: inner.dontFragment,
    },
    ends.udp === undefined ? esp : inUdp(esp, ends.udp),
  );
}

/** ESP behind a UDP header without a checksum, as it has its own (RFC 3948 §2.1). */
function inUdp(esp: Uint8Array, ports: NonNullable<TunnelEnds["udp"]>): Uint8Array {
  const datagram = new Uint8Array(UDP_HEADER_LENGTH + esp.length);
  putU16(datagram, 0, ports.localPort);
  putU16(datagram, 2, ports.remotePort);
  putU16(datagram, 4, datagram.length);
  datagram.set(esp, UDP_HEADER_LENGTH);
  return datagram;
}

/** Octets before ESP in the outer packet. */
export function outerOverhead(udp: TunnelEnds["udp"]): number {
  return IPV4_HEADER_LENGTH + (udp === undefined ? 0 : UDP_HEADER_LENGTH);
}

/** The longest inner packet whose outer packet has at most `mtu` octets. */
export function innerMtu(transforms: EspTransforms, udp: TunnelEnds["udp"], mtu: number): number {
  return payloadLengthWithin(transforms, mtu - outerOverhead(udp));
}

export type InnerPacket =
  | { readonly kind: "packet"; readonly packet: Ipv4Packet }
  /** A dummy, sent to hide how much traffic there is (RFC 4303 §2.6). */
  | { readonly kind: "dummy" }
  | { readonly kind: "malformed"; readonly detail: string };

/** The packet a tunnel-mode payload carries. What follows its total length is traffic flow padding (RFC 4303 §2.7). */
export function innerPacket(outer: Ipv4Packet, nextHeader: number, payload: Uint8Array): InnerPacket {
  if (nextHeader === PROTOCOL.NONE) return { kind: "dummy" };
  if (nextHeader !== PROTOCOL.IPV4)
    return { kind: "malformed", detail: `next header is ${nextHeader}, in tunnel mode it must be 4` };
  const fault = faultOfIpv4(payload);
  const packet = fault === undefined ? parseIpv4Packet(payload) : undefined;
  if (packet === undefined) return { kind: "malformed", detail: `inner packet: ${fault}` };
  return { kind: "packet", packet: withCongestion(packet, outer.typeOfService) };
}

/** RFC 4301 §5.1.2.1, note 6: congestion met by the outer packet is told to an inner one that understands it. */
function withCongestion(inner: Ipv4Packet, outerTypeOfService: number): Ipv4Packet {
  const ecn = inner.typeOfService & ECN_MASK;
  const isCapable = ecn !== 0 && ecn !== CONGESTION_EXPERIENCED;
  if (!isCapable || (outerTypeOfService & ECN_MASK) !== CONGESTION_EXPERIENCED) return inner;
  return withTypeOfService(inner, inner.typeOfService | CONGESTION_EXPERIENCED);
}

/** What IOS gives packets it makes itself, as recordings of it show. */
const OUTER_TIME_TO_LIVE = 255;
const ECN_MASK = 3;
const CONGESTION_EXPERIENCED = 3;
