/** Reverse route injection: what lies behind peers is routed to them, so that it comes by the interface that protects it. */
import type { IpAddress } from "../net/ip-address.ts";
import { type AddressBlock, maskOf } from "../net/selector.ts";
import type { ProtectedConnection } from "./protected-connection.ts";
import type { ProtectedPolicy } from "./protected-policy.ts";

export interface ReverseRoute {
  /** A subnet. */
  readonly prefix: AddressBlock;
  readonly nextHop: IpAddress;
}

/** Those there are at present, each once. */
export function reverseRoutes(policy: ProtectedPolicy): readonly ReverseRoute[] {
  const routes = new Map<string, ReverseRoute>();
  for (const connection of policy.all())
    for (const route of routesOf(connection))
      routes.set(`${route.prefix.address} ${route.prefix.wildcard} ${route.nextHop}`, route);
  return [...routes.values()];
}

function routesOf({ entry, lines, outbound, currentPeer }: ProtectedConnection): ReverseRoute[] {
  const { reverseRoute } = entry;
  if (reverseRoute === undefined) return [];
  return lines.flatMap((line) => {
    const peer = outbound.findLast((sa) => sa.line === line)?.parameters.peer;
    const end = peer ?? (reverseRoute.isStatic ? currentPeer : undefined);
    const { remote } = line.selector;
    // A route is to a subnet.
    if (end === undefined || maskOf(remote) === undefined) return [];
    return [{ prefix: remote, nextHop: reverseRoute.nextHop ?? end }];
  });
}
