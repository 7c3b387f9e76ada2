/** Where a packet leaves, and to whom: the longest matching prefix decides (RFC 1812 §5.2.4.3). */
import type { Instant } from "../base/time.ts";
import { type IpAddress, ipv4ToNumber } from "../net/ip-address.ts";
import { type AddressBlock, ANY_ADDRESS, blockContains } from "../net/selector.ts";

export interface Route {
  readonly block: AddressBlock;
  /** To a neighbour, which is itself looked up; or out of an interface, where an absent next hop is the destination itself. */
  readonly via:
    | { readonly kind: "next hop"; readonly address: IpAddress }
    | { readonly kind: "interface"; readonly name: string; readonly nextHop: IpAddress | undefined };
  /** `learned` is what the lab adds where a configuration leaves routing out. */
  readonly origin: "connected" | "static" | "rip" | "learned";
  /** Decides between routes to the same block: the least is taken. */
  readonly distance: number;
  /** How far it is, for whoever counts it; absent, nobody. */
  readonly metric?: number;
  /** When a neighbour told of it last. */
  readonly heardAt?: Instant;
}

export interface Departure {
  readonly interfaceName: string;
  readonly nextHop: IpAddress;
}

export class RouteTable {
  readonly #routes: readonly Route[];

  constructor(routes: readonly Route[]) {
    this.#routes = [...routes].sort(
      (a, b) => prefixLength(b.block) - prefixLength(a.block) || a.distance - b.distance,
    );
  }

  get routes(): readonly Route[] {
    return this.#routes;
  }

  /** How to reach an address; undefined if no route does. */
  lookup(destination: IpAddress): Departure | undefined {
    return this.#lookup(destination, RECURSION_MAX);
  }

  #lookup(destination: IpAddress, depth: number): Departure | undefined {
    for (const { block, via } of this.#routes) {
      if (!blockContains(block, destination)) continue;
      if (via.kind === "interface") return { interfaceName: via.name, nextHop: via.nextHop ?? destination };
      // A next hop that cannot be reached makes the route unusable, and a shorter prefix may do.
      const neighbour = depth > 0 ? this.#lookup(via.address, depth - 1) : undefined;
      if (neighbour !== undefined) return neighbour;
    }
    return undefined;
  }
}

export function defaultRoute(nextHop: IpAddress): Route {
  return { block: ANY_ADDRESS, via: { kind: "next hop", address: nextHop }, origin: "static", distance: 1 };
}

/** 0 to 32. */
export function prefixLength(block: AddressBlock): number {
  return Math.clz32(ipv4ToNumber(block.wildcard));
}

/** Next hops that are themselves reached by next hops, at most; a loop of them ends here. */
const RECURSION_MAX = 8;
