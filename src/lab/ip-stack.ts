/**
 * What a router and a host have in common: interfaces, routes, forwarding, fragments, ICMP errors and local delivery
 * (RFC 1122, RFC 1812, as far as a lab needs them). Two hooks let a router put its IPsec policy in the way.
 */

import { MisuseError } from "../base/errors.ts";
import type { Instant } from "../base/time.ts";
import { elapsed, milliseconds } from "../base/time.ts";
import type { TunnelEnds } from "../config/router-policy.ts";
import type { TrafficCounts } from "../gateway/machine-view.ts";
import { fragmentIpv4 } from "../net/fragmentation.ts";
import { FragmentReassembler } from "../net/fragments.ts";
import {
  buildIcmp,
  echoReplyTo,
  type IcmpErrorCause,
  icmpErrorAbout,
  parseIcmp,
  UNREACHABLE,
} from "../net/icmp.ts";
import type { IpAddress } from "../net/ip-address.ts";
import {
  buildIpv4Packet,
  type Ipv4Fields,
  type Ipv4Packet,
  parseIpv4Packet,
  withTtlLowered,
} from "../net/ipv4-packet.ts";
import { PROTOCOL } from "../net/protocols.ts";
import { lowerAnnouncedMss } from "../net/tcp-mss.ts";
import { decapsulated, encapsulated } from "./gre-tunnel.ts";
import { InterfaceTraffic } from "./interface-traffic.ts";
import { usable } from "./line-protocol.ts";
import type { Link, LinkPort } from "./link.ts";
import { type Departure, type Route, RouteTable } from "./route-table.ts";
import type { World } from "./world.ts";

export interface StackInterface {
  readonly name: string;
  readonly address: IpAddress;
  readonly mask: IpAddress;
  /** Octets. */
  readonly mtu: number;
  /** Octets: what TCP connections through it may announce at most; absent, what they like (`ip tcp adjust-mss`). */
  readonly adjustMss?: number | undefined;
  /** Undefined for a loopback, where everything comes back, and for a tunnel. */
  readonly link: Link | undefined;
  readonly tunnel?: TunnelEnds | undefined;
}

export interface StackHooks {
  /**
   * A whole packet was routed out of an interface; whoever takes the hook calls `transmit` to let it go. `arrivedBy` is
   * the interface that it came in by, undefined where it is the node's own.
   */
  readonly leaving: (departure: Departure, bytes: Uint8Array, arrivedBy: string | undefined) => void;
  /** A whole, undamaged packet came in by an interface; whoever takes the hook calls `accept` to let it in. */
  readonly arrived: (interfaceName: string, packet: Ipv4Packet) => void;
  /** Where policy sends a packet that came in by an interface, or is the node's own; undefined: by the routes. */
  readonly departure: (arrivedBy: string | undefined, packet: Ipv4Packet) => Departure | undefined;
  /** Whether the node answers for an address as if it were its own (proxy ARP). */
  readonly answersFor: (address: IpAddress) => boolean;
}

export interface StackOptions {
  readonly name: string;
  readonly world: World;
  readonly interfaces: readonly StackInterface[];
  /** Beside the connected ones. */
  readonly routes: readonly Route[];
  /** A router forwards and answers for others; a host does not. */
  readonly forwards: boolean;
  readonly hooks?: StackHooks;
}

/** What this node sends of its own accord. An absent source is the address of the interface it leaves by. */
export interface OwnPacket
  extends Partial<Pick<Ipv4Fields, "source" | "typeOfService" | "dontFragment" | "timeToLive">> {
  readonly destination: IpAddress;
  readonly protocol: number;
  readonly payload: (source: IpAddress) => Uint8Array;
}

export type LocalHandler = (packet: Ipv4Packet, interfaceName: string) => void;

export class IpStack {
  readonly name: string;
  readonly world: World;
  readonly #ports = new Map<string, LinkPort>();
  readonly #forwards: boolean;
  readonly #reassembler = new FragmentReassembler();
  readonly #traffic = new Map<string, InterfaceTraffic>();
  readonly #handlers = new Map<number, LocalHandler>();
  readonly #hooks: StackHooks;
  #interfaces: ReadonlyMap<string, StackInterface> = new Map();
  #own: ReadonlySet<IpAddress> = new Set();
  #table = new RouteTable([]);
  #up: readonly StackInterface[] = [];
  #identification = 0;
  #lastUnreachable: Instant | undefined;

  constructor(options: StackOptions) {
    this.name = options.name;
    this.world = options.world;
    this.#forwards = options.forwards;
    this.#hooks = options.hooks ?? {
      leaving: ({ interfaceName, nextHop }, bytes) => this.transmit(interfaceName, bytes, nextHop),
      arrived: (interfaceName, packet) => this.accept(interfaceName, packet),
      departure: () => undefined,
      answersFor: () => false,
    };
    this.reconfigure(options.interfaces, options.routes);
    this.handle(PROTOCOL.ICMP, (packet) => this.#answerEcho(packet));
    if (options.forwards) this.handle(PROTOCOL.GRE, (packet) => this.#decapsulate(packet));
  }

  /** From now on the node has these interfaces, and these routes beside the connected ones. */
  reconfigure(interfaces: readonly StackInterface[], routes: readonly Route[]): void {
    for (const [name, port] of this.#ports) this.#interfaces.get(name)?.link?.detach(port);
    this.#ports.clear();
    this.#interfaces = new Map(interfaces.map((each) => [each.name, each]));
    this.#own = new Set(interfaces.map((each) => each.address));
    this.reroute(routes);
    for (const each of interfaces) this.#attach(each);
  }

  /** Other routes beside the connected ones; the interfaces stay as they are. */
  reroute(routes: readonly Route[]): void {
    const { table, up } = usable(this.interfaces, routes);
    this.#table = table;
    this.#up = up;
  }

  get interfaces(): readonly StackInterface[] {
    return [...this.#interfaces.values()];
  }

  /** Without tunnels to whose end there is no way. */
  get interfacesUp(): readonly StackInterface[] {
    return this.#up;
  }

  get routes(): readonly Route[] {
    return this.#table.routes;
  }

  /** What an interface has carried. */
  trafficOf(interfaceName: string): TrafficCounts {
    return this.#trafficOf(interfaceName).counts;
  }

  owns(address: IpAddress): boolean {
    return this.#own.has(address);
  }

  lookup(destination: IpAddress): Departure | undefined {
    return this.#table.lookup(destination);
  }

  /** The next value of the identification field, for packets built elsewhere on this node. */
  nextIdentification(): number {
    this.#identification = (this.#identification + 1) & 0xffff;
    return this.#identification;
  }

  /** Packets of a protocol for this node go to `handler`, whole. A second handler of a protocol gets them after the first. */
  handle(protocol: number, handler: LocalHandler): void {
    const earlier = this.#handlers.get(protocol);
    this.#handlers.set(protocol, (packet, interfaceName) => {
      earlier?.(packet, interfaceName);
      handler(packet, interfaceName);
    });
  }

  /** Sends a packet of this node's own; false if there is no route. What is for many leaves by every interface. */
  send(own: OwnPacket): boolean {
    if (isForMany(own.destination)) {
      const ways = this.interfaces.filter(({ link, tunnel }) => link !== undefined || tunnel !== undefined);
      for (const { name } of ways) this.sendBy(name, own);
      return ways.length > 0;
    }
    const departure = this.lookup(own.destination);
    const source = own.source ?? this.#interfaceOf(departure?.interfaceName)?.address;
    return source !== undefined && this.originate(this.#packetOf(own, source));
  }

  /** Sends a packet of this node's own by an interface, whatever the routes. */
  sendBy(interfaceName: string, own: OwnPacket): void {
    const source = own.source ?? this.#interfaceOf(interfaceName)?.address;
    if (source !== undefined)
      this.#hooks.leaving(
        { interfaceName, nextHop: own.destination },
        this.#packetOf(own, source),
        undefined,
      );
  }

  #packetOf(own: OwnPacket, source: IpAddress): Uint8Array {
    const { destination, protocol } = own;
    return buildIpv4Packet(
      {
        source,
        destination,
        protocol,
        timeToLive: own.timeToLive ?? OWN_TIME_TO_LIVE,
        identification: this.nextIdentification(),
        typeOfService: own.typeOfService ?? 0,
        dontFragment: own.dontFragment ?? false,
      },
      own.payload(source),
    );
  }

  /** Where a packet of this node's own goes. */
  wayOfOwn(packet: Ipv4Packet): Departure | undefined {
    return this.#hooks.departure(undefined, packet) ?? this.lookup(packet.destination);
  }

  /** Routes a whole packet of this node's own; false if there is no route. To itself it goes without leaving. */
  originate(bytes: Uint8Array): boolean {
    return this.#originate(bytes, (packet) => this.wayOfOwn(packet));
  }

  #originate(bytes: Uint8Array, wayOf: (packet: Ipv4Packet) => Departure | undefined): boolean {
    const packet = parseIpv4Packet(bytes);
    if (packet === undefined) throw new MisuseError(`${this.name} sends what is no IPv4 packet`);
    if (this.owns(packet.destination)) {
      this.world.after(milliseconds(0), () => this.#deliver("", packet));
      return true;
    }
    const departure = wayOf(packet);
    if (departure === undefined) return false;
    this.#hooks.leaving(departure, bytes, undefined);
    return true;
  }

  /**
   * Puts a whole packet on the wire, in pieces if it must be, past the hook. An absent next hop is that of the route; a
   * packet that policy sends by this interface but no route does is for a neighbour on the link, or lost.
   */
  transmit(interfaceName: string, bytes: Uint8Array, nextHop?: IpAddress): void {
    const out = this.#interfaceOf(interfaceName);
    const packet = parseIpv4Packet(bytes);
    if (out === undefined || packet === undefined) return;
    const pieces = fragmentIpv4(packet, out.mtu);
    if (pieces === undefined) {
      const code = UNREACHABLE.FRAGMENTATION_NEEDED;
      this.report(packet, { kind: "destination-unreachable", code, nextHopMtu: out.mtu }, interfaceName);
      return;
    }
    const departure = this.lookup(packet.destination);
    const routed = departure?.interfaceName === interfaceName ? departure.nextHop : packet.destination;
    let reached = true;
    for (const piece of pieces) {
      const isTaken = this.#put(out, nextHop ?? routed, piece);
      if (isTaken) this.#trafficOf(interfaceName).sent(piece.length);
      else this.#trafficOf(interfaceName).dropped();
      reached &&= isTaken;
    }
    if (!reached && !this.owns(packet.source)) this.unreachable(packet, UNREACHABLE.HOST, interfaceName);
  }

  /** False if nobody takes it. */
  #put({ name, link, tunnel }: StackInterface, nextHop: IpAddress, bytes: Uint8Array): boolean {
    const port = this.#ports.get(name);
    if (link !== undefined) return port !== undefined && link.transmit(port, nextHop, bytes);
    const packet = parseIpv4Packet(bytes);
    if (packet === undefined) return false;
    if (tunnel !== undefined) {
      const outer = encapsulated(tunnel, packet, this.nextIdentification());
      // By the routes alone: a policy that leads into the tunnel would lead the tunnel into itself.
      return this.#originate(outer, ({ destination }) => this.lookup(destination));
    }
    this.world.after(milliseconds(0), () => this.#hooks.arrived(name, packet));
    return true;
  }

  #decapsulate(outer: Ipv4Packet): void {
    const found = decapsulated(this.#interfaces.values(), outer);
    if (found === undefined) return;
    this.#trafficOf(found.interfaceName).received(found.packet.bytes.length);
    this.#hooks.arrived(found.interfaceName, found.packet);
  }

  /** Takes in a packet that policy lets pass: for this node, or to be sent on. */
  accept(interfaceName: string, packet: Ipv4Packet): void {
    if (this.owns(packet.destination) || isForMany(packet.destination)) {
      const whole = this.#reassembler.add(this.world.now, packet);
      if (whole !== undefined) this.#deliver(interfaceName, whole);
    } else if (this.#forwards) this.#forward(interfaceName, packet);
  }

  /** The packet whole, if it is or its last piece has come. For packets that must be whole before policy sees them. */
  reassemble(packet: Ipv4Packet): Ipv4Packet | undefined {
    return this.#reassembler.add(this.world.now, packet);
  }

  /** Tells the sender of a packet what became of it. */
  report(offending: Ipv4Packet, cause: IcmpErrorCause, interfaceName: string): void {
    // About what was for this node, as the one that it was for: so it takes the way of any answer (RFC 1122 §3.2.2).
    const isOwn = this.owns(offending.destination);
    const from = isOwn ? offending.destination : this.#interfaceOf(interfaceName)?.address;
    if (from === undefined) return;
    const error = icmpErrorAbout(offending, cause, from, this.nextIdentification());
    if (error !== undefined) this.originate(error);
  }

  /** Tells the sender that a packet goes no further: at most one in half a second, as IOS does (`ip icmp rate-limit unreachable`). */
  unreachable(packet: Ipv4Packet, code: number, interfaceName: string): void {
    const { now } = this.world;
    const last = this.#lastUnreachable;
    if (last !== undefined && elapsed(last, now) < UNREACHABLE_INTERVAL) return;
    this.#lastUnreachable = now;
    this.report(packet, { kind: "destination-unreachable", code, nextHopMtu: 0 }, interfaceName);
  }

  #attach({ name, address, link }: StackInterface): void {
    if (link === undefined) return;
    const port: LinkPort = {
      name: `${this.name} ${name}`,
      address,
      answersFor: (sought) =>
        this.#forwards && (this.#hooks.answersFor(sought) || this.#reachesElsewhere(sought, name)),
      receive: (bytes) => {
        const packet = parseIpv4Packet(bytes);
        if (packet === undefined) return this.#trafficOf(name).receivedDamaged();
        this.#trafficOf(name).received(bytes.length);
        this.#hooks.arrived(name, packet);
      },
    };
    this.#ports.set(name, port);
    link.attach(port);
  }

  #trafficOf(interfaceName: string): InterfaceTraffic {
    const known = this.#traffic.get(interfaceName) ?? new InterfaceTraffic();
    this.#traffic.set(interfaceName, known);
    return known;
  }

  #reachesElsewhere(address: IpAddress, interfaceName: string): boolean {
    const departure = this.lookup(address);
    return departure !== undefined && departure.interfaceName !== interfaceName;
  }

  #forward(interfaceName: string, packet: Ipv4Packet): void {
    const departure = this.#hooks.departure(interfaceName, packet) ?? this.lookup(packet.destination);
    if (departure === undefined) {
      this.unreachable(packet, UNREACHABLE.HOST, interfaceName);
      return;
    }
    const lowered = withTtlLowered(packet);
    if (lowered === undefined) {
      this.report(packet, { kind: "time-exceeded", code: 0 }, interfaceName);
      return;
    }
    for (const name of [interfaceName, departure.interfaceName]) {
      const mss = this.#interfaceOf(name)?.adjustMss;
      if (mss !== undefined) lowerAnnouncedMss(lowered, mss);
    }
    this.#hooks.leaving(departure, lowered, interfaceName);
  }

  #deliver(interfaceName: string, packet: Ipv4Packet): void {
    const handler = this.#handlers.get(packet.protocol);
    if (handler !== undefined) handler(packet, interfaceName);
    else this.unreachable(packet, UNREACHABLE.PROTOCOL, interfaceName);
  }

  #answerEcho(packet: Ipv4Packet): void {
    const message = parseIcmp(packet);
    if (message?.kind !== "echo-request") return;
    const reply = buildIcmp(echoReplyTo(message));
    this.send({
      ...(this.owns(packet.destination) ? { source: packet.destination } : {}),
      destination: packet.source,
      protocol: PROTOCOL.ICMP,
      typeOfService: packet.typeOfService,
      payload: () => reply,
    });
  }

  #interfaceOf(name: string | undefined): StackInterface | undefined {
    return name === undefined ? undefined : this.#interfaces.get(name);
  }
}

/** Multicast and limited broadcast: for whoever is on the link, and no further. */
export function isForMany(address: IpAddress): boolean {
  return Number.parseInt(address, 10) >= 224;
}

/** IOS gives its own packets the highest TTL. */
const OWN_TIME_TO_LIVE = 255;

const UNREACHABLE_INTERVAL = milliseconds(500);
