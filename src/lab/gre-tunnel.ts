/** A tunnel interface at work: packets into GRE, and out of it again (RFC 2784). */
import type { TunnelEnds } from "../config/router-policy.ts";
import { buildGre, ETHER_TYPE, parseGre } from "../net/gre.ts";
import { buildIpv4Packet, type Ipv4Packet, parseIpv4Packet } from "../net/ipv4-packet.ts";
import { PROTOCOL } from "../net/protocols.ts";

/** The whole packet that carries another to the far end. */
export function encapsulated(ends: TunnelEnds, packet: Ipv4Packet, identification: number): Uint8Array {
  const { source, destination, key, hasChecksum } = ends;
  return buildIpv4Packet(
    {
      source,
      destination,
      protocol: PROTOCOL.GRE,
      timeToLive: TUNNEL_TIME_TO_LIVE,
      identification,
      typeOfService: packet.typeOfService,
    },
    buildGre({ protocolType: ETHER_TYPE.IPV4, key, hasChecksum }, packet.bytes),
  );
}

export interface Decapsulated {
  readonly interfaceName: string;
  readonly packet: Ipv4Packet;
}

/** What a GRE packet for this router carried, and by which tunnel; undefined where none is meant or nothing sound is in it. */
export function decapsulated(
  tunnels: Iterable<{ readonly name: string; readonly tunnel?: TunnelEnds | undefined }>,
  outer: Ipv4Packet,
): Decapsulated | undefined {
  const gre = parseGre(outer.payload);
  if (gre?.protocolType !== ETHER_TYPE.IPV4) return undefined;
  for (const { name, tunnel } of tunnels) {
    const isMeant =
      tunnel?.source === outer.destination && tunnel.destination === outer.source && tunnel.key === gre.key;
    const packet = isMeant ? parseIpv4Packet(gre.payload) : undefined;
    if (packet !== undefined) return { interfaceName: name, packet };
  }
  return undefined;
}

/** IOS's. */
const TUNNEL_TIME_TO_LIVE = 255;
