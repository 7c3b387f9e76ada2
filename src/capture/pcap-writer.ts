/** Writes the classic pcap format in pieces: a header once, then each packet. The packets are bare IP packets. */
import { concat } from "../base/octets.ts";
import { Writer } from "../base/writer.ts";
import { LINK_TYPE } from "./captured-frame.ts";

export const PcapWriter = {
  /** The first 24 octets of a file with microsecond timestamps. */
  header(linkType: number = LINK_TYPE.RAW): Uint8Array {
    const writer = new Writer(24);
    writer.u32(0xa1b2c3d4);
    writer.u16(2);
    writer.u16(4);
    writer.zeros(8);
    writer.u32(SNAPSHOT_LENGTH);
    writer.u32(linkType);
    return writer.finish();
  },

  /** One packet, captured at a time since 1970. */
  packet(timestampMicroseconds: number, packet: Uint8Array): Uint8Array {
    const writer = new Writer(16);
    writer.u32(Math.floor(timestampMicroseconds / 1e6));
    writer.u32(Math.floor(timestampMicroseconds % 1e6));
    writer.u32(packet.length);
    writer.u32(packet.length);
    return concat(writer.finish(), packet);
  },
} as const;

const SNAPSHOT_LENGTH = 262144;
