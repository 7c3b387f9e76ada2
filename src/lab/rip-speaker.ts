/**
 * RIP version 2 (RFC 2453) as a router of the lab speaks it: by each interface of its networks it tells its neighbours, with
 * split horizon, of what it reaches otherwise, every half minute and at once when something changes.
 */
import type { Random } from "../base/random.ts";
import { after, elapsed, type Instant, instant, type Milliseconds, milliseconds } from "../base/time.ts";
import type { RipView } from "../cli/services.ts";
import type { RipPolicy } from "../config/router-policy.ts";
import { majorNetwork } from "../net/classful.ts";
import type { Endpoint, IpAddress } from "../net/ip-address.ts";
import { NET_LIMITS } from "../net/limits.ts";
import {
  buildRip,
  parseRip,
  RIP_ENTRIES_MAX,
  RIP_GROUP,
  RIP_INFINITY,
  RIP_PORT,
  type RipEntry,
} from "../net/rip.ts";
import { type AddressBlock, blockContains, blockOf } from "../net/selector.ts";
import { RipTable } from "./rip-table.ts";
import { prefixLength, type Route } from "./route-table.ts";
import type { Scheduled, World } from "./world.ts";

export interface RipPort {
  readonly name: string;
  readonly address: IpAddress;
  readonly mask: IpAddress;
}

export interface RipSurroundings {
  readonly world: World;
  readonly random: Random;
  /** Interfaces that are up. */
  readonly ports: () => readonly RipPort[];
  /** Sends a datagram from RIP's port by an interface. */
  readonly send: (interfaceName: string, remote: Endpoint, bytes: Uint8Array) => void;
  /** What `routes` gives is otherwise than before. */
  readonly onRoutes: () => void;
}

export class RipSpeaker {
  readonly #around: RipSurroundings;
  readonly #table: RipTable;
  #policy: RipPolicy;
  /** By which it speaks now, as they were when it was last seen to. */
  #ports: readonly RipPort[] = [];
  readonly #heardFrom = new Map<IpAddress, Instant>();
  #updateAt: Instant;
  #newsAt: Instant | undefined;
  #wake: Scheduled | undefined;

  constructor(policy: RipPolicy, around: RipSurroundings) {
    this.#around = around;
    this.#policy = policy;
    this.#table = new RipTable(policy.timers);
    this.#updateAt = around.world.now;
    this.#arm();
  }

  reconfigure(policy: RipPolicy): void {
    this.#policy = policy;
    this.#table.setTimers(policy.timers);
    this.seePorts();
  }

  /** It is over: nothing is told or learned any more. */
  stop(): void {
    this.#wake?.cancel();
  }

  /** Looks which interfaces are up now. */
  seePorts(): void {
    const { world, ports } = this.#around;
    const speaking = new Set(this.#policy.interfaces.map(({ name }) => name));
    const before = this.#ports;
    this.#ports = ports().filter(({ name }) => speaking.has(name));
    const lost = before.filter((port) => !this.#ports.some((each) => isSame(each, port)));
    const found = this.#ports.filter((port) => !before.some((each) => isSame(each, port)));
    for (const { name, address, mask } of lost)
      this.#table.loseInterface(world.now, name, {
        ...{ prefix: blockOf(address, mask), interfaceName: name },
        ...{ neighbour: address, nextHop: address, metric: RIP_INFINITY },
      });
    for (const { name } of found) this.#ask(name);
    if (lost.length > 0) this.#around.onRoutes();
    // Neighbours are told of the networks of interfaces that came up with everything else.
    if (found.length > 0) this.#updateAt = instant(Math.min(this.#updateAt, this.#soon()));
    if (lost.length > 0) this.#tellSoon();
    this.#arm();
  }

  /** The best ways to networks. */
  routes(): Route[] {
    return this.#table.entries
      .filter(({ metric }) => metric < RIP_INFINITY)
      .map(({ prefix, interfaceName, nextHop, metric, heardAt }) => ({
        block: prefix,
        via: { kind: "interface", name: interfaceName, nextHop },
        origin: "rip",
        distance: this.#policy.distance,
        metric,
        heardAt,
      }));
  }

  view(): RipView {
    const { now } = this.#around.world;
    return {
      nextUpdate: elapsed(now, this.#updateAt),
      interfaces: this.#ports.map(({ name }) => name),
      sources: [...this.#heardFrom].map(([address, at]) => ({ address, age: elapsed(at, now) })),
    };
  }

  /** A datagram for RIP's port. */
  hear(interfaceName: string, remote: Endpoint, bytes: Uint8Array): void {
    const port = this.#ports.find(({ name }) => name === interfaceName);
    const message = parseRip(bytes);
    if (port === undefined || message === undefined) return;
    if (message.kind === "request") return this.#answer(port, remote, message.about);
    // From who is no neighbour, or ourselves, nothing is believed (RFC 2453 §3.9.2).
    const isNeighbour =
      blockContains(blockOf(port.address, port.mask), remote.address) && remote.address !== port.address;
    if (remote.port !== RIP_PORT || !isNeighbour) return;
    const { now } = this.#around.world;
    if (this.#heardFrom.size >= NET_LIMITS.ripNeighboursMax) this.#heardFrom.clear();
    this.#heardFrom.set(remote.address, now);
    let isOtherwise = false;
    for (const entry of message.entries)
      if (this.#learn(now, port, remote.address, entry)) isOtherwise = true;
    if (isOtherwise) {
      this.#tellSoon();
      this.#around.onRoutes();
    }
    this.#arm();
  }

  #learn(now: Instant, port: RipPort, neighbour: IpAddress, { prefix, nextHop, metric }: RipEntry): boolean {
    if (this.#ports.some(({ address, mask }) => isSamePrefix(blockOf(address, mask), prefix))) return false;
    const isOnLink = blockContains(blockOf(port.address, port.mask), nextHop) && nextHop !== port.address;
    return this.#table.hear(now, {
      prefix,
      interfaceName: port.name,
      neighbour,
      nextHop: isOnLink ? nextHop : neighbour,
      metric: this.#offset(metric, "in", port.name, prefix),
    });
  }

  #answer(port: RipPort, remote: Endpoint, about: readonly RipEntry[] | "everything"): void {
    if (about === "everything") return this.#tell(port, remote, this.#entriesFor(port));
    const all = this.#known();
    const answered = about.map((asked) => ({
      ...asked,
      metric: all.find(({ prefix }) => isSamePrefix(prefix, asked.prefix))?.metric ?? RIP_INFINITY,
    }));
    this.#tell(port, remote, answered);
  }

  #ask(interfaceName: string): void {
    if (this.#isPassive(interfaceName)) return;
    const message = buildRip({ kind: "request", about: "everything" });
    this.#around.send(interfaceName, NEIGHBOURS, message);
  }

  /** Told by every interface, whole or what is new. */
  #tellNeighbours(onlyNews: boolean): void {
    for (const port of this.#ports) this.#tell(port, NEIGHBOURS, this.#entriesFor(port, onlyNews));
    this.#table.tellAll();
    this.#newsAt = undefined;
  }

  #tell({ name }: RipPort, remote: Endpoint, entries: readonly RipEntry[]): void {
    if (this.#isPassive(name)) return;
    for (let at = 0; at < entries.length; at += RIP_ENTRIES_MAX) {
      const some = entries.slice(at, at + RIP_ENTRIES_MAX);
      this.#around.send(name, remote, buildRip({ kind: "response", entries: some }));
    }
  }

  /** What is told by an interface: nothing that is reached by it (split horizon, RFC 2453 §3.4.3). */
  #entriesFor(port: RipPort, onlyNews = false): readonly RipEntry[] {
    const told = this.#known()
      .filter(({ interfaceName, isNews }) => interfaceName !== port.name && (isNews || !onlyNews))
      .map(({ prefix, metric }) => ({
        prefix: this.#summaryOf(prefix, port),
        nextHop: SENDER,
        metric: this.#offset(metric, "out", port.name, prefix),
      }));
    // Of the parts of a network that is told of as a whole the nearest counts.
    return told.filter(
      (entry, i) =>
        !told.some(
          (other, j) =>
            isSamePrefix(entry.prefix, other.prefix) &&
            (other.metric < entry.metric || (other.metric === entry.metric && j < i)),
        ),
    );
  }

  /** Everything, as far as it is from a neighbour's. */
  #known() {
    const own = this.#ports.map(({ name, address, mask }) => ({
      ...{ prefix: blockOf(address, mask), interfaceName: name, metric: 1, isNews: false },
    }));
    const learned = this.#table.entries
      .filter(({ prefix }) => !own.some((each) => isSamePrefix(each.prefix, prefix)))
      .map((entry) => ({ ...entry, metric: Math.min(entry.metric + 1, RIP_INFINITY) }));
    return [...own, ...learned];
  }

  #summaryOf(prefix: AddressBlock, port: RipPort): AddressBlock {
    const whole = majorNetwork(prefix.address);
    const isWithin = isSamePrefix(whole, majorNetwork(port.address));
    return !this.#policy.summarises || isWithin || prefixLength(prefix) < prefixLength(whole)
      ? prefix
      : whole;
  }

  /** The list of the interface goes before that of all. */
  #offset(metric: number, direction: "in" | "out", interfaceName: string, { address }: AddressBlock): number {
    const ofDirection = this.#policy.offsets.filter((each) => each.direction === direction);
    const offset =
      ofDirection.find((each) => each.interfaceName === interfaceName) ??
      ofDirection.find((each) => each.interfaceName === undefined);
    if (offset === undefined) return metric;
    const line = offset.list?.lines.find(({ rules }) =>
      rules.some(({ source }) => blockContains(source, address)),
    );
    const isMeant = offset.list === undefined || line?.action === "permit";
    return isMeant ? Math.min(metric + offset.hops, RIP_INFINITY) : metric;
  }

  #isPassive(interfaceName: string): boolean {
    return this.#policy.interfaces.some(({ name, isPassive }) => name === interfaceName && isPassive);
  }

  /** What changes is told a little later, together with what changes meanwhile (RFC 2453 §3.10.1). */
  #tellSoon(): void {
    this.#newsAt ??= this.#soon();
    this.#arm();
  }

  #soon(): Instant {
    return after(this.#around.world.now, milliseconds(Math.round(1000 + this.#chance() * 4000)));
  }

  #arm(): void {
    this.#wake?.cancel();
    const deadlines = [this.#updateAt, this.#newsAt, this.#table.nextDeadline()].filter(
      (at) => at !== undefined,
    );
    this.#wake = this.#around.world.at(instant(Math.min(...deadlines)), () => this.#act());
  }

  #act(): void {
    const { now } = this.#around.world;
    this.seePorts();
    const isOtherwise = this.#table.expire(now);
    if (now >= this.#updateAt) {
      this.#updateAt = after(now, this.#untilNextUpdate());
      this.#tellNeighbours(false);
    } else if (this.#newsAt !== undefined && now >= this.#newsAt) this.#tellNeighbours(true);
    if (isOtherwise) {
      this.#tellSoon();
      this.#around.onRoutes();
    }
    this.#arm();
  }

  /** Up to a sixth earlier each time, so that routers do not fall into step (RFC 2453 §3.8). */
  #untilNextUpdate(): Milliseconds {
    const longest = Math.max(1, this.#policy.timers.update) * 1000;
    return milliseconds(Math.round(longest * (1 - this.#chance() / 6)));
  }

  /** 0 up to, but not, 1. */
  #chance(): number {
    return (this.#around.random.bytes("jitter", 1)[0] ?? 0) / 256;
  }
}

function isSame(a: RipPort, b: RipPort): boolean {
  return a.name === b.name && a.address === b.address && a.mask === b.mask;
}

function isSamePrefix(a: AddressBlock, b: AddressBlock): boolean {
  return a.address === b.address && a.wildcard === b.wildcard;
}

const NEIGHBOURS: Endpoint = { address: RIP_GROUP, port: RIP_PORT };
// Known to be good.
const SENDER = "0.0.0.0" as IpAddress;
