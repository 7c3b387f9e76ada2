/**
 * Which packets Linux's policy routing hands to us: what crypto access lists permit, never less. Crypto map entries become
 * `ip rule`s in their order; a deny line, which sends a packet on to the next entry, becomes a `goto` there.
 */

import type { CryptoMapEntry, IpsecPolicy, ProtectedInterface } from "../../ipsec/policy.ts";
import { type IpAddress, ipv4FromNumber, ipv4ToNumber } from "../../net/ip-address.ts";
import { PROTOCOL } from "../../net/protocols.ts";
import {
  type AddressBlock,
  ANY_ADDRESS,
  ANY_PORT,
  blockContains,
  blockOf,
  host,
  maskOf,
  type PortRange,
} from "../../net/selector.ts";
import { TRANSLATED_MARK } from "./translated-protection.ts";

/** One `ip rule`. What is absent is not looked at. */
export interface SteeringRule {
  readonly priority: number;
  readonly match: SteeringMatch;
  readonly action:
    | { readonly kind: "table"; readonly table: number }
    | { readonly kind: "goto"; readonly priority: number }
    | { readonly kind: "nothing" };
}

export interface SteeringMatch {
  readonly mark?: number;
  /** Device that the packet came in by. */
  readonly device?: string;
  readonly from?: AddressBlock;
  readonly to?: AddressBlock;
  readonly protocol?: number;
  readonly sourcePort?: number;
}

export interface SteeringTables {
  /** Leads to the device whose packets are to be protected. */
  readonly protect: number;
  /** Leads to the device whose packets came in clear and may be dropped. */
  readonly check: number;
}

export interface Priorities {
  readonly first: number;
  readonly last: number;
}

/** Two ranges, all before the table `main`, used in turn: while the policy changes, the rules of both are there. */
export const PRIORITIES: readonly Priorities[] = [
  { first: 6000, last: 16_999 },
  { first: 17_000, last: 27_999 },
];
/** Behind the rules of both ranges and those of temporary entries: where what is not for us goes on. */
export const THE_END: SteeringRule = { priority: 32_600, match: {}, action: { kind: "nothing" } };
export const TABLES: SteeringTables = { protect: 29_547, check: 29_548 };
/** What we send is routed as if we were not there: our own packets must not come back to us. */
export const OWN_MARK = 0x736b;

/**
 * Ascending priorities. `deviceOf` gives the Linux device of an IOS interface. Undefined: more rules than there are
 * priorities.
 */
export function steeringPlan(
  policy: IpsecPolicy,
  deviceOf: (interfaceName: string) => string | undefined,
  priorities: Priorities,
): readonly SteeringRule[] | undefined {
  const sections: Section[] = [
    [
      { match: { mark: OWN_MARK }, action: "end" },
      { match: { mark: TRANSLATED_MARK }, action: TABLES.protect },
    ],
  ];
  for (const { localAddress } of policy.interfaces) sections.push(keyingTraffic(localAddress));
  for (const each of policy.interfaces) {
    const device = deviceOf(each.name);
    if (device !== undefined) sections.push(...mapSections(each, inbound(device, TABLES.check)));
  }
  for (const each of policy.interfaces)
    sections.push(...mapSections(each, outbound(TABLES.protect, usualSource(policy))));
  return numbered(sections, priorities);
}

/**
 * A rule for what a temporary entry protects, or for what comes in clear as if it answered that. They all permit, so their
 * order says nothing.
 */
export interface UnplacedRule {
  readonly match: SteeringMatch;
  readonly table: number;
}

/** `temporary` has the interfaces of the policy, with the entries of peers that are there. */
export function temporaryRules(
  temporary: IpsecPolicy,
  deviceOf: (interfaceName: string) => string | undefined,
): readonly UnplacedRule[] {
  const rules = (each: ProtectedInterface, direction: Direction): UnplacedRule[] =>
    mapSections(each, direction).flatMap((section) =>
      section.map(({ match }) => ({ match, table: direction.table })),
    );
  return temporary.interfaces.flatMap((each) => {
    const device = deviceOf(each.name);
    return [
      ...(device === undefined ? [] : rules(each, inbound(device, TABLES.check))),
      ...rules(each, outbound(TABLES.protect, usualSource(temporary))),
    ];
  });
}

/** What programs of this machine send from that name no address themselves, as far as it comes to us. */
export function usualSource({ interfaces }: IpsecPolicy): IpAddress | undefined {
  return interfaces[0]?.localAddress;
}

interface UnnumberedRule {
  readonly match: SteeringMatch;
  /** A table, the next section or what comes after the last, or what comes after all of ours (`THE_END`). */
  readonly action: number | "next" | "end";
}

type Section = readonly UnnumberedRule[];

/** IKE and IPsec of our own are never protected again (`keying-traffic.ts`). */
function keyingTraffic(localAddress: IpAddress): Section {
  const from = host(localAddress);
  const udp = { from, protocol: PROTOCOL.UDP };
  return [
    { match: { from, protocol: PROTOCOL.ESP }, action: "end" },
    { match: { from, protocol: PROTOCOL.AH }, action: "end" },
    { match: { ...udp, sourcePort: 500 }, action: "end" },
    { match: { ...udp, sourcePort: 4500 }, action: "end" },
  ];
}

/** How a line of an access list becomes a match, and where what it permits goes. */
interface Direction {
  readonly matches: (from: AddressBlock, to: AddressBlock, protocol: number) => readonly SteeringMatch[];
  readonly table: number;
}

/** A packet of this machine's own has no source yet when its route is looked up: the usual one will be it. */
function outbound(table: number, source: IpAddress | undefined): Direction {
  return {
    table,
    matches: (from, to, protocol) => {
      const isOurs = source !== undefined && !isAnyAddress(from) && blockContains(from, source);
      const given = matchOf(from, to, protocol);
      return isOurs ? [given, matchOf(UNSPECIFIED, to, protocol)] : [given];
    },
  };
}

/** The mirror: what comes in by the map's interface as if it answered what is protected. */
function inbound(device: string, table: number): Direction {
  return { table, matches: (from, to, protocol) => [{ device, ...matchOf(to, from, protocol) }] };
}

function mapSections({ entries }: ProtectedInterface, direction: Direction): Section[] {
  return entries.map((entry) => entrySection(entry, direction));
}

function entrySection({ rules }: CryptoMapEntry, { matches, table }: Direction): Section {
  const section: UnnumberedRule[] = [];
  for (const { action, selector } of rules) {
    const { local: source, remote: destination, protocol } = selector;
    // A fragment shows no ports, so ports cannot decide here: all of the protocol comes to us, and we let pass in clear
    // what is not to be protected. For a deny line that means that it decides nothing here.
    const isPorted = !isAnyPort(selector.localPorts) || !isAnyPort(selector.remotePorts);
    const isPrefix = maskOf(source) !== undefined && maskOf(destination) !== undefined;
    const steered = action === "permit" ? table : "next";
    if (action === "permit" || (isPrefix && !isPorted))
      for (const match of matches(source, destination, protocol)) section.push({ match, action: steered });
  }
  while (section.at(-1)?.action === "next") section.pop();
  return section;
}

function matchOf(from: AddressBlock, to: AddressBlock, protocol: number): SteeringMatch {
  return { from: asPrefix(from), to: asPrefix(to), ...(protocol === 0 ? {} : { protocol }) };
}

/** The smallest prefix that holds the block. */
function asPrefix(block: AddressBlock): AddressBlock {
  if (maskOf(block) !== undefined) return block;
  const ofLength = Math.clz32(ipv4ToNumber(block.wildcard));
  return blockOf(block.address, ipv4FromNumber(2 ** 32 - 2 ** (32 - ofLength)));
}

function numbered(
  sections: readonly Section[],
  { first, last }: Priorities,
): readonly SteeringRule[] | undefined {
  const starts: number[] = [];
  let next = first;
  for (const section of sections) {
    starts.push(next);
    next += section.length;
  }
  if (next > last) return undefined;
  const rules = sections.flatMap((section, s) =>
    section.map(({ match, action }, i): SteeringRule => {
      const priority = (starts[s] ?? next) + i;
      if (typeof action === "number") return { priority, match, action: { kind: "table", table: action } };
      const target = action === "end" ? THE_END.priority : (starts[s + 1] ?? next);
      return { priority, match, action: { kind: "goto", priority: target } };
    }),
  );
  return [...rules, { priority: next, match: {}, action: { kind: "nothing" } }];
}

function isAnyAddress({ wildcard }: AddressBlock): boolean {
  return wildcard === ANY_ADDRESS.wildcard;
}

/** As a source: none. */
const UNSPECIFIED = host(ipv4FromNumber(0));

function isAnyPort({ low, high }: PortRange): boolean {
  return low === ANY_PORT.low && high === ANY_PORT.high;
}
