/**
 * The data plane: packets in, packets and requests out. It owns the security policy and association databases and has no
 * clock, entropy or socket of its own. Whoever drives it says what happened, then takes with `drain` what is to be done.
 */
import { Alarms } from "../base/alarms.ts";
import type { Random } from "../base/random.ts";
import { type Deadline, type Instant, instant } from "../base/time.ts";
import type { SaProtocol } from "../crypto/names.ts";
import type { IpAddress } from "../net/ip-address.ts";
import { selectorCovers, selectorsEqual, type TrafficSelector } from "../net/selector.ts";
import { CarriedTraffic } from "./carried-traffic.ts";
import type { DataPlaneParts } from "./data-plane-parts.ts";
import { dataPlaneView } from "./data-plane-view.ts";
import { DropReports } from "./drop-reports.ts";
import { HoldQueue } from "./hold-queue.ts";
import { type EspArrival, InboundPath } from "./inbound-path.ts";
import { DATA_PLANE_LIMITS, type DataPlaneLimits } from "./limits.ts";
import type { PlaneAlarm, RemovedPair } from "./live-sa.ts";
import { connIdsFrom, installManualSas, type TakeConnIds } from "./manual-sas.ts";
import { Negotiator } from "./negotiator.ts";
import { OutboundPath } from "./outbound-path.ts";
import { type DataPlaneOutput, Outbox } from "./outbox.ts";
import type { CarrierNews, PacketCarrier } from "./packet-carrier.ts";
import { HEAP_SPACE, type PacketSpace } from "./packet-space.ts";
import { NODE_TRANSFORMS, type PacketTransforms } from "./packet-transforms.ts";
import { PathDiscovery } from "./path-discovery.ts";
import { PathMtus } from "./path-mtus.ts";
import { followPeer, movePeer, type PeerMove } from "./peer-moves.ts";
import type { IpsecPolicy } from "./policy.ts";
import { changePolicy } from "./policy-change.ts";
import type { ProtectedConnection, ProtectedLine } from "./protected-connection.ts";
import { lineFor, lineKey, ProtectedPolicy, selectorKey, wantedSelector } from "./protected-policy.ts";
import { type ReverseRoute, reverseRoutes } from "./reverse-routes.ts";
import { isMeant, type SaFilter } from "./sa-filter.ts";
import { type RemovalReason, SaLifecycle } from "./sa-lifecycle.ts";
import { isServed } from "./sa-selection.ts";
import { Sad } from "./sad.ts";
import type { SaParameters } from "./security-association.ts";
import { type TemporaryFlow, temporaryFlows } from "./temporary-flows.ts";
import type { IpsecView } from "./view.ts";

export type { EspArrival } from "./inbound-path.ts";
export type { RemovedPair } from "./live-sa.ts";
export type { DataPlaneOutput } from "./outbox.ts";
export type { RemovalReason } from "./sa-lifecycle.ts";

export interface DataPlaneOptions {
  readonly policy: IpsecPolicy;
  readonly random: Random;
  /** Packets wait for their SA. False: the packet that calls for an SA is dropped, as IOS does. */
  readonly holdPackets: boolean;
  readonly limits?: Readonly<Partial<DataPlaneLimits>>;
  /** The cryptography; by default that of crypto/. */
  readonly transforms?: PacketTransforms;
  /** Where packets are built; by default in memory of their own. */
  readonly space?: PacketSpace;
  /** TCP connections learn at their beginning what fits through their tunnel. False by default, as on IOS. */
  readonly lowersMss?: boolean;
  /** Decrypted TCP packets that follow one another are handed over as one. False by default. */
  readonly joinsTcp?: boolean;
  /** Carries packets in place of the data plane, which then sees none. */
  readonly carrier?: PacketCarrier;
  /** Numbers for SAs that the operator has keyed; by default from 2000 on. */
  readonly takeConnIds?: TakeConnIds;
}

export class DataPlane {
  readonly #parts: DataPlaneParts;
  readonly #takeConnIds: TakeConnIds;
  readonly #negotiator: Negotiator;
  readonly #lifecycle: SaLifecycle;
  readonly #holdQueue: HoldQueue | undefined;
  readonly #outboundPath: OutboundPath;
  readonly #inboundPath: InboundPath;
  readonly #pathDiscovery: PathDiscovery;

  constructor(options: DataPlaneOptions) {
    const limits = { ...DATA_PLANE_LIMITS, ...options.limits };
    this.#parts = {
      limits,
      random: options.random,
      transforms: options.transforms ?? NODE_TRANSFORMS,
      space: options.space ?? HEAP_SPACE,
      lowersMss: options.lowersMss === true,
      joinsTcp: options.joinsTcp === true,
      sad: new Sad(),
      alarms: new Alarms<PlaneAlarm>(),
      drops: new DropReports(limits),
      outbox: new Outbox(),
      paths: new PathMtus(),
      carried: options.carrier === undefined ? undefined : new CarriedTraffic(options.carrier),
      policy: new ProtectedPolicy(options.policy, limits),
    };
    this.#negotiator = new Negotiator(this.#parts);
    this.#lifecycle = new SaLifecycle(this.#parts, this.#negotiator);
    this.#holdQueue = options.holdPackets ? new HoldQueue(limits) : undefined;
    this.#outboundPath = new OutboundPath(this.#parts, this.#lifecycle, this.#negotiator, this.#holdQueue);
    this.#inboundPath = new InboundPath(this.#parts, this.#lifecycle);
    this.#pathDiscovery = new PathDiscovery(this.#parts);
    this.#takeConnIds = options.takeConnIds ?? connIdsFrom(2000);
    this.#parts.carried?.setPolicy(options.policy);
    this.#installManualSas(instant(0));
  }

  // Octets that are handed in are lent for the call: they are neither changed nor kept.

  /**
   * A whole IPv4 packet about to leave by an interface: protected, let through in clear, held, or dropped. With a
   * `segmentLength` it is a TCP packet of up to 64 kB, to be sent as packets with so many octets of data each.
   */
  outbound(now: Instant, interfaceName: string, packet: Uint8Array, segmentLength?: number): void {
    this.#outboundPath.send(now, interfaceName, packet, segmentLength);
  }

  /** A whole IPv4 packet of protocol 50 addressed to us, or a fragment of one. */
  inboundEsp(now: Instant, interfaceName: string, packet: Uint8Array): void {
    this.#inboundPath.esp(now, interfaceName, packet);
  }

  /** The same of protocol 51. */
  inboundAh(now: Instant, interfaceName: string, packet: Uint8Array): void {
    this.#inboundPath.ah(now, interfaceName, packet);
  }

  /** The ESP packet that came in UDP, in `octets` from `start` to `end`. */
  inboundEncapsulated(
    now: Instant,
    interfaceName: string,
    arrival: EspArrival,
    octets: Uint8Array,
    start: number,
    end: number,
  ): void {
    this.#inboundPath.receiveEsp(now, interfaceName, arrival, octets, start, end);
  }

  /** A whole IPv4 packet that came in clear: it passes unless the policy says that it must be protected. */
  inboundClear(now: Instant, interfaceName: string, packet: Uint8Array): void {
    this.#inboundPath.clear(now, interfaceName, packet);
  }

  /** A whole ICMP packet to one of our addresses: a router may say how long our packets can be. */
  icmp(now: Instant, packet: Uint8Array): void {
    this.#pathDiscovery.hear(now, packet);
  }

  /**
   * Takes one direction of a pair into service; the outbound one is used at once. Throws MisuseError for an SA that must
   * not be: without any protection, with a reserved SPI, or with keys of the wrong length.
   */
  install(now: Instant, parameters: SaParameters): void {
    const connection = this.#lifecycle.install(now, parameters);
    if (connection !== undefined && parameters.direction === "outbound")
      this.#outboundPath.release(now, connection);
  }

  /** Our SPI is in use at the address: another one is to be chosen (RFC 2401 §4.1). */
  isInboundSpiInUse(localAddress: IpAddress, spi: number): boolean {
    const { sad } = this.#parts;
    return (
      sad.inboundFor(localAddress, spi) !== undefined || sad.inboundAhFor(localAddress, spi) !== undefined
    );
  }

  /**
   * Removes an SA named by our inbound SPI or by the peer's, our outbound one: both directions of its pair, unless `extent`
   * says one. Nothing happens where there is no such SA with this peer. A peer numbers the SAs of each protocol for itself.
   */
  remove(
    _now: Instant,
    peer: IpAddress,
    spi: number,
    direction: "inbound" | "outbound",
    reason: RemovalReason,
    { extent = "pair", protocol = "esp" }: RemovalOptions = {},
  ): void {
    const { sad } = this.#parts;
    const sa = direction === "inbound" ? sad.inboundFrom(peer, spi) : sad.outboundBy(protocol, peer, spi);
    // What IKE had no part in making it does not end, nor does a Delete of a peer.
    if (sa === undefined || sa.parameters.isManual === true) return;
    if (extent === "pair") this.#lifecycle.removePair(sa, reason);
    else this.#lifecycle.removeOne(sa, reason);
  }

  /**
   * Removes all pairs, or those that are meant; says which, for Deletes to be sent. Those that the operator has keyed begin
   * anew.
   */
  removeAll(now: Instant, filter: SaFilter, reason: RemovalReason): readonly RemovedPair[] {
    const removed = this.#lifecycle.removeWhere((sa) => isMeant(filter, sa), reason);
    this.#installManualSas(now);
    return removed;
  }

  /** IKE knows that a peer behind a NAT is somewhere else now. */
  movePeer(move: PeerMove): void {
    movePeer(this.#parts, move);
  }

  /**
   * IKE could not negotiate: packets that waited are dropped, the next of the entry's peers has its turn, and a new
   * request goes out after a second at the earliest, twice as long after each failure in a row, 30 seconds at most.
   */
  negotiationFailed(now: Instant, connectionId: string, selector: TrafficSelector, peer: IpAddress): void {
    const connection = this.#parts.policy.connectionWith(connectionId, peer);
    if (connection === undefined) {
      this.#negotiator.settle(selectorKey(connectionId, selector));
      return;
    }
    const until = this.#negotiator.failed(now, selectorKey(connection.id, selector));
    for (const line of connection.lines)
      if (isWaitedForBy(line, selector)) this.#outboundPath.abandon(now, line);
    this.#lifecycle.renewLater(connection, selector, until);
    if (connection.outbound.length === 0) toNextPeer(connection);
  }

  /** Octets that the SAs between two ends have carried. */
  trafficWith(
    localAddress: IpAddress,
    peer: IpAddress,
    inboundSpis?: readonly number[],
  ): { inbound: number; outbound: number } {
    const { carried, sad } = this.#parts;
    const traffic = { inbound: 0, outbound: 0 };
    for (const sa of sad.outboundBetween(localAddress, peer)) {
      if (inboundSpis !== undefined && !inboundSpis.includes(sa.parameters.pairSpi)) continue;
      const partner = sad.partnerOf(sa);
      for (const one of partner === undefined ? [sa] : [sa, partner]) {
        carried?.account(one);
        traffic[one.direction] += one.octets;
      }
    }
    return traffic;
  }

  /** A peer does not answer any more: entries that have no SA with it left, and have others, turn to the next. */
  peerDied(localAddress: IpAddress, peer: IpAddress): void {
    for (const connection of this.#parts.policy.all())
      if (
        connection.currentPeer === peer &&
        connection.interface.localAddress === localAddress &&
        connection.outbound.length === 0
      )
        toNextPeer(connection);
  }

  /** Puts another policy in force. SAs that it does not allow go; says which, for Deletes to be sent. */
  setPolicy(now: Instant, policy: IpsecPolicy): readonly RemovedPair[] {
    const removed = changePolicy(this.#parts, this.#lifecycle, policy, now);
    const keys = new Set<string>();
    for (const { lines } of this.#parts.policy.all()) for (const line of lines) keys.add(lineKey(line));
    for (const key of this.#holdQueue?.keys() ?? []) if (!keys.has(key)) this.#holdQueue?.release(key);
    for (const { parameters, line } of this.#parts.sad.all())
      keys.add(selectorKey(line.connection.id, parameters.selector));
    this.#negotiator.keepOnly((key) => keys.has(key));
    this.#parts.carried?.setPolicy(policy);
    this.#installManualSas(now);
    return removed;
  }

  /** Renews, expires and gives up what is due. */
  wake(now: Instant): void {
    for (const news of this.#parts.carried?.takeNews() ?? []) this.#hear(now, news);
    this.#inboundPath.expireFragments(now);
    this.#outboundPath.expireFragments(now);
    for (;;) {
      const alarm = this.#parts.alarms.takeDue(now);
      if (alarm === undefined) return;
      switch (alarm.kind) {
        case "sa":
          this.#lifecycle.due(now, alarm);
          break;
        case "idle":
          this.#lifecycle.lookIfIdle(now, alarm);
          break;
        case "give-up":
          this.negotiationFailed(now, alarm.connectionId, alarm.selector, alarm.peer);
          break;
        case "path-mtu":
          this.#pathDiscovery.forget(alarm.local, alarm.peer);
      }
    }
  }

  nextDeadline(): Deadline | undefined {
    const alarm = this.#parts.alarms.next();
    return alarm === undefined ? undefined : { at: alarm.alarmAt, why: whyOf(alarm) };
  }

  temporaryFlows(): readonly TemporaryFlow[] {
    return temporaryFlows(this.#parts.policy);
  }

  /** Where what is protected is to be routed, as crypto maps say. */
  reverseRoutes(): readonly ReverseRoute[] {
    return reverseRoutes(this.#parts.policy);
  }

  view(now: Instant): IpsecView {
    this.#account();
    return dataPlaneView(this.#parts, now);
  }

  /** Zeroes what show commands count. What lifetimes count goes on. */
  clearCounters(): void {
    this.#account();
    for (const { lines } of this.#parts.policy.all()) for (const line of lines) line.counters = undefined;
    for (const sa of this.#parts.sad.all()) {
      sa.packets = 0;
      if (sa.direction === "outbound") continue;
      for (const arrivals of sa.ahArrivals === undefined ? [sa] : [sa, sa.ahArrivals]) {
        arrivals.replayErrors = 0;
        arrivals.icvErrors = 0;
      }
    }
  }

  /** Of whoever carries packets in our place. */
  #hear(now: Instant, news: CarrierNews): void {
    const { policy, sad } = this.#parts;
    switch (news.kind) {
      case "sa wanted": {
        const connection = policy.connections.get(news.connectionId);
        const line = connection === undefined ? undefined : lineFor(connection, news.selector);
        if (line !== undefined && !isServed(sad, now, line, wantedSelector(line, news.hosts)))
          this.#outboundPath.ask(now, line, news.hosts);
        break;
      }
      case "peer elsewhere": {
        const sa = sad.inboundFor(news.local, news.spi);
        if (sa !== undefined) followPeer(this.#parts, sa, news.at.address, news.at.port);
        break;
      }
      case "limit reached": {
        const { direction, destination, protocol, spi, usage } = news;
        const sa =
          direction === "inbound"
            ? sad.inboundBy(protocol, destination, spi)
            : sad.outboundBy(protocol, destination, spi);
        if (sa === undefined) break;
        this.#parts.carried?.enter(sa, usage);
        this.#lifecycle.look(now, sa);
      }
    }
  }

  #installManualSas(now: Instant): void {
    installManualSas(this.#parts, this.#lifecycle, this.#takeConnIds, now);
  }

  #account(): void {
    const { carried, sad } = this.#parts;
    if (carried !== undefined) for (const sa of sad.all()) carried.account(sa);
  }

  /** What is to be done, in order; the list is empty afterwards. */
  drain(): readonly DataPlaneOutput[] {
    this.#inboundPath.leavePlaintexts();
    return this.#parts.outbox.drain();
  }
}

export interface RemovalOptions {
  readonly extent?: "pair" | "one direction";
  readonly protocol?: SaProtocol;
}

function isWaitedForBy(line: ProtectedLine, selector: TrafficSelector): boolean {
  const isPerHost = line.connection.entry.isPerHost === true;
  return (isPerHost ? selectorCovers : selectorsEqual)(line.selector, selector);
}

/** The next of the entry's peers has its turn. */
function toNextPeer(connection: ProtectedConnection): void {
  const { currentPeer } = connection;
  const { peers } = connection.entry;
  if (currentPeer !== undefined)
    connection.currentPeer = peers[(peers.indexOf(currentPeer) + 1) % peers.length];
}

/** Looked at after every batch of packets, so nothing is made for it. */
function whyOf(alarm: PlaneAlarm): string {
  if (alarm.kind !== "sa") return WHY[alarm.kind];
  return alarm.alarmAt < alarm.hardAt ? "an IPsec SA is to be renewed" : "an IPsec SA expires";
}

const WHY: { readonly [K in Exclude<PlaneAlarm["kind"], "sa">]: string } = {
  idle: "an IPsec SA may be idle",
  "give-up": "IKE has not said how a negotiation ended",
  "path-mtu": "the path to a peer may have become wider",
};
