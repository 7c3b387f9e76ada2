/**
 * What a router does with packets beside routing and IPsec, in IOS's order. Inward: the access list before and after
 * decryption, translation, policy routing, routing. Outward: routing, translation, the access list, encryption.
 */
import type { Instant } from "../base/time.ts";
import type { PolicyRouted } from "../cli/services.ts";
import type {
  InterfaceConfiguration,
  RouteMap,
  RouteMapEntry,
  RouterPolicy,
} from "../config/router-policy.ts";
import type { Ipv4Packet } from "../net/ipv4-packet.ts";
import type { AccessListLog } from "./access-list-log.ts";
import { InterfaceFilters } from "./interface-filters.ts";
import { Nat, type Translated } from "./nat.ts";
import { entryFor, policyDeparture, type Surroundings } from "./policy-routing.ts";
import type { Departure } from "./route-table.ts";

export class Forwarding {
  readonly filters: InterfaceFilters;
  readonly nat = new Nat((list, packet) => this.filters.permits(list, packet));
  #interfaces: ReadonlyMap<string, InterfaceConfiguration> = new Map();
  #localRoutes: RouteMap | undefined;
  /** By what an entry of a route map was made from. */
  readonly #routed = new WeakMap<object, PolicyRouted>();

  constructor(log: AccessListLog) {
    this.filters = new InterfaceFilters(log);
  }

  reconfigure({
    interfaces,
    nat,
    localPolicyRoutes,
  }: Pick<RouterPolicy, "interfaces" | "nat" | "localPolicyRoutes">): void {
    this.#interfaces = new Map(interfaces.map((each) => [each.name, each]));
    this.filters.reconfigure(interfaces);
    this.nat.reconfigure(nat);
    this.#localRoutes = localPolicyRoutes;
  }

  /** A packet that came in and may: its destination as it is known inside. */
  inward(now: Instant, interfaceName: string, packet: Ipv4Packet): Translated {
    return this.#sideOf(interfaceName) === "outside" ? this.nat.inward(now, packet) : packet;
  }

  /** Where policy routing sends what came in by `arrivedBy`, or is the router's own; undefined: by the routes. */
  departure(arrivedBy: string | undefined, packet: Ipv4Packet, around: Surroundings): Departure | undefined {
    const map = arrivedBy === undefined ? this.#localRoutes : this.#interfaces.get(arrivedBy)?.policyRoutes;
    const permits = (list: Parameters<InterfaceFilters["permits"]>[0]) => this.filters.permits(list, packet);
    const entry = map && entryFor(map, packet, permits);
    if (entry === undefined) return undefined;
    this.#count(entry, packet);
    return policyDeparture(entry, packet.destination, around);
  }

  routedBy(source: object): PolicyRouted {
    return this.#routed.get(source) ?? { packets: 0, octets: 0 };
  }

  #count({ source }: RouteMapEntry, { bytes }: Ipv4Packet): void {
    if (source === undefined) return;
    const { packets, octets } = this.routedBy(source);
    this.#routed.set(source, { packets: packets + 1, octets: octets + bytes.length });
  }

  /** A packet that was routed out of an interface, `arrivedBy` another, or the router's own. */
  outward(
    now: Instant,
    interfaceName: string,
    packet: Ipv4Packet,
    arrivedBy: string | undefined,
  ): Translated {
    if (this.#sideOf(interfaceName) !== "outside") return packet;
    const isFromInside =
      arrivedBy === undefined ? this.#isOwnInside(packet) : this.#sideOf(arrivedBy) === "inside";
    return isFromInside ? this.nat.outward(now, packet) : packet;
  }

  /** The router's own packets are from inside where their source is. */
  #isOwnInside({ source }: Ipv4Packet): boolean {
    for (const { address, natSide } of this.#interfaces.values())
      if (natSide === "inside" && address === source) return true;
    return false;
  }

  #sideOf(interfaceName: string): InterfaceConfiguration["natSide"] {
    return this.#interfaces.get(interfaceName)?.natSide;
  }
}
