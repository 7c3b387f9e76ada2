/** `show route-map`, `show ip policy`, `show ip local policy`: what is routed by policy, and how much was. */
import type { Configuration, RouteMapEntrySettings } from "../../config/configuration.ts";
import type { PolicyRouted } from "../services.ts";

/** Undefined where others than the gateway route, and count. */
export type RoutedBy = (entry: RouteMapEntrySettings) => PolicyRouted | undefined;

/** All maps, or that of a name. */
export function showRouteMaps(
  { routeMaps }: Configuration,
  name: string | undefined,
  routedBy: RoutedBy,
): string[] {
  const shown = routeMaps.filter((entry) => name === undefined || entry.name === name);
  if (name !== undefined && shown.length === 0) return [`route-map ${name} not found`];
  return shown.flatMap((entry) => entryLines(entry, routedBy(entry)));
}

/** Which map routes what comes in by which interface, and the router's own packets. */
export function showPolicy({ interfaces, localPolicyRouteMap }: Configuration): string[] {
  const places = [
    ...(localPolicyRouteMap === undefined ? [] : [["local", localPolicyRouteMap.value] as const]),
    ...interfaces.flatMap(({ name, policyRouteMap }) =>
      policyRouteMap === undefined ? [] : [[name, policyRouteMap.value] as const],
    ),
  ];
  return ["Interface      Route map", ...places.map(([place, map]) => `${place.padEnd(14)} ${map}`)];
}

export function showLocalPolicy(configuration: Configuration, routedBy: RoutedBy): string[] {
  const { localPolicyRouteMap } = configuration;
  if (localPolicyRouteMap === undefined) return ["Local policy routing is disabled"];
  const name = localPolicyRouteMap.value;
  return [
    `Local policy routing is enabled, using route map ${name}`,
    ...showRouteMaps(configuration, name, routedBy),
  ];
}

function entryLines(
  { name, action, sequence, accessLists, nextHops, interfaces }: RouteMapEntrySettings,
  routed: PolicyRouted | undefined,
): string[] {
  return [
    `route-map ${name}, ${action}, sequence ${sequence}`,
    "  Match clauses:",
    ...clause("ip address (access-lists):", accessLists),
    "  Set clauses:",
    ...clause("ip next-hop", nextHops),
    ...clause("interface", interfaces),
    ...(routed === undefined
      ? []
      : [`  Policy routing matches: ${routed.packets} packets, ${routed.octets} bytes`]),
  ];
}

function clause(words: string, values: readonly string[]): string[] {
  return values.length === 0 ? [] : [`    ${words} ${values.join(" ")}`];
}
