/**
 * Routes that configurations leave out. Printed configurations often omit routing; the lab then does what a routing
 * protocol would: a subnet that no configured route covers is reached by the fewest routers.
 */
import type { IpAddress } from "../net/ip-address.ts";
import { blockCovers } from "../net/selector.ts";
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
  for (const router of routers) {
    const routes: Route[] = [];
    for (const target of links) {
      if (isKnown(router, target)) continue;
      const nextHop = firstHop(router.name, target, links);
      if (nextHop === undefined) continue;
      routes.push({
        block: target.subnet,
        via: { kind: "next hop", address: nextHop },
        origin: "learned",
        distance: LEARNED_DISTANCE,
      });
      notes.push(
        `${router.name} is given a route to ${target.name} by ${nextHop}: its configuration has none.`,
      );
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

/** The neighbour on a shortest way from a router to a link: a search by breadth, links in their order. */
function firstHop(from: string, target: LinkPlan, links: readonly LinkPlan[]): IpAddress | undefined {
  const reached = new Set([from]);
  let frontier: { readonly node: string; readonly nextHop: IpAddress | undefined }[] = [
    { node: from, nextHop: undefined },
  ];
  while (frontier.length > 0) {
    const further: typeof frontier = [];
    for (const { node, nextHop } of frontier) {
      for (const link of links.filter(({ stations }) => stations.some((station) => station.node === node))) {
        if (link === target) return nextHop;
        for (const station of link.stations) {
          if (reached.has(station.node)) continue;
          reached.add(station.node);
          further.push({ node: station.node, nextHop: nextHop ?? station.address });
        }
      }
    }
    frontier = further;
  }
  return undefined;
}

/** OSPF's, for want of a better. Any configured route to the same block goes before. */
const LEARNED_DISTANCE = 110;
