/**
 * Crypto maps as a list of which the first match decides, as the kernel's policies are. A deny line sends a packet on to the
 * next entry: so behind it come the later entries as far as it reaches, and then what passes in clear.
 */
import type { CryptoMapEntry, IpsecPolicy, ProtectedInterface } from "../../../ipsec/policy.ts";
import type { IpAddress } from "../../../net/ip-address.ts";
import { PROTOCOL } from "../../../net/protocols.ts";
import {
  type AccessRule,
  type AddressBlock,
  ANY_ADDRESS,
  ANY_PORT,
  blockCovers,
  host,
  maskOf,
  type PortRange,
  ruleOf,
  type TrafficSelector,
} from "../../../net/selector.ts";
import { ANY_PORTS, type PortBlock } from "./xfrm-layout.ts";

/** Packets that leave by an interface, and their answers: protected as a permit line wants it, or in clear. */
export interface PlannedPolicy {
  /** Undefined: whichever interface. */
  readonly interface: ProtectedInterface | undefined;
  readonly traffic: PlannedTraffic;
  readonly line: PlannedLine | undefined;
}

/** Blocks are prefixes. */
export interface PlannedTraffic {
  readonly protocol: number;
  readonly source: AddressBlock;
  readonly sourcePorts: PortBlock;
  readonly destination: AddressBlock;
  readonly destinationPorts: PortBlock;
}

/** A permit line of a crypto map entry. */
export interface PlannedLine {
  readonly entry: CryptoMapEntry;
  readonly selector: TrafficSelector;
}

/** Or why the kernel's policies cannot say it. */
export type PolicyPlan =
  | {
      readonly kind: "plan";
      /** In order; the first that matches a packet decides. */
      readonly policies: readonly PlannedPolicy[];
      /** Likewise, for what matches none of them nor a flow that a peer of a dynamic map has asked for: what lines permit is dropped. */
      readonly templates: readonly PlannedPolicy[];
    }
  | { readonly kind: "impossible"; readonly reason: string };

export function policyPlan({ interfaces }: IpsecPolicy): PolicyPlan {
  if (interfaces.length > 1)
    return impossible("it does not tell packets apart by the interface they came by");
  const policies = interfaces.flatMap(({ localAddress }) => keyingTraffic(host(localAddress)));
  const templates: PlannedPolicy[] = [];
  for (const each of interfaces) {
    const reason = whyNot(each);
    if (reason !== undefined) return impossible(reason);
    const [ofTemplates, ofPeers] = [true, false].map((isTemplate) =>
      decidedRegions(each.entries.filter(({ template }) => (template !== undefined) === isTemplate)),
    );
    if (ofTemplates === undefined || ofPeers === undefined)
      return impossible(`${each.mapName} becomes more than ${POLICIES_MAX} policies`);
    const isDynamic = each.entries.some(({ template }) => template !== undefined);
    const lines = isDynamic ? withoutIdlePasses(ofPeers) : ofPeers;
    // What a deny line sends on may be a flow of a dynamic map's peer, which the kernel would not come to.
    if (isDynamic && lines.some(({ line }) => line === undefined))
      return impossible(`${each.mapName} has a dynamic map behind deny lines that matter`);
    policies.push(...plannedOf(each, lines));
    templates.push(...plannedOf(each, ofTemplates));
  }
  if (policies.length + templates.length > POLICIES_MAX)
    return impossible(`there would be more than ${POLICIES_MAX} policies`);
  return { kind: "plan", policies, templates };
}

/** Of an access list's line or a flow: later fragments show no ports, and would pass in clear. What is from here is seen before it is cut. */
export function isLostInFragments(
  traffic: Pick<AccessRule, "source" | "sourcePorts" | "destinationPorts">,
  localAddress: IpAddress,
): boolean {
  const isOwn = blockCovers(host(localAddress), traffic.source);
  return !isOwn && (!isAnyPort(traffic.sourcePorts) || !isAnyPort(traffic.destinationPorts));
}

/** The part of all packets that is looked at. */
type Region = Omit<AccessRule, "action">;

interface DecidedRegion {
  readonly region: Region;
  readonly line: PlannedLine | undefined;
}

/** Without what passes and would pass anyway, as no permit line comes behind it. */
function withoutIdlePasses(regions: readonly DecidedRegion[]): readonly DecidedRegion[] {
  return regions.filter(
    ({ region, line }, i) =>
      line !== undefined ||
      regions.slice(i + 1).some((later) => later.line !== undefined && intersection(region, later.region)),
  );
}

function plannedOf(on: ProtectedInterface, regions: readonly DecidedRegion[]): PlannedPolicy[] {
  return regions.flatMap(({ region, line }) =>
    portBlocks(region.sourcePorts).flatMap((sourcePorts) =>
      portBlocks(region.destinationPorts).map((destinationPorts) => ({
        interface: on,
        traffic: { ...region, sourcePorts, destinationPorts },
        line,
      })),
    ),
  );
}

/** IKE and IPsec itself are never protected (`keying-traffic.ts`); of ESP and AH the kernel sees to that. */
function keyingTraffic(source: AddressBlock): PlannedPolicy[] {
  const common = { protocol: PROTOCOL.UDP, source, destination: ANY_ADDRESS, destinationPorts: ANY_PORTS };
  return [500, 4500].map((port) => ({
    interface: undefined,
    traffic: { ...common, sourcePorts: { port, mask: 0xffff } },
    line: undefined,
  }));
}

function whyNot({ mapName, localAddress, dfBit, entries }: ProtectedInterface): string | undefined {
  if (dfBit === "set") return "the kernel cannot set the DF bit of what it encapsulates";
  for (const { accessListName, sequence, peers, rules, template, transformSets, isPerHost } of entries) {
    if (isPerHost === true && transformSets.some(({ mode }) => mode === "transport"))
      return `${mapName} ${sequence} wants SAs in transport mode for each pair of hosts`;
    if (peers.length === 0 && template === undefined) return `${mapName} ${sequence} names no peer`;
    for (const rule of rules.map(ruleOf)) {
      if (maskOf(rule.source) === undefined || maskOf(rule.destination) === undefined)
        return `access list ${accessListName} has a wildcard that is no prefix`;
      if (isLostInFragments(rule, localAddress))
        return `access list ${accessListName} selects by port, which fragments do not show`;
    }
  }
  return undefined;
}

/** Undefined where it is too much. */
function decidedRegions(entries: readonly CryptoMapEntry[]): readonly DecidedRegion[] | undefined {
  const regions = flattened(entries, 0, EVERYTHING, []);
  while (regions !== undefined && regions.length > 0 && regions.at(-1)?.line === undefined) regions.pop();
  return regions;
}

/** What the entries from `first` on say of the region, behind what is `decided` already. Undefined where it is too much. */
function flattened(
  entries: readonly CryptoMapEntry[],
  first: number,
  region: Region,
  decided: DecidedRegion[],
): DecidedRegion[] | undefined {
  for (let i = first; i < entries.length; i++)
    for (const rule of entries[i]?.rules ?? []) {
      const entry = entries[i];
      const part = intersection(region, ruleOf(rule));
      if (entry === undefined || part === undefined) continue;
      if (rule.action === "deny" && flattened(entries, i + 1, part, decided) === undefined) return undefined;
      const line = rule.action === "permit" ? { entry, selector: rule.selector } : undefined;
      decided.push({ region: part, line });
      if (decided.length > POLICIES_MAX) return undefined;
    }
  return decided;
}

function intersection(a: Region, b: Region): Region | undefined {
  const source = commonBlock(a.source, b.source);
  const destination = commonBlock(a.destination, b.destination);
  const sourcePorts = commonRange(a.sourcePorts, b.sourcePorts);
  const destinationPorts = commonRange(a.destinationPorts, b.destinationPorts);
  if (a.protocol !== 0 && b.protocol !== 0 && a.protocol !== b.protocol) return undefined;
  if (source === undefined || destination === undefined) return undefined;
  if (sourcePorts === undefined || destinationPorts === undefined) return undefined;
  return { protocol: a.protocol || b.protocol, source, sourcePorts, destination, destinationPorts };
}

/** Of two prefixes one is within the other, or they have nothing in common. */
function commonBlock(a: AddressBlock, b: AddressBlock): AddressBlock | undefined {
  if (blockCovers(a, b)) return b;
  return blockCovers(b, a) ? a : undefined;
}

function commonRange(a: PortRange, b: PortRange): PortRange | undefined {
  const [low, high] = [Math.max(a.low, b.low), Math.min(a.high, b.high)];
  return low <= high ? { low, high } : undefined;
}

/** A range as blocks of a power of two, each where a multiple of its size is. */
export function portBlocks({ low, high }: PortRange): readonly PortBlock[] {
  const blocks: PortBlock[] = [];
  for (let port = low; port <= high; ) {
    let size = port === 0 ? 65_536 : port & -port;
    while (port + size - 1 > high) size /= 2;
    blocks.push({ port, mask: 65_536 - size });
    port += size;
  }
  return blocks;
}

function isAnyPort({ low, high }: PortRange): boolean {
  return low === ANY_PORT.low && high === ANY_PORT.high;
}

function impossible(reason: string): PolicyPlan {
  return { kind: "impossible", reason };
}

const EVERYTHING: Region = {
  protocol: 0,
  source: ANY_ADDRESS,
  sourcePorts: ANY_PORT,
  destination: ANY_ADDRESS,
  destinationPorts: ANY_PORT,
};

/** Each packet of a new flow is held against them one after the other. */
const POLICIES_MAX = 8192;
