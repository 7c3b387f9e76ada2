/**
 * Which routers share a link, and what else a lab needs, deduced from their interfaces: those in one subnet share a
 * link; one alone in its subnet gets a LAN with a host; next hops nobody has become a transit router that joins them.
 */
import { describeOrigin, type Origin } from "../base/origin.ts";
import type { TunnelEnds } from "../config/router-policy.ts";
import { type IpAddress, ipv4FromNumber, ipv4ToNumber } from "../net/ip-address.ts";
import { type AddressBlock, blockContains, blockCovers, blockOf } from "../net/selector.ts";
import type { HostPlan } from "./host.ts";
import type { HostEntry, LabFile } from "./lab-file.ts";
import { learnedRoutes } from "./learned-routes.ts";
import type { LinkConditions } from "./link.ts";
import { prefixLength, type Route } from "./route-table.ts";

/** What the topology needs to know of a configuration. */
export interface RouterShape {
  /** Unique in the lab. */
  readonly name: string;
  /** Those that are up and have an address. */
  readonly interfaces: readonly InterfaceShape[];
  readonly staticRoutes: readonly Route[];
  /** Whose networks it tells of by RIP, and learns others by. */
  readonly ripInterfaces?: readonly string[] | undefined;
}

export interface InterfaceShape {
  readonly name: string;
  readonly address: IpAddress;
  readonly mask: IpAddress;
  readonly mtu: number;
  readonly tunnel?: TunnelEnds | undefined;
  readonly origin: Origin | undefined;
}

export interface LinkPlan {
  /** The subnet: `172.16.172.0/24`. */
  readonly name: string;
  readonly subnet: AddressBlock;
  /** Routers meet here; otherwise it is a LAN. Impairments asked for on the command line apply between routers only. */
  readonly joinsRouters: boolean;
  readonly stations: readonly Station[];
  readonly conditions: Partial<LinkConditions>;
}

export interface Station {
  readonly node: string;
  readonly interfaceName: string;
  readonly address: IpAddress;
  readonly mask: IpAddress;
}

export interface PlannedHost extends HostPlan {
  readonly link: string;
}

export interface Topology {
  readonly links: readonly LinkPlan[];
  readonly hosts: readonly PlannedHost[];
  /** A router without configuration that has the addresses other routers' next hops name; undefined if there are none. */
  readonly transit: RouterShape | undefined;
  /** By router, routes that its configuration leaves out. */
  readonly learned: ReadonlyMap<string, readonly Route[]>;
  /** What was assumed that the operator may want to know, a sentence each. */
  readonly notes: readonly string[];
}

export type TopologyResult =
  | { readonly kind: "topology"; readonly topology: Topology }
  | { readonly kind: "problems"; readonly problems: readonly string[] };

/** The topology, or why there is none. */
export function deduceTopology(configured: readonly RouterShape[], file: LabFile): TopologyResult {
  const problems = [...duplicateAddresses(configured), ...overlaps(configured)];
  if (problems.length > 0) return { kind: "problems", problems };
  const transit = transitRouter(configured);
  const routers = transit === undefined ? configured : [...configured, transit];
  const bare = segmentsOf(routers);
  const misplaced = misplacedEntries(bare, file);
  if (misplaced.length > 0) return { kind: "problems", problems: misplaced };
  const links = bare.map((link) => ({ ...link, conditions: file.links.get(link.name) ?? {} }));
  const hosts = numbered(links.flatMap((link) => hostsOn(link, file.hosts)));
  const namesakes = repeatedNames([...routers, ...hosts]);
  if (namesakes.length > 0) return { kind: "problems", problems: namesakes };
  const { learned, notes } = learnedRoutes(configured, links);
  const transitNotes =
    transit === undefined
      ? []
      : [
          `No router here has ${transit.interfaces.map((each) => each.address).join(", ")}: a transit router stands in for what does.`,
        ];
  return {
    kind: "topology",
    topology: { links, hosts, transit, learned, notes: [...transitNotes, ...notes] },
  };
}

/** `10.1.1.0/24`. */
export function subnetName(block: AddressBlock): string {
  return `${block.address}/${prefixLength(block)}`;
}

/** An interface that a cable can be plugged into. */
function hasLink({ name, mask }: InterfaceShape): boolean {
  return !/^(Loopback|Null|Tunnel|Virtual-Template|BVI|Dialer)/i.test(name) && mask !== "255.255.255.255";
}

interface Place {
  readonly router: string;
  readonly shape: InterfaceShape;
}

function placesOf(routers: readonly RouterShape[]): Place[] {
  return routers.flatMap(({ name, interfaces }) => interfaces.map((shape) => ({ router: name, shape })));
}

function describePlace({ router, shape }: Place): string {
  const where = shape.origin === undefined ? "" : ` (${describeOrigin(shape.origin)})`;
  return `${router} ${shape.name}${where}`;
}

function duplicateAddresses(routers: readonly RouterShape[]): string[] {
  const owners = new Map<IpAddress, Place>();
  const problems: string[] = [];
  for (const place of placesOf(routers)) {
    const owner = owners.get(place.shape.address);
    if (owner === undefined) owners.set(place.shape.address, place);
    else
      problems.push(
        `${place.shape.address} is the address of ${describePlace(owner)} and of ${describePlace(place)}: change one`,
      );
  }
  return problems;
}

/** Subnets that overlap without being the same would put one wire into another. */
function overlaps(routers: readonly RouterShape[]): string[] {
  const places = placesOf(routers).filter(({ shape }) => hasLink(shape));
  const problems: string[] = [];
  places.forEach((a, i) => {
    for (const b of places.slice(i + 1)) {
      const [first, second] = [
        blockOf(a.shape.address, a.shape.mask),
        blockOf(b.shape.address, b.shape.mask),
      ];
      if (a.shape.mask === b.shape.mask || !(blockCovers(first, second) || blockCovers(second, first)))
        continue;
      problems.push(
        `the subnets of ${describePlace(a)} and ${describePlace(b)} overlap: give both the same mask, or other addresses`,
      );
    }
  });
  return problems;
}

function segmentsOf(routers: readonly RouterShape[]): Omit<LinkPlan, "conditions">[] {
  const stations = new Map<string, { subnet: AddressBlock; stations: Station[] }>();
  for (const { router, shape } of placesOf(routers)) {
    if (!hasLink(shape)) continue;
    const { name: interfaceName, address, mask } = shape;
    const subnet = blockOf(address, mask);
    const segment = stations.get(subnetName(subnet)) ?? { subnet, stations: [] };
    segment.stations.push({ node: router, interfaceName, address, mask });
    stations.set(subnetName(subnet), segment);
  }
  return Array.from(stations, ([name, segment]) => ({
    name,
    ...segment,
    joinsRouters: segment.stations.length > 1,
  }));
}

/** The next hops of static routes that are in a subnet of their router and that no router has. */
function transitRouter(routers: readonly RouterShape[]): RouterShape | undefined {
  const taken = new Set(placesOf(routers).map(({ shape }) => shape.address));
  const interfaces: InterfaceShape[] = [];
  for (const router of routers) {
    for (const { via } of router.staticRoutes) {
      if (via.kind !== "next hop" || taken.has(via.address)) continue;
      const near = router.interfaces.find(
        (each) => hasLink(each) && blockContains(blockOf(each.address, each.mask), via.address),
      );
      if (near === undefined) continue;
      taken.add(via.address);
      const name = `Ethernet${interfaces.length}`;
      interfaces.push({ name, address: via.address, mask: near.mask, mtu: near.mtu, origin: undefined });
    }
  }
  return interfaces.length === 0 ? undefined : { name: TRANSIT_NAME, interfaces, staticRoutes: [] };
}

/** Links and hosts of the topology file that belong to no subnet of the configurations. */
function misplacedEntries(
  links: readonly Pick<LinkPlan, "name" | "subnet" | "stations">[],
  file: LabFile,
): string[] {
  const names = links.map(({ name }) => name);
  const strayLinks = [...file.links.keys()]
    .filter((name) => !names.includes(name))
    .map((name) => `lab.json: links: no interface is in ${name}; there are ${names.join(", ")}`);
  const strayHosts = file.hosts.flatMap(({ name, address }) => {
    const link = links.find(({ subnet }) => blockContains(subnet, address));
    if (link === undefined) return [`lab.json: hosts: ${name} ${address} is in none of ${names.join(", ")}`];
    const owner = link.stations.find((station) => station.address === address);
    return owner === undefined ? [] : [`lab.json: hosts: ${name} ${address} is the address of ${owner.node}`];
  });
  return [...strayLinks, ...strayHosts];
}

function repeatedNames(nodes: readonly { readonly name: string }[]): string[] {
  const names = nodes.map(({ name }) => name.toLowerCase());
  return nodes
    .filter(({ name }, i) => names.indexOf(name.toLowerCase()) < i)
    .map(({ name }) => `lab.json: hosts: ${name} is the name of another node too`);
}

/** The hosts the topology file puts on a link; on a LAN without any, one that is made up and has no name yet. */
function hostsOn(link: LinkPlan, entries: readonly HostEntry[]): PlannedHost[] {
  const here = entries.filter(({ address }) => blockContains(link.subnet, address));
  const router = link.stations[0];
  if (router === undefined) return [];
  const common = { mask: router.mask, gateway: router.address, mtu: HOST_MTU, link: link.name };
  if (here.length > 0) return here.map(({ name, address }) => ({ name, address, ...common }));
  const address = link.joinsRouters ? undefined : freeAddress(link.subnet, router.address);
  return address === undefined ? [] : [{ name: "", address, ...common }];
}

/** Hosts without a name are called `host1`, `host2` and so on. */
function numbered(hosts: readonly PlannedHost[]): PlannedHost[] {
  let count = 0;
  return hosts.map((host) => {
    if (host.name !== "") return host;
    count += 1;
    return { ...host, name: `host${count}` };
  });
}

/** The hundredth address of the subnet, or the first free one where there is no such; undefined where there is none at all. */
function freeAddress(subnet: AddressBlock, router: IpAddress): IpAddress | undefined {
  const network = ipv4ToNumber(subnet.address);
  const broadcast = network + ipv4ToNumber(subnet.wildcard);
  const candidates = [network + 100, network + 1, network + 2];
  const free = candidates.find(
    (each) => each > network && each < broadcast && ipv4FromNumber(each) !== router,
  );
  return free === undefined ? undefined : ipv4FromNumber(free);
}

export const TRANSIT_NAME = "transit";

const HOST_MTU = 1500;
