/** NAT-D payload (RFC 3947 §3.2): the hash of an address and port under both cookies. Drafts used other payload types. */
import type { Reader } from "../../base/reader.ts";
import type { Writer } from "../../base/writer.ts";

export interface NatDiscovery {
  readonly kind: "NAT-D";
  /** 20 in RFC 3947, 130 in drafts 00 to 03, 15 in drafts 04 to 08. */
  readonly payloadType: 15 | 20 | 130;
  readonly hash: Uint8Array;
}

export function decodeNatDiscovery(reader: Reader, payloadType: NatDiscovery["payloadType"]): NatDiscovery {
  return { kind: "NAT-D", payloadType, hash: reader.rest("hash") };
}

export function encodeNatDiscovery(writer: Writer, payload: NatDiscovery): void {
  writer.bytes(payload.hash);
}
