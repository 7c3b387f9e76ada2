/** Captures made of given UDP payloads, for what reads captures. */
import { concat, u16Octets } from "../../src/base/octets.ts";
import { PcapWriter } from "../../src/capture/pcap-writer.ts";
import { type IpAddress, ipv4, ipv4Octets } from "../../src/net/ip-address.ts";

export interface UdpPayload {
  readonly from: "I" | "R";
  readonly bytes: Uint8Array;
  /** Of both ends; 500 where it is absent. */
  readonly port?: number;
}

export const INITIATOR = ipv4("192.0.2.1");
export const RESPONDER = ipv4("192.0.2.2");

/** A pcap file of bare IPv4 packets between INITIATOR and RESPONDER, a millisecond apart. */
export function udpCapture(payloads: readonly UdpPayload[]): Uint8Array {
  const packets = payloads.map(({ from, bytes, port = 500 }, i) => {
    const [source, destination] = from === "I" ? [INITIATOR, RESPONDER] : [RESPONDER, INITIATOR];
    const udp = concat(u16Octets(port), u16Octets(port), u16Octets(8 + bytes.length), u16Octets(0), bytes);
    return PcapWriter.packet(1_000_000 + i * 1000, ipPacket(source, destination, 17, udp));
  });
  return concat(PcapWriter.header(), ...packets);
}

/** A pcap file of one ESP packet. */
export function espCapture(esp: Uint8Array): Uint8Array {
  return concat(PcapWriter.header(), PcapWriter.packet(0, ipPacket(INITIATOR, RESPONDER, 50, esp)));
}

function ipPacket(
  source: IpAddress,
  destination: IpAddress,
  protocol: number,
  payload: Uint8Array,
): Uint8Array {
  const header = [Uint8Array.of(0x45, 0), u16Octets(20 + payload.length), new Uint8Array(4)];
  return concat(
    ...header,
    Uint8Array.of(64, protocol, 0, 0),
    ipv4Octets(source),
    ipv4Octets(destination),
    payload,
  );
}
