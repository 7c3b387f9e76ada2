/** What a datagram on port 4500 is (RFC 3948 §2): IKE behind a marker of zeros, ESP, or a keepalive. */
import { concat } from "../base/octets.ts";
import { u32At } from "../net/words.ts";

export const NAT_PORT = 4500;
export const KEEPALIVE = Uint8Array.of(0xff);
/** No SA has SPI 0, so that four zeros before IKE tell it from ESP. */
const NON_ESP_MARKER = new Uint8Array(4);
/** SPI and sequence number. */
const ESP_HEADER_LENGTH = 8;

/** What the datagram in `octets` from `start` to `end` is. A keepalive, or too short to be anything: nothing is made of it. */
export function contentOf(octets: Uint8Array, start: number, end: number): "ike" | "esp" | "nothing" {
  if (end - start < ESP_HEADER_LENGTH) return "nothing";
  return u32At(octets, start) === 0 ? "ike" : "esp";
}

/** The IKE message in the datagram in `octets` from `start` to `end`, in octets of its own. */
export function withoutMarker(octets: Uint8Array, start: number, end: number): Uint8Array {
  return octets.slice(start + NON_ESP_MARKER.length, end);
}

export function withMarker(message: Uint8Array): Uint8Array {
  return concat(NON_ESP_MARKER, message);
}
