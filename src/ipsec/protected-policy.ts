/**
 * The policy at work: every crypto map entry with its permit lines, their counters and its SAs, and the SPD of each interface.
 * What dynamic maps have become for their peers is in `TemporaryEntries`.
 */
import type { IpAddress } from "../net/ip-address.ts";
import { selectorCovers, selectorsEqual, type TrafficSelector } from "../net/selector.ts";
import type { PacketDropReason } from "./events.ts";
import { FlowCache } from "./flow-cache.ts";
import type { DataPlaneLimits } from "./limits.ts";
import type { OutboundSa } from "./live-sa.ts";
import { betweenHosts, compileSelector, type PacketFlow } from "./packet-flow.ts";
import type { CryptoMapEntry, IpsecPolicy, ProtectedInterface } from "./policy.ts";
import { type LineCounters, ProtectedConnection, type ProtectedLine } from "./protected-connection.ts";
import type { SaParameters } from "./security-association.ts";
import { Spd } from "./spd.ts";
import { TemporaryEntries } from "./temporary-entries.ts";
import { TemporaryLines } from "./temporary-lines.ts";

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
  /** What `spd` lets pass is held against these, in this order: flows of temporary entries, and access lists of dynamic maps. */
  readonly temporary: TemporaryLines<ProtectedLine>;
  readonly templates: Spd<ProtectedLine | undefined>;
  readonly cache: FlowCache<FlowDecision>;
}

export type PolicyLimits = Pick<DataPlaneLimits, "flowCacheSlots" | "temporaryFlowsPerPeerMax">;

export class ProtectedPolicy {
  readonly interfaces: ReadonlyMap<string, InterfacePolicy>;
  /** Those that are configured, templates too; one that is on several interfaces by the id of each. */
  readonly connections: ReadonlyMap<string, ProtectedConnection>;
  readonly #temporary: TemporaryEntries;

  /** Lines that `previous` has too keep their counters, and entries the peer they are at. SAs are not taken over. */
  constructor(policy: IpsecPolicy, limits: PolicyLimits, previous?: ProtectedPolicy) {
    const interfaces = new Map<string, InterfacePolicy>();
    const connections = new Map<string, ProtectedConnection>();
    const shared = new Map<string, readonly ProtectedConnection[]>();
    for (const protectedInterface of policy.interfaces) {
      const key = `${protectedInterface.mapName} ${protectedInterface.localAddress}`;
      const made =
        shared.get(key) ??
        protectedInterface.entries.map((entry) =>
          connectionOf(entry, protectedInterface, previous?.connections.get(entry.id)),
        );
      shared.set(key, made);
      for (const [i, { id }] of protectedInterface.entries.entries()) {
        const connection = made[i];
        if (connection !== undefined) connections.set(id, connection);
      }
      interfaces.set(protectedInterface.name, {
        interface: protectedInterface,
        spd: new Spd(made.filter(({ entry }) => entry.template === undefined).map(spdLines)),
        temporary: new TemporaryLines(),
        templates: new Spd(made.filter(({ entry }) => entry.template !== undefined).map(spdLines)),
        cache: new FlowCache(limits.flowCacheSlots),
      });
    }
    this.interfaces = interfaces;
    this.connections = connections;
    this.#temporary = new TemporaryEntries(
      interfaces,
      limits.temporaryFlowsPerPeerMax,
      previous === undefined ? undefined : previous.#temporary,
    );
  }

  /** Every entry that may have SAs: the static ones, then the temporary ones in the order in which they were made. */
  *all(): Generator<ProtectedConnection> {
    for (const [id, connection] of this.connections)
      if (connection.entry.template === undefined && connection.id === id) yield connection;
    yield* this.temporary();
  }

  temporary(): Iterable<ProtectedConnection> {
    return this.#temporary.all();
  }

  /** The entry by which SAs with a peer are negotiated: of a template the temporary one, if there is one. */
  connectionWith(id: string, peer: IpAddress): ProtectedConnection | undefined {
    const connection = this.connections.get(id);
    return connection?.entry.template === undefined ? connection : this.#temporary.find(connection, peer);
  }

  /** The permit line that an SA comes under; of a dynamic map that of a temporary entry, made where it is missing. */
  lineOf({ connectionId, peer, selector }: SaParameters): ProtectedLine | undefined {
    const connection = this.connections.get(connectionId);
    if (connection === undefined) return undefined;
    if (connection.entry.template === undefined) return lineFor(connection, selector);
    return this.#temporary.lineFor(connection, peer, selector);
  }

  /** The peer of a dynamic map that had the flow of the line until now, where another than the line's own had it. */
  displacedBy(line: ProtectedLine): IpAddress | undefined {
    return line.connection.entry.template === undefined ? undefined : this.#temporary.displacedBy(line);
  }

  /** An SA of the line has gone: that of a temporary entry goes with its last one, and so does the entry. True if it went. */
  release(line: ProtectedLine): boolean {
    return line.connection.entry.template !== undefined && this.#temporary.release(line);
  }
}

/** The decision for a flow that leaves by the interface, or that answers one that came in by it. */
export function decide(policy: InterfacePolicy, flow: PacketFlow): FlowDecision {
  const cached = policy.cache.get(flow);
  if (cached !== undefined) return cached;
  const { spd, temporary, templates } = policy;
  const dependsOnPorts =
    flow.isLaterFragment && [spd, temporary, templates].some((each) => each.dependsOnPorts(flow));
  const line = spd.lookUp(flow) ?? temporary.lookUp(flow) ?? templates.lookUp(flow);
  const decision = { line, version: -1, sa: undefined, dependsOnPorts };
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

/** What an SA for a packet of the line is negotiated for: all of it, or per host what its two ends say to each other. */
export function wantedSelector(
  { connection, selector }: ProtectedLine,
  hosts: Pick<PacketFlow, "source" | "destination">,
): TrafficSelector {
  return connection.entry.isPerHost === true ? betweenHosts(selector, hosts) : selector;
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

/** Those of a line, to count with. */
export function countersOf(line: ProtectedLine): LineCounters {
  line.counters ??= zeroCounters();
  return line.counters;
}

/** Counts packets of a line that were lost. */
export function countDrops(
  line: ProtectedLine,
  way: "sendErrors" | "receiveErrors",
  reason: PacketDropReason,
  packets = 1,
): void {
  if (packets === 0) return;
  const counters = countersOf(line);
  counters[way] += packets;
  if (counters.drops === NO_DROPS) counters.drops = {};
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
    drops: NO_DROPS,
  };
}

function connectionOf(
  entry: CryptoMapEntry,
  protectedInterface: ProtectedInterface,
  previous: ProtectedConnection | undefined,
): ProtectedConnection {
  const isPeerKept = previous?.currentPeer !== undefined && entry.peers.includes(previous.currentPeer);
  const currentPeer = isPeerKept ? previous.currentPeer : entry.peers[0];
  const connection = new ProtectedConnection(entry.id, entry, protectedInterface, currentPeer);
  const countersBefore = new Map(previous?.lines.map((line) => [lineKey(line), line.counters]));
  const permits = entry.rules.filter(({ action }) => action === "permit");
  connection.lines = permits.map(({ selector }) => {
    const counters = countersBefore.get(selectorKey(entry.id, selector));
    return { connection, selector, compiledSelector: compileSelector(selector), counters };
  });
  return connection;
}

/** Every rule of the entry, the permit lines with their line. */
function spdLines(connection: ProtectedConnection) {
  const { entry, lines } = connection;
  let permits = 0;
  return entry.rules.map(({ action, selector }) => {
    const target = action === "permit" ? lines[permits++] : undefined;
    return { action, selector: target?.compiledSelector ?? compileSelector(selector), target };
  });
}

/** Thousands of lines that have lost nothing share it. */
const NO_DROPS: LineCounters["drops"] = Object.freeze({});

/** A permit line takes the flow. */
export function isProtected(
  decision: FlowDecision | undefined,
): decision is FlowDecision & { readonly line: ProtectedLine } {
  return decision?.line !== undefined;
}
