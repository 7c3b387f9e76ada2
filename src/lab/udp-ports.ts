/** Who on a node listens to which UDP port; datagrams to any other are answered with port unreachable (RFC 1122 §4.1.3.1). */
import { UNREACHABLE } from "../net/icmp.ts";
import type { Endpoint } from "../net/ip-address.ts";
import { PROTOCOL } from "../net/protocols.ts";
import { buildUdp, parseUdp } from "../net/udp.ts";
import type { IpStack } from "./ip-stack.ts";

export interface ReceivedDatagram {
  /** By which it came in. */
  readonly interfaceName: string;
  readonly local: Endpoint;
  readonly remote: Endpoint;
  readonly bytes: Uint8Array;
}

export class UdpPorts {
  readonly #stack: IpStack;
  readonly #listeners = new Map<number, (datagram: ReceivedDatagram) => void>();

  constructor(stack: IpStack) {
    this.#stack = stack;
    stack.handle(PROTOCOL.UDP, (packet, interfaceName) => {
      const datagram = parseUdp(packet);
      if (datagram === undefined) return;
      const listener = this.#listeners.get(datagram.destinationPort);
      if (listener === undefined) {
        const cause = { kind: "destination-unreachable", code: UNREACHABLE.PORT, nextHopMtu: 0 } as const;
        this.#stack.report(packet, cause, interfaceName);
        return;
      }
      listener({
        interfaceName,
        local: { address: packet.destination, port: datagram.destinationPort },
        remote: { address: packet.source, port: datagram.sourcePort },
        bytes: datagram.payload,
      });
    });
  }

  listen(port: number, listener: (datagram: ReceivedDatagram) => void): void {
    this.#listeners.set(port, listener);
  }

  /** Nobody listens there any more. */
  close(port: number): void {
    this.#listeners.delete(port);
  }

  /** Sends a datagram; false if there is no route. */
  send(sourcePort: number, remote: Endpoint, bytes: Uint8Array): boolean {
    const destination = remote.address;
    const datagram = { sourcePort, destinationPort: remote.port, payload: bytes };
    return this.#stack.send({
      destination,
      protocol: PROTOCOL.UDP,
      payload: (source) => buildUdp(datagram, source, destination),
    });
  }
}
