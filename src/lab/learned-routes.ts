/**
 * Routes that configurations leave out. Printed configurations often omit routing; the lab then does what a routing
 * protocol would: a subnet that no configured route covers is reached by the fewest routers. What RIP carries is left to RIP.
 */
import { blockContains, blockCovers } from "../net/selector.ts";
import type { Route } from "./route-table.ts";
import type { LinkPlan, RouterShape } from "./topology.ts";

export interface LearnedRoutes {
  readonly learned: ReadonlyMap<string, readonly Route[]>;
  /** A sentence for each route. */
  readonly notes: readonly string[];
}

export function learnedRoutes(routers: readonly RouterShape[], links: readonly LinkPlan[]): LearnedRoutes {
  const learned = new Map<string, readonly Route[]>();
  const notes: string[] = [];
  const tunnels = tunnelHops(routers);
  const hops = linkHops(links);
  for (const router of routers) {
    const routes: Route[] = [];
    for (const target of links) {
      if (isKnown(router, target) || isToldByRip(router, target, routers)) continue;
      // Who has tunnels wants what can go through them to go through them, and not what carries them.
      const carriesTunnels = routers.some(({ interfaces }) =>
        interfaces.some(
          ({ tunnel }) => tunnel !== undefined && blockContains(target.subnet, tunnel.destination),
        ),
      );
      const via =
        (carriesTunnels ? undefined : firstHop(router.name, target, tunnels)) ??
        firstHop(router.name, target, hops);
      if (via === undefined) continue;
      routes.push({ block: target.subnet, via, origin: "learned", distance: LEARNED_DISTANCE });
      const way = via.kind === "interface" ? via.name : via.address;
      notes.push(`${router.name} is given a route to ${target.name} by ${way}: its configuration has none.`);
    }
    learned.set(router.name, routes);
  }
  return { learned, notes };
}

function isKnown(router: RouterShape, target: LinkPlan): boolean {
  return (
    target.stations.some(({ node }) => node === router.name) ||
    router.staticRoutes.some(({ block }) => blockCovers(block, target.subnet))
  );
}

/** What routers tell each other themselves they are left to. */
function isToldByRip(
  { ripInterfaces = [] }: RouterShape,
  { stations }: LinkPlan,
  routers: readonly RouterShape[],
): boolean {
  return (
    ripInterfaces.length > 0 &&
    stations.some(({ node, interfaceName }) =>
      routers.some(({ name, ripInterfaces: others }) => name === node && others?.includes(interfaceName)),
    )
  );
}

/** From a node to a neighbour. */
interface Hop {
  readonly from: string;
  readonly to: string;
  readonly via: Route["via"];
}

function linkHops(links: readonly LinkPlan[]): Hop[] {
  return links.flatMap(({ stations }) =>
    stations.flatMap(({ node: from }) =>
      stations
        .filter(({ node }) => node !== from)
        .map(({ node: to, address }) => ({ from, to, via: { kind: "next hop", address } as const })),
    ),
  );
}

/** Two routers with a tunnel each, whose ends are each other's. */
function tunnelHops(routers: readonly RouterShape[]): Hop[] {
  const ends = routers.flatMap(({ name: router, interfaces }) =>
    interfaces.flatMap(({ name, tunnel }) => (tunnel === undefined ? [] : [{ router, name, tunnel }])),
  );
  return ends.flatMap(({ router: from, name, tunnel }) =>
    ends
      .filter(
        ({ tunnel: far }) =>
          far.source === tunnel.destination && far.destination === tunnel.source && far.key === tunnel.key,
      )
      .map(({ router: to }) => ({ from, to, via: { kind: "interface", name, nextHop: undefined } as const })),
  );
}

/** Where a shortest way from a router to a link begins: a search by breadth, hops in their order. */
function firstHop(from: string, target: LinkPlan, hops: readonly Hop[]): Route["via"] | undefined {
  const reached = new Set([from]);
  let frontier: { readonly node: string; readonly via: Route["via"] | undefined }[] = [
    { node: from, via: undefined },
  ];
  while (frontier.length > 0) {
    const further: typeof frontier = [];
    for (const { node, via } of frontier) {
      if (target.stations.some((station) => station.node === node)) return via;
      for (const hop of hops) {
        if (hop.from !== node || reached.has(hop.to)) continue;
        reached.add(hop.to);
        further.push({ node: hop.to, via: via ?? hop.via });
      }
    }
    frontier = further;
  }
  return undefined;
}

/** OSPF's, for want of a better. Any configured route to the same block goes before. */
const LEARNED_DISTANCE = 110;
