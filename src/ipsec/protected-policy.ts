/** The policy at work: every crypto map entry with its permit lines, their counters and its SAs, and the SPD of each interface. */
import type { IpAddress } from "../net/ip-address.ts";
import { selectorCovers, selectorOfRule, selectorsEqual, type TrafficSelector } from "../net/selector.ts";
import type { PacketDropReason } from "./events.ts";
import { FlowCache } from "./flow-cache.ts";
import type { InboundSa, OutboundSa } from "./live-sa.ts";
import { type CompiledSelector, compileSelector, type PacketFlow } from "./packet-flow.ts";
import type { CryptoMapEntry, IpsecPolicy, ProtectedInterface } from "./policy.ts";
import { Spd, spdLine } from "./spd.ts";
import type { DropCounts, FlowCounters } from "./view.ts";

/** A permit line. */
export interface ProtectedLine {
  readonly connection: ProtectedConnection;
  readonly selector: TrafficSelector;
  readonly compiledSelector: CompiledSelector;
  readonly counters: LineCounters;
}

export type LineCounters = { -readonly [K in keyof Omit<FlowCounters, "drops">]: number } & {
  drops: { -readonly [R in keyof DropCounts]: DropCounts[R] };
};

/** A crypto map entry on one interface. */
export interface ProtectedConnection {
  readonly id: string;
  readonly entry: CryptoMapEntry;
  readonly interface: ProtectedInterface;
  readonly lines: readonly ProtectedLine[];
  /** Newest last. */
  inbound: readonly InboundSa[];
  outbound: readonly OutboundSa[];
  /** Rises whenever `outbound` changes: what was cached before is void. */
  version: number;
  /** Whom to negotiate with; another one of the entry's peers after a failure. */
  currentPeer: IpAddress | undefined;
}

/** What the cache remembers of a flow: the line that permits it and the SA it last took. */
export interface FlowDecision {
  readonly line: ProtectedLine | undefined;
  readonly version: number;
  readonly sa: OutboundSa | undefined;
  /** Of a flow of later fragments: the line may be another one, if only their ports were known. */
  readonly dependsOnPorts: boolean;
}

export interface InterfacePolicy {
  readonly interface: ProtectedInterface;
  readonly spd: Spd<ProtectedLine | undefined>;
  readonly cache: FlowCache<FlowDecision>;
}

export class ProtectedPolicy {
  readonly interfaces: ReadonlyMap<string, InterfacePolicy>;
  readonly connections: ReadonlyMap<string, ProtectedConnection>;

  /** Lines that `previous` has too keep their counters, and entries the peer they are at. SAs are not taken over. */
  constructor(policy: IpsecPolicy, cacheSlots: number, previous?: ProtectedPolicy) {
    const interfaces = new Map<string, InterfacePolicy>();
    const connections = new Map<string, ProtectedConnection>();
    for (const protectedInterface of policy.interfaces) {
      const entries = protectedInterface.entries.map((entry) => {
        const connection = connectionOf(entry, protectedInterface, previous?.connections.get(entry.id));
        connections.set(entry.id, connection);
        return spdLines(connection);
      });
      interfaces.set(protectedInterface.name, {
        interface: protectedInterface,
        spd: new Spd(entries),
        cache: new FlowCache(cacheSlots),
      });
    }
    this.interfaces = interfaces;
    this.connections = connections;
  }
}

/** The decision for a flow that leaves by the interface, or `reversed`, came in by it. */
export function decide(policy: InterfacePolicy, flow: PacketFlow): FlowDecision {
  const cached = policy.cache.get(flow);
  if (cached !== undefined) return cached;
  const dependsOnPorts = flow.isLaterFragment && policy.spd.dependsOnPorts(flow);
  const decision = { line: policy.spd.lookUp(flow), version: -1, sa: undefined, dependsOnPorts };
  policy.cache.set(flow, decision);
  return decision;
}

/** The permit line that a selector comes under: the one that says the same, else the first that covers it. */
export function lineFor(
  connection: ProtectedConnection,
  selector: TrafficSelector,
): ProtectedLine | undefined {
  return (
    connection.lines.find((line) => selectorsEqual(line.selector, selector)) ??
    connection.lines.find((line) => selectorCovers(line.selector, selector))
  );
}

/** Names a selector of a connection, for maps. */
export function selectorKey(connectionId: string, selector: TrafficSelector): string {
  const { protocol, local, localPorts, remote, remotePorts } = selector;
  const from = `${local.address} ${local.wildcard} ${localPorts.low}-${localPorts.high}`;
  const to = `${remote.address} ${remote.wildcard} ${remotePorts.low}-${remotePorts.high}`;
  return `${connectionId}|${protocol}|${from}|${to}`;
}

/** Names a line, for maps. */
export function lineKey({ connection, selector }: ProtectedLine): string {
  return selectorKey(connection.id, selector);
}

/** Counts packets of a line that were lost. */
export function countDrops(
  counters: LineCounters,
  way: "sendErrors" | "receiveErrors",
  reason: PacketDropReason,
  packets = 1,
): void {
  if (packets === 0) return;
  counters[way] += packets;
  counters.drops[reason] = (counters.drops[reason] ?? 0) + packets;
}

export function zeroCounters(): LineCounters {
  return {
    encapsulated: 0,
    encrypted: 0,
    digested: 0,
    decapsulated: 0,
    decrypted: 0,
    verified: 0,
    sendErrors: 0,
    receiveErrors: 0,
    drops: {},
  };
}

function connectionOf(
  entry: CryptoMapEntry,
  protectedInterface: ProtectedInterface,
  previous: ProtectedConnection | undefined,
): ProtectedConnection {
  const isPeerKept = previous?.currentPeer !== undefined && entry.peers.includes(previous.currentPeer);
  const connection: ConnectionInMaking = {
    id: entry.id,
    entry,
    interface: protectedInterface,
    lines: NONE,
    inbound: NONE,
    outbound: NONE,
    version: 0,
    currentPeer: isPeerKept ? previous.currentPeer : entry.peers[0],
  };
  const countersBefore = new Map(previous?.lines.map((line) => [lineKey(line), line.counters]));
  const permits = entry.rules.filter(({ rule }) => rule.action === "permit");
  connection.lines = permits.map(({ rule }) => {
    const selector = selectorOfRule(rule);
    const counters = countersBefore.get(selectorKey(entry.id, selector)) ?? zeroCounters();
    return { connection, selector, compiledSelector: compileSelector(selector), counters };
  });
  return connection;
}

/** It and its lines name each other. */
type ConnectionInMaking = ProtectedConnection & { lines: readonly ProtectedLine[] };

/** Every rule of the entry, the permit lines with their line. */
function spdLines(connection: ProtectedConnection) {
  let permits = 0;
  return connection.entry.rules.map(({ rule }) => {
    const target = rule.action === "permit" ? connection.lines[permits++] : undefined;
    return spdLine(rule, target, target?.compiledSelector);
  });
}

/** Thousands of entries without SAs share it. */
const NONE: readonly never[] = [];

/** A permit line takes the flow. */
export function isProtected(
  decision: FlowDecision | undefined,
): decision is FlowDecision & { readonly line: ProtectedLine } {
  return decision?.line !== undefined;
}
