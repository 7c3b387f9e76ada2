/** What a lab needs to know of a configuration: interfaces that are up and addressed, and static routes. */
import type { RouterPolicy, StaticRoute } from "../config/compile.ts";
import type { Configuration } from "../config/configuration.ts";
import type { Route } from "./route-table.ts";
import type { RouterShape } from "./topology.ts";

export function shapeOf(
  name: string,
  { interfaces: settings }: Configuration,
  { interfaces, routes, rip }: RouterPolicy,
): RouterShape {
  return {
    name,
    interfaces: interfaces
      .filter(({ up }) => up)
      .map(({ name: own, address, mask, mtu, tunnel }) => {
        const origin = settings.find((each) => each.name === own)?.address?.origin;
        return { name: own, address, mask, mtu, tunnel, origin };
      }),
    staticRoutes: routes.flatMap(staticRouteOf),
    ripInterfaces: rip?.interfaces.map((each) => each.name) ?? [],
  };
}

export function staticRouteOf({ prefix, nextHop, interfaceName, distance }: StaticRoute): Route[] {
  const common = { block: prefix, origin: "static", distance } as const;
  if (interfaceName !== undefined)
    return [{ ...common, via: { kind: "interface", name: interfaceName, nextHop } }];
  return nextHop === undefined ? [] : [{ ...common, via: { kind: "next hop", address: nextHop } }];
}
