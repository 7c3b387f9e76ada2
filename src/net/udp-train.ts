/**
 * Datagrams of one length from one port to another, as whoever cuts them takes them (UDP segmentation offload): the headers
 * once, then the payloads behind one another. The inverse of what arrives with a segment length.
 */
import { internetChecksum } from "./checksum.ts";
import { IPV4_HEADER_LENGTH } from "./ipv4-packet.ts";
import { UDP_HEADER_LENGTH } from "./udp.ts";
import { putU16, u16At } from "./words.ts";

/** The packets that it makes, whole, in octets of their own; without checksums in UDP, as the train has none. */
export function packetsOfUdpTrain(train: Uint8Array, segmentLength: number): readonly Uint8Array[] {
  const packets: Uint8Array[] = [];
  for (let at = HEADERS; at < train.length; at += segmentLength) {
    const payload = train.subarray(at, at + segmentLength);
    const packet = new Uint8Array(HEADERS + payload.length);
    packet.set(train.subarray(0, HEADERS));
    packet.set(payload, HEADERS);
    putU16(packet, 2, packet.length);
    putU16(packet, 4, (u16At(train, 4) + packets.length) & 0xffff);
    putU16(packet, 10, 0);
    putU16(packet, 10, internetChecksum(packet, 0, IPV4_HEADER_LENGTH));
    putU16(packet, IPV4_HEADER_LENGTH + 4, UDP_HEADER_LENGTH + payload.length);
    packets.push(packet);
  }
  return packets;
}

/** Octets of both headers; IP's has no options. */
const HEADERS = IPV4_HEADER_LENGTH + UDP_HEADER_LENGTH;
