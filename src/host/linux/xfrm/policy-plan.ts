/**
 * Crypto maps as a list of which the first match decides, as the kernel's policies are. A deny line sends a packet on to the
 * next entry: so behind it come the later entries as far as it reaches, and then what passes in clear.
 */
import type { CryptoMapEntry, IpsecPolicy, ProtectedInterface } from "../../../ipsec/policy.ts";
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
  selectorOfRule,
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

/** In order; the first that matches a packet decides. Or why the kernel's policies cannot say it. */
export type PolicyPlan =
  | { readonly kind: "plan"; readonly policies: readonly PlannedPolicy[] }
  | { readonly kind: "impossible"; readonly reason: string };

export function policyPlan({ interfaces }: IpsecPolicy): PolicyPlan {
  if (interfaces.length > 1)
    return impossible("it does not tell packets apart by the interface they came by");
  const policies = interfaces.flatMap(({ localAddress }) => keyingTraffic(host(localAddress)));
  for (const each of interfaces) {
    const reason = whyNot(each);
    if (reason !== undefined) return impossible(reason);
    const regions = flattened(each.entries, 0, EVERYTHING, []);
    if (regions === undefined)
      return impossible(`${each.mapName} becomes more than ${POLICIES_MAX} policies`);
    while (regions.at(-1)?.line === undefined && regions.length > 0) regions.pop();
    for (const { region, line } of regions)
      for (const sourcePorts of portBlocks(region.sourcePorts))
        for (const destinationPorts of portBlocks(region.destinationPorts))
          policies.push({ interface: each, traffic: { ...region, sourcePorts, destinationPorts }, line });
  }
  if (policies.length > POLICIES_MAX) return impossible(`there would be more than ${POLICIES_MAX} policies`);
  return { kind: "plan", policies };
}

/** The part of all packets that is looked at. */
type Region = Omit<AccessRule, "action">;

interface DecidedRegion {
  readonly region: Region;
  readonly line: PlannedLine | undefined;
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
  for (const { accessListName, sequence, peers, rules, template, manual, isPerHost } of entries) {
    if (isPerHost === true) return `${mapName} ${sequence} wants SAs for each pair of hosts`;
    if (template !== undefined) return `${mapName} ${sequence} is dynamic, and its flows come and go`;
    if (manual !== undefined) return `${mapName} ${sequence} has keys entered by hand`;
    if (peers.length === 0) return `${mapName} ${sequence} names no peer`;
    for (const { rule } of rules) {
      if (maskOf(rule.source) === undefined || maskOf(rule.destination) === undefined)
        return `access list ${accessListName} has a wildcard that is no prefix`;
      // Later fragments show no ports: the kernel would let them pass in clear. What is from here it sees before it is cut.
      const isOwn = blockCovers(host(localAddress), rule.source);
      if (isPorted(rule) && !isOwn)
        return `access list ${accessListName} selects by port, which fragments do not show`;
    }
  }
  return undefined;
}

/** What the entries from `first` on say of the region, behind what is `decided` already. Undefined where it is too much. */
function flattened(
  entries: readonly CryptoMapEntry[],
  first: number,
  region: Region,
  decided: DecidedRegion[],
): DecidedRegion[] | undefined {
  for (let i = first; i < entries.length; i++)
    for (const { rule } of entries[i]?.rules ?? []) {
      const entry = entries[i];
      const part = intersection(region, rule);
      if (entry === undefined || part === undefined) continue;
      if (rule.action === "deny" && flattened(entries, i + 1, part, decided) === undefined) return undefined;
      const line = rule.action === "permit" ? { entry, selector: selectorOfRule(rule) } : undefined;
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

function isPorted({ sourcePorts, destinationPorts }: AccessRule): boolean {
  return [sourcePorts, destinationPorts].some(
    ({ low, high }) => low !== ANY_PORT.low || high !== ANY_PORT.high,
  );
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
