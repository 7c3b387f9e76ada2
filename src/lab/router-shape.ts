/** What a lab needs to know of a configuration: interfaces that are up and addressed, and static routes. */
import type { Configuration, InterfaceSettings, RouteSettings } from "../config/configuration.ts";
import type { Route } from "./route-table.ts";
import type { InterfaceShape, RouterShape } from "./topology.ts";

export function shapeOf(name: string, configuration: Configuration): RouterShape {
  const { interfaces, routes } = configuration;
  return { name, interfaces: interfaces.flatMap(interfaceShape), staticRoutes: routes.flatMap(staticRoute) };
}

function interfaceShape(settings: InterfaceSettings): InterfaceShape[] {
  const { name, address, shutdown, mtu, ipMtu } = settings;
  if (address === undefined || shutdown.value) return [];
  return [{ name, ...address.value, mtu: (ipMtu ?? mtu).value, origin: address.origin }];
}

function staticRoute({ prefix, nextHop, interfaceName, distance }: RouteSettings): Route[] {
  const common = { block: prefix, origin: "static", distance: distance.value } as const;
  // A route to Null0 leads nowhere, and so does one out of an interface that is not there: the lookup finds no link.
  if (interfaceName !== undefined)
    return [{ ...common, via: { kind: "interface", name: interfaceName, nextHop } }];
  return nextHop === undefined ? [] : [{ ...common, via: { kind: "next hop", address: nextHop } }];
}
