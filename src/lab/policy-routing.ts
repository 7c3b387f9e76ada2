/** Route maps at work: which entry takes a packet, and where policy routing sends it. */
import type { RouteMap, RouteMapEntry } from "../config/router-policy.ts";
import type { AccessList } from "../net/access-list.ts";
import type { IpAddress } from "../net/ip-address.ts";
import type { Ipv4Packet } from "../net/ipv4-packet.ts";
import type { Departure } from "./route-table.ts";

/** Asks an access list, and may count. */
export type Permits = (list: AccessList, packet: Ipv4Packet) => boolean;

/** The entry that takes the packet; undefined where none does, or one denies. */
export function entryFor(map: RouteMap, packet: Ipv4Packet, permits: Permits): RouteMapEntry | undefined {
  const entry = map.find(
    ({ accessLists }) => accessLists.length === 0 || accessLists.some((list) => permits(list, packet)),
  );
  return entry?.action === "permit" ? entry : undefined;
}

export interface Surroundings {
  lookup(destination: IpAddress): Departure | undefined;
  isUp(interfaceName: string): boolean;
}

/**
 * Where an entry sends a packet: to the first next hop that is a neighbour, else out of the first interface that is up, else
 * undefined: by the routes.
 */
export function policyDeparture(
  { nextHops, interfaces }: RouteMapEntry,
  destination: IpAddress,
  { lookup, isUp }: Surroundings,
): Departure | undefined {
  for (const nextHop of nextHops) {
    const way = lookup(nextHop);
    if (way?.nextHop === nextHop) return way;
  }
  const interfaceName = interfaces.find(isUp);
  return interfaceName === undefined ? undefined : { interfaceName, nextHop: destination };
}
