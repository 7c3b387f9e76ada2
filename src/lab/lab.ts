/** A whole lab: routers, links and hosts in one world, made from what the sources say and the options ask for. */
import type { Random } from "../base/random.ts";
import type { DebugFlag } from "../cli/services.ts";
import type { ExportedKeys, GatewayEvent } from "../gateway/contract.ts";
import { Host } from "./host.ts";
import { IpStack } from "./ip-stack.ts";
import type { JobRunner } from "./job-runner.ts";
import { LabRouter } from "./lab-router.ts";
import type { LabSources } from "./lab-sources.ts";
import { GOOD_LINK, Link, type LinkConditions, type TappedPacket } from "./link.ts";
import { SeededRandom } from "./seeded-random.ts";
import { deduceTopology, type LinkPlan, type RouterShape, type Topology } from "./topology.ts";
import { UdpPorts } from "./udp-ports.ts";
import { World } from "./world.ts";

export interface LabOptions {
  readonly seed: number;
  /** Of links between routers, beyond what the topology file says. */
  readonly conditions: Partial<LinkConditions>;
  readonly holdPackets: boolean;
  /** As `show version` tells it; absent where nobody asks. */
  readonly softwareVersion?: string;
  readonly debug: ReadonlySet<DebugFlag>;
  readonly jobs: (world: World) => JobRunner;
  /** The entropy of a router; absent, it follows from the seed. */
  readonly random?: (router: string) => Random;
  readonly wallClockAtStart?: number;
  readonly watcher: LabWatcher;
}

/** Who is told what happens in the lab. */
export interface LabWatcher {
  /** Lines a router says of its own accord. */
  readonly onLines: (router: string, lines: readonly string[]) => void;
  readonly onEvent?: (router: string, event: GatewayEvent) => void;
  /** Given, routers hand out their keys. */
  readonly onKeys?: (router: string, keys: ExportedKeys) => void;
  /** What crosses links between routers; where there are none, what crosses any link. */
  readonly onPacket?: (packet: TappedPacket) => void;
}

export interface Lab {
  readonly world: World;
  /** In the order of their files. */
  readonly routers: readonly LabRouter[];
  readonly hosts: readonly Host[];
  readonly links: readonly Link[];
  readonly topology: Topology;
}

export type LabResult =
  | { readonly kind: "lab"; readonly lab: Lab }
  | { readonly kind: "problems"; readonly problems: readonly string[] };

export function createLab(sources: LabSources, options: LabOptions): LabResult {
  const shapes = sources.routers.map(({ shape }) => shape);
  const deduced = deduceTopology(shapes, sources.file);
  if (deduced.kind === "problems") return deduced;
  const { topology } = deduced;
  const world = new World();
  const links = new Map(topology.links.map((plan) => [plan.name, linkOf(world, plan, options)]));
  tapLinks(topology.links, links, options.watcher);
  const jobs = options.jobs(world);
  const routers = sources.routers.map(({ shape, configuration, text, policy, rsaKeys }) => {
    const { name } = shape;
    const { onKeys } = options.watcher;
    return new LabRouter({
      name,
      world,
      configuration,
      policy,
      startup: text,
      rsaKeys,
      cabling: cablingOf(name, topology.links, links),
      learned: topology.learned.get(name) ?? [],
      random: options.random?.(name) ?? new SeededRandom(options.seed, name),
      jobs,
      holdPackets: options.holdPackets,
      softwareVersion: options.softwareVersion ?? "unknown",
      debug: options.debug,
      wallClockAtStart: options.wallClockAtStart,
      onLines: (lines) => options.watcher.onLines(name, lines),
      onEvent: (event) => options.watcher.onEvent?.(name, event),
      onKeys: onKeys === undefined ? undefined : (keys) => onKeys(name, keys),
    });
  });
  if (topology.transit !== undefined) startTransit(world, topology.transit, topology.links, links);
  const hosts = topology.hosts.flatMap((plan) => {
    const link = links.get(plan.link);
    return link === undefined ? [] : [new Host(world, plan, link)];
  });
  return { kind: "lab", lab: { world, routers, hosts, links: [...links.values()], topology } };
}

function linkOf(world: World, plan: LinkPlan, options: LabOptions): Link {
  const asked = plan.joinsRouters ? options.conditions : {};
  return new Link(world, plan.name, { ...GOOD_LINK, ...plan.conditions, ...asked }, options.seed);
}

function tapLinks(plans: readonly LinkPlan[], links: ReadonlyMap<string, Link>, watcher: LabWatcher): void {
  const { onPacket } = watcher;
  if (onPacket === undefined) return;
  const between = plans.filter(({ joinsRouters }) => joinsRouters);
  for (const { name } of between.length > 0 ? between : plans) links.get(name)?.tap(onPacket);
}

function cablingOf(
  node: string,
  plans: readonly LinkPlan[],
  links: ReadonlyMap<string, Link>,
): ReadonlyMap<string, Link> {
  const cabling = new Map<string, Link>();
  for (const { name, stations } of plans) {
    const link = links.get(name);
    for (const station of stations)
      if (station.node === node && link !== undefined) cabling.set(station.interfaceName, link);
  }
  return cabling;
}

function startTransit(
  world: World,
  { name, interfaces }: RouterShape,
  plans: readonly LinkPlan[],
  links: ReadonlyMap<string, Link>,
): void {
  const cabling = cablingOf(name, plans, links);
  const stack = new IpStack({
    name,
    world,
    interfaces: interfaces.map(({ name: port, address, mask, mtu }) => {
      const link = cabling.get(port);
      return { name: port, address, mask, link, mtu: Math.min(mtu, link?.conditions.mtu ?? mtu) };
    }),
    routes: [],
    forwards: true,
  });
  new UdpPorts(stack);
}
