/** Tunnel mode for IPv4: the outer header made from the inner, and the inner packet taken out (RFC 2401 §5.1.2.1, RFC 4301 §5.1.2.1). */
import { updatedChecksum } from "../net/checksum.ts";
import { type IpAddress, ipv4ToNumber } from "../net/ip-address.ts";
import { faultOfIpv4, IPV4_HEADER_LENGTH, putIpv4Header } from "../net/ipv4-packet.ts";
import { PROTOCOL } from "../net/protocols.ts";
import { putU16, u16At } from "../net/words.ts";
import { putUdpHeader, udpOverhead } from "./esp-in-udp.ts";
import { type Protection, payloadLengthWithin } from "./protection.ts";
import type { SaParameters } from "./security-association.ts";

export interface TunnelEnds {
  readonly local: IpAddress;
  readonly remote: IpAddress;
  /** AH or ESP; where there is UDP before ESP, the header says that. */
  readonly protocol: number;
  /** Through a NAT: the ports of the UDP header before ESP (RFC 3948 §2.1). */
  readonly udp: SaParameters["udpEncapsulation"];
}

/** What the outer headers of an SA have in common. */
export class OuterHeader {
  /** Octets, with the UDP header. */
  readonly length: number;
  readonly #source: number;
  readonly #destination: number;
  readonly #protocol: number;
  readonly #udp: TunnelEnds["udp"];

  constructor({ local, remote, protocol, udp }: TunnelEnds) {
    this.length = outerOverhead(udp);
    this.#source = ipv4ToNumber(local);
    this.#destination = ipv4ToNumber(remote);
    this.#protocol = udp === undefined ? protocol : PROTOCOL.UDP;
    this.#udp = udp;
  }

  /**
   * Writes the headers of a packet that fills `octets`. DS field and ECN are those of the inner packet, whose options are
   * never copied.
   */
  put(
    octets: Uint8Array,
    identification: number,
    typeOfService: number,
    dontFragment: boolean,
    length = octets.length,
  ): void {
    const udp = this.#udp;
    putIpv4Header(octets, {
      source: this.#source,
      destination: this.#destination,
      protocol: this.#protocol,
      timeToLive: OUTER_TIME_TO_LIVE,
      totalLength: length,
      identification,
      typeOfService,
      dontFragment,
    });
    putUdpHeader(octets, IPV4_HEADER_LENGTH, udp, length - IPV4_HEADER_LENGTH);
  }
}

/** Octets before AH or ESP in the outer packet. */
export function outerOverhead(udp: TunnelEnds["udp"]): number {
  return IPV4_HEADER_LENGTH + udpOverhead(udp);
}

/** The longest inner packet whose outer packet has at most `mtu` octets. */
export function innerMtu(protection: Protection, udp: TunnelEnds["udp"], mtu: number): number {
  return payloadLengthWithin(protection, mtu - outerOverhead(udp));
}

export type InnerPacket =
  | { readonly kind: "packet"; readonly bytes: Uint8Array }
  /** A dummy, sent to hide how much traffic there is (RFC 4303 §2.6). */
  | { readonly kind: "dummy" }
  | { readonly kind: "malformed"; readonly detail: string };

/**
 * The packet a tunnel-mode payload carries. What follows its total length is traffic flow padding (RFC 4303 §2.7).
 * Where the outer packet met congestion, that is marked in the payload itself.
 */
export function innerPacket(
  outerTypeOfService: number,
  nextHeader: number,
  payload: Uint8Array,
): InnerPacket {
  if (nextHeader === PROTOCOL.NONE) return { kind: "dummy" };
  if (nextHeader !== PROTOCOL.IPV4)
    return { kind: "malformed", detail: `next header is ${nextHeader}, in tunnel mode it must be 4` };
  const fault = faultOfIpv4(payload);
  if (fault !== undefined) return { kind: "malformed", detail: `inner packet: ${fault}` };
  tellCongestion(payload, outerTypeOfService);
  const length = u16At(payload, 2);
  return { kind: "packet", bytes: length === payload.length ? payload : payload.subarray(0, length) };
}

/** RFC 4301 §5.1.2.1, note 6: congestion met by the outer packet is told to an inner one that understands it. */
function tellCongestion(inner: Uint8Array, outerTypeOfService: number): void {
  if ((outerTypeOfService & ECN_MASK) !== CONGESTION_EXPERIENCED) return;
  const before = u16At(inner, 0);
  const ecn = before & ECN_MASK;
  if (ecn === 0 || ecn === CONGESTION_EXPERIENCED) return;
  putU16(inner, 0, before | CONGESTION_EXPERIENCED);
  putU16(inner, 10, updatedChecksum(u16At(inner, 10), before, before | CONGESTION_EXPERIENCED));
}

/** What IOS gives packets it makes itself, as recordings of it show. */
const OUTER_TIME_TO_LIVE = 255;
const ECN_MASK = 3;
const CONGESTION_EXPERIENCED = 3;
