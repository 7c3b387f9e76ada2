/** The UDP header before ESP, where a NAT is on the way (RFC 3948 §2.1). */
import { UDP_HEADER_LENGTH } from "../net/udp.ts";
import { putU16 } from "../net/words.ts";
import type { SaParameters } from "./security-association.ts";

type Ports = SaParameters["udpEncapsulation"];

/** Octets that it takes; 0 for raw ESP. */
export function udpOverhead(ports: Ports): number {
  return ports === undefined ? 0 : UDP_HEADER_LENGTH;
}

/** Writes it at `at`; `length` is that of the datagram. ESP has its own check, so there is no checksum. */
export function putUdpHeader(octets: Uint8Array, at: number, ports: Ports, length: number): void {
  if (ports === undefined) return;
  putU16(octets, at, ports.localPort);
  putU16(octets, at + 2, ports.remotePort);
  putU16(octets, at + 4, length);
  putU16(octets, at + 6, 0);
}
