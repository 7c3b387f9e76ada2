/** TCP packets as a host sends them, from 10.1.1.1 to 10.1.2.1. */
import { addWords, checksumOfSum } from "../../src/net/checksum.ts";
import { ipv4 } from "../../src/net/ip-address.ts";
import { buildIpv4Packet } from "../../src/net/ipv4-packet.ts";
import { putU16, putU32 } from "../../src/net/words.ts";

export const FIN = 0x01;
export const PSH = 0x08;
export const ACK = 0x10;
export const CWR = 0x80;

export interface TcpFields {
  /** 1024 where it is missing. */
  readonly sourcePort?: number;
  readonly options: Uint8Array;
  readonly flags: number;
  readonly sequenceNumber: number;
  readonly data: Uint8Array;
  readonly dontFragment: boolean;
  readonly identification: number;
}

export const TCP_HEADER = {
  source: ipv4("10.1.1.1"),
  destination: ipv4("10.1.2.1"),
  protocol: 6,
  timeToLive: 64,
  identification: 7,
  dontFragment: true,
} as const;

/** An acknowledgement with some data. */
export const PLAIN_TCP: TcpFields = {
  options: new Uint8Array(),
  flags: ACK,
  sequenceNumber: 1000,
  data: new Uint8Array(100).fill(1),
  dontFragment: true,
  identification: 7,
};

export function tcpPacket(fields: TcpFields): Uint8Array {
  const { sourcePort = 1024, options, flags, sequenceNumber, data, ...header } = fields;
  const tcp = new Uint8Array(20 + options.length + data.length);
  putU16(tcp, 0, sourcePort);
  putU16(tcp, 2, 80);
  putU32(tcp, 4, sequenceNumber);
  putU32(tcp, 8, 77);
  tcp[12] = (5 + options.length / 4) << 4;
  tcp[13] = flags;
  putU16(tcp, 14, 500);
  tcp.set(options, 20);
  tcp.set(data, 20 + options.length);
  return withTcpChecksum(buildIpv4Packet({ ...TCP_HEADER, ...header }, tcp));
}

export function withTcpChecksum(packet: Uint8Array): Uint8Array {
  putU16(packet, 36, 0);
  putU16(packet, 36, tcpChecksumOf(packet));
  return packet;
}

/** 0 where the checksum in the packet is right. */
export function tcpChecksumOf(packet: Uint8Array): number {
  return checksumOfSum(addWords(packet, pseudoHeaderSum(packet), 20));
}

/** As it stands in the checksum of a packet that is to be cut or checked by somebody else. */
export function pseudoHeaderSum(packet: Uint8Array): number {
  return ~checksumOfSum(addWords(packet, 6 + packet.length - 20, 12, 20)) & 0xffff;
}
