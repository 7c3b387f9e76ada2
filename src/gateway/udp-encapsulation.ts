/** What a datagram on port 4500 is (RFC 3948 §2): IKE behind a marker of zeros, ESP, or a keepalive. */
import { concat } from "../base/octets.ts";
import type { IpAddress } from "../net/ip-address.ts";
import { buildIpv4Packet } from "../net/ipv4-packet.ts";
import { PROTOCOL } from "../net/protocols.ts";

export const NAT_PORT = 4500;
export const KEEPALIVE = Uint8Array.of(0xff);
/** No SA has SPI 0, so that four zeros before IKE tell it from ESP. */
const NON_ESP_MARKER = new Uint8Array(4);
/** SPI and sequence number. */
const ESP_HEADER_LENGTH = 8;

export type EncapsulatedContent =
  | { readonly kind: "ike" | "esp"; readonly bytes: Uint8Array }
  /** A keepalive, or too short to be anything: nothing is made of it. */
  | { readonly kind: "nothing" };

export function contentOf(datagram: Uint8Array): EncapsulatedContent {
  if (datagram.length < ESP_HEADER_LENGTH) return { kind: "nothing" };
  const isMarked = datagram.subarray(0, NON_ESP_MARKER.length).every((octet) => octet === 0);
  return isMarked
    ? { kind: "ike", bytes: datagram.slice(NON_ESP_MARKER.length) }
    : { kind: "esp", bytes: datagram };
}

export function withMarker(message: Uint8Array): Uint8Array {
  return concat(NON_ESP_MARKER, message);
}

/** The packet that ESP would have come in without a NAT. */
export function espPacket(source: IpAddress, destination: IpAddress, esp: Uint8Array): Uint8Array {
  const fields = { source, destination, protocol: PROTOCOL.ESP, timeToLive: 255, identification: 0 };
  return buildIpv4Packet(fields, esp);
}
