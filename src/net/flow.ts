/** Which flow a packet belongs to: its addresses, protocol and ports, as access lists and SA selectors see them. */
import type { Ipv4Packet } from "./ipv4-packet.ts";
import { hasPorts } from "./protocols.ts";
import type { Flow } from "./selector.ts";
import { u16At } from "./words.ts";

/** Ports are 0 where the protocol has none, the packet is a later fragment, or they are cut off. */
export function flowOf(packet: Ipv4Packet): Flow {
  const { source, destination, protocol, payload } = packet;
  const ported = hasPorts(protocol) && packet.fragmentOffset === 0 && payload.length >= 4;
  return {
    source,
    destination,
    protocol,
    sourcePort: ported ? u16At(payload, 0) : 0,
    destinationPort: ported ? u16At(payload, 2) : 0,
  };
}
