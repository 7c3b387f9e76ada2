/** Route maps as packets are held against them. */
import { accessListNamed } from "./compile-access-list.ts";
import type { Configuration } from "./configuration.ts";
import type { RouteMap } from "./router-policy.ts";

/** Undefined where there is no such map. A list that is not there permits everything, as everywhere on IOS. */
export function compileRouteMap(configuration: Configuration, name: string): RouteMap | undefined {
  const entries = configuration.routeMaps.filter((entry) => entry.name === name);
  if (entries.length === 0) return undefined;
  return entries.map(({ action, accessLists, nextHops, interfaces }) => ({
    action,
    accessLists: accessLists.map((each) => accessListNamed(configuration, each) ?? { name: each, lines: [] }),
    nextHops,
    interfaces,
  }));
}
