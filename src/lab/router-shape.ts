/** What a lab needs to know of a configuration: interfaces that are up and addressed, and static routes. */
import type { StaticRoute } from "../config/compile.ts";
import type { Configuration, InterfaceSettings } from "../config/configuration.ts";
import type { Route } from "./route-table.ts";
import type { InterfaceShape, RouterShape } from "./topology.ts";

export function shapeOf(
  name: string,
  { interfaces }: Configuration,
  routes: readonly StaticRoute[],
): RouterShape {
  return {
    name,
    interfaces: interfaces.flatMap(interfaceShape),
    staticRoutes: routes.flatMap(staticRouteOf),
  };
}

function interfaceShape(settings: InterfaceSettings): InterfaceShape[] {
  const { name, address, shutdown, mtu, ipMtu } = settings;
  if (address === undefined || shutdown.value) return [];
  return [{ name, ...address.value, mtu: (ipMtu ?? mtu).value, origin: address.origin }];
}

export function staticRouteOf({ prefix, nextHop, interfaceName, distance }: StaticRoute): Route[] {
  const common = { block: prefix, origin: "static", distance } as const;
  if (interfaceName !== undefined)
    return [{ ...common, via: { kind: "interface", name: interfaceName, nextHop } }];
  return nextHop === undefined ? [] : [{ ...common, via: { kind: "next hop", address: nextHop } }];
}
