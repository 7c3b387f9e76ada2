/** What was inside an ESP packet, in a line. */
import { MalformedError } from "../base/errors.ts";
import { Reader } from "../base/reader.ts";
import { protocolText } from "./identity-text.ts";
import { readIpPacket } from "./ip-header.ts";

/** `nextHeader` is an IP protocol number: 4 and 41 are whole packets, others what follows the outer IP header. */
export function innerPacketText(nextHeader: number, octets: Uint8Array): string {
  const length = `${octets.length} octets`;
  if (nextHeader === 59) return `dummy packet, ${length}`;
  try {
    if (nextHeader !== 4 && nextHeader !== 41)
      return `${payloadText(nextHeader, new Reader(octets))}, ${length}`;
    const { source, destination, protocol, payload, fragment } = readIpPacket(new Reader(octets));
    const isLaterFragment = fragment !== undefined && fragment.offset > 0;
    const content = isLaterFragment ? `${protocolText(protocol)} fragment` : payloadText(protocol, payload);
    return `${source} > ${destination}  ${content}, ${length}`;
  } catch (error) {
    if (!(error instanceof MalformedError)) throw error;
    return `${protocolText(nextHeader)}, ${length}, malformed: ${error.message}`;
  }
}

function payloadText(protocol: number, payload: Reader): string {
  switch (protocol) {
    case 1:
      return icmpText(payload);
    case 6:
      return `TCP ${portsText(payload)}`;
    case 17:
      return `UDP ${portsText(payload)}`;
    default:
      return protocolText(protocol);
  }
}

function portsText(payload: Reader): string {
  return `${payload.u16("sourcePort")} > ${payload.u16("destinationPort")}`;
}

function icmpText(payload: Reader): string {
  const type = payload.u8("icmp.type");
  const code = payload.u8("icmp.code");
  const name = ICMP_ECHO.get(type);
  if (name === undefined) return `ICMP type ${type} code ${code}`;
  payload.u16("icmp.checksum");
  return `ICMP ${name} id ${payload.u16("icmp.id")} seq ${payload.u16("icmp.sequence")}`;
}

const ICMP_ECHO: ReadonlyMap<number, string> = new Map([
  [0, "echo reply"],
  [8, "echo request"],
]);
