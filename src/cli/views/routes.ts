/** `show ip route`, in the layout of IOS 12.2: routes below the classful network that they are part of. */

import { clockText } from "../../base/clock-text.ts";
import type { MachineView, RouteView } from "../../gateway/machine-view.ts";
import { classLength } from "../../net/classful.ts";
import { type IpAddress, ipv4FromNumber, ipv4ToNumber } from "../../net/ip-address.ts";
import { blockContains } from "../../net/selector.ts";

export function showRoutes({ routes }: MachineView): string[] {
  const best = bestRoutes(routes);
  return [...CODES, "", lastResort(best), "", ...majorNetworks(best).flatMap(networkLines)];
}

/** `show ip route static`: those of one origin, without the codes. */
export function showRoutesOf({ routes }: MachineView, origin: RouteView["origin"]): string[] {
  const own = bestRoutes(routes).filter((route) => route.origin === origin);
  return majorNetworks(own).flatMap(networkLines);
}

/** `show ip route A.B.C.D`: the route that packets to an address take. */
export function showRouteTo({ routes }: MachineView, destination: IpAddress): string[] {
  const [first, ...others] = bestRoutes(routes)
    .filter(({ prefix }) => blockContains(prefix, destination))
    .sort((a, b) => b.prefixLength - a.prefixLength);
  if (first === undefined) return ["% Network not in table"];
  const ways = [first, ...others.filter((route) => isSamePrefix(route, first))];
  return [
    `Routing entry for ${first.prefix.address}/${first.prefixLength}`,
    `  Known via "${first.origin}", distance ${first.distance}, metric ${first.metric}`,
    "  Routing Descriptor Blocks:",
    ...ways.flatMap((way) => [
      `  * ${wayText(way)}`,
      `      Route metric is ${way.metric}, traffic share count is 1`,
    ]),
  ];
}

function wayText({ nextHop, interfaceName, age }: RouteView): string {
  if (nextHop === undefined) return `directly connected, via ${interfaceName ?? "nothing"}`;
  const told = age === undefined ? "" : `, from ${nextHop}, ${clockText(age)} ago`;
  return `${nextHop}${told}${told === "" || interfaceName === undefined ? "" : `, via ${interfaceName}`}`;
}

const CODES = [
  "Codes: C - connected, S - static, R - RIP, O - learned from the topology of the lab,",
  "       K - of this machine, * - candidate default",
];

const LETTERS: { readonly [O in RouteView["origin"]]: string } = {
  connected: "C",
  static: "S",
  rip: "R",
  learned: "O",
  kernel: "K",
};

/** Those that packets follow: of routes to one prefix the nearest. */
function bestRoutes(routes: readonly RouteView[]): RouteView[] {
  return routes.filter(
    (route) =>
      !routes.some(
        (other) =>
          isSamePrefix(route, other) &&
          (other.distance < route.distance ||
            (other.distance === route.distance && other.metric < route.metric)),
      ),
  );
}

function isSamePrefix(a: RouteView, b: RouteView): boolean {
  return a.prefixLength === b.prefixLength && a.prefix.address === b.prefix.address;
}

function lastResort(routes: readonly RouteView[]): string {
  const way = routes.find(({ prefixLength }) => prefixLength === 0);
  if (way === undefined) return "Gateway of last resort is not set";
  return `Gateway of last resort is ${way.nextHop ?? "0.0.0.0"} to network 0.0.0.0`;
}

/** A network of class A, B or C, or a prefix shorter than its class, with the routes into it. */
interface MajorNetwork {
  readonly address: number;
  readonly prefixLength: number;
  readonly routes: readonly RouteView[];
}

function majorNetworks(routes: readonly RouteView[]): MajorNetwork[] {
  const networks = new Map<string, MajorNetwork>();
  for (const route of routes) {
    const address = ipv4ToNumber(route.prefix.address);
    const prefixLength = Math.min(route.prefixLength, classLength(route.prefix.address));
    const base = prefixLength === 0 ? 0 : (address & (-1 << (32 - prefixLength))) >>> 0;
    const key = `${base}/${prefixLength}`;
    const known = networks.get(key);
    networks.set(key, { address: base, prefixLength, routes: [...(known?.routes ?? []), route] });
  }
  // The default route comes last.
  return [...networks.values()].sort(
    (a, b) => Number(a.prefixLength === 0) - Number(b.prefixLength === 0) || a.address - b.address,
  );
}

function networkLines({ address, prefixLength, routes }: MajorNetwork): string[] {
  const network = ipv4FromNumber(address);
  const sorted = routes.toSorted(
    (a, b) =>
      ipv4ToNumber(a.prefix.address) - ipv4ToNumber(b.prefix.address) || a.prefixLength - b.prefixLength,
  );
  const subnets = new Set(sorted.map((route) => `${route.prefix.address}/${route.prefixLength}`)).size;
  const masks = new Set(sorted.map((route) => route.prefixLength));
  const [only] = masks;
  // Whole networks stand alone.
  if (masks.size === 1 && only === prefixLength)
    return sorted.map((route) => routeLine(route, "", `${route.prefix.address}/${prefixLength}`));
  if (masks.size === 1)
    return [
      `     ${network}/${only} is subnetted, ${subnets} subnets`,
      ...sorted.map((route) => routeLine(route, "   ", route.prefix.address)),
    ];
  return [
    `     ${network}/${prefixLength} is variably subnetted, ${subnets} subnets, ${masks.size} masks`,
    ...sorted.map((route) => routeLine(route, "   ", `${route.prefix.address}/${route.prefixLength}`)),
  ];
}

function routeLine(route: RouteView, indentation: string, prefix: string): string {
  const { origin, distance, metric, nextHop, interfaceName, prefixLength, age } = route;
  const heard = age === undefined ? "" : `, ${clockText(age)}`;
  const code = `${LETTERS[origin]}${prefixLength === 0 ? "*" : " "}`;
  const way =
    nextHop === undefined
      ? `is directly connected, ${interfaceName ?? "nothing"}`
      : `[${distance}/${metric}] via ${nextHop}${heard}${interfaceName === undefined ? "" : `, ${interfaceName}`}`;
  return `${code.padEnd(5)}${indentation}${prefix} ${way}`;
}
