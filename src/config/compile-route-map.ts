/** Route maps as packets are held against them. */
import { accessListNamed } from "./compile-access-list.ts";
import type { Configuration, Setting } from "./configuration.ts";
import type { Problems } from "./problem.ts";
import type { RouteMap } from "./router-policy.ts";

/** Undefined where there is no such map. A list that is not there permits everything, as everywhere on IOS. */
export function compileRouteMap(configuration: Configuration, name: string): RouteMap | undefined {
  const entries = configuration.routeMaps.filter((entry) => entry.name === name);
  if (entries.length === 0) return undefined;
  return entries.map((source) => ({
    action: source.action,
    accessLists: source.accessLists.map(
      (each) => accessListNamed(configuration, each) ?? { name: each, lines: [] },
    ),
    nextHops: source.nextHops,
    interfaces: source.interfaces,
    source,
  }));
}

/** What policy routing asks for `packets`, named as in a sentence. A map that is not there changes nothing. */
export function policyRoutes(
  configuration: Configuration,
  routeMap: Setting<string> | undefined,
  packets: string,
  problems: Problems,
): RouteMap | undefined {
  if (routeMap === undefined) return undefined;
  const map = compileRouteMap(configuration, routeMap.value);
  if (map === undefined)
    problems.warning({
      kind: "incomplete",
      origin: routeMap.origin,
      message: `Route map ${routeMap.value} does not exist, so ${packets} goes by the routes alone.`,
      advice: `Enter \`route-map ${routeMap.value} permit 10\` and below it \`match\` and \`set\`.`,
    });
  return map;
}
