/** What crosses the wire as whole IP packets, for a capture: IKE's datagrams, AH packets, and ESP packets of either kind. */
import type { GatewayInput } from "../../gateway/contract.ts";
import type { Endpoint } from "../../net/ip-address.ts";
import { buildIpv4Packet } from "../../net/ipv4-packet.ts";
import { PROTOCOL } from "../../net/protocols.ts";
import { buildUdp } from "../../net/udp.ts";
import { packetsOfUdpTrain } from "../../net/udp-train.ts";
import type { PacketPort } from "./gateway-driver.ts";

/** The packet is lent: who keeps it copies it. */
export type OnWire = (packet: Uint8Array) => void;

/** The port, with an ear on what it sends. */
export function tapped(port: PacketPort, onWire: OnWire): PacketPort {
  return {
    sendDatagram(effect) {
      onWire(datagramPacket(effect.local, effect.remote, effect.bytes));
      port.sendDatagram(effect);
    },
    transmit(effect) {
      const { bytes, segmentLength } = effect;
      if (segmentLength !== undefined)
        for (const each of packetsOfUdpTrain(bytes, segmentLength)) onWire(each);
      else if (carriesIpsec(bytes)) onWire(bytes);
      port.transmit(effect);
    },
    receive: (effect) => port.receive(effect),
    flush: () => port.flush(),
  };
}

/** What came in. */
export function tapInput(input: GatewayInput, onWire: OnWire): void {
  if (input.kind === "datagram") {
    const { remote, local, bytes, segmentLength = bytes.length } = input;
    for (let at = 0; at < bytes.length; at += segmentLength)
      onWire(datagramPacket(remote, local, bytes.subarray(at, at + segmentLength)));
  } else if (input.kind === "esp" || input.kind === "ah") onWire(input.bytes);
}

/** The system made the real header or took it off: its identification and TTL are not known here. */
function datagramPacket(source: Endpoint, destination: Endpoint, payload: Uint8Array): Uint8Array {
  const datagram = { sourcePort: source.port, destinationPort: destination.port, payload };
  return buildIpv4Packet(
    {
      source: source.address,
      destination: destination.address,
      protocol: PROTOCOL.UDP,
      timeToLive: 64,
      identification: 0,
    },
    buildUdp(datagram, source.address, destination.address),
  );
}

/** Packets in clear are transmitted too. */
function carriesIpsec(packet: Uint8Array): boolean {
  const protocol = packet[9];
  return protocol === PROTOCOL.ESP || protocol === PROTOCOL.AH || protocol === PROTOCOL.UDP;
}
