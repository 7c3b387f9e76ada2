/**
 * A virtual router: a gateway, which decides, and an IP stack, which moves packets. This class drives the gateway as any
 * host of it must: it hands in what happened, one thing after the other, and performs the effects in their order.
 */

import { assertNever, BugError } from "../base/errors.ts";
import type { Random } from "../base/random.ts";
import type { Instant } from "../base/time.ts";
import type { PingOptions, TracerouteOptions } from "../cli/services.ts";
import type { Job } from "../crypto/jobs.ts";
import type {
  ExportedKeys,
  GatewayEffect,
  GatewayEvent,
  GatewayInput,
  GatewayRequest,
  GatewayView,
} from "../gateway/contract.ts";
import { Gateway, type GatewayPolicy } from "../gateway/gateway.ts";
import type { ReverseRoute } from "../ipsec/reverse-routes.ts";
import { UNREACHABLE } from "../net/icmp.ts";
import { type Endpoint, type IpAddress, ipv4ToNumber } from "../net/ip-address.ts";
import { buildIpv4Packet, type Ipv4Packet, parseIpv4Packet } from "../net/ipv4-packet.ts";
import { PROTOCOL } from "../net/protocols.ts";
import { buildUdp, parseUdp } from "../net/udp.ts";
import { u32At } from "../net/words.ts";
import { AccessListLog } from "./access-list-log.ts";
import { Forwarding } from "./forwarding.ts";
import type { Direction } from "./interface-filters.ts";
import { IpStack, type StackInterface } from "./ip-stack.ts";
import type { JobRunner } from "./job-runner.ts";
import { Pinger, type PingWatcher } from "./ping.ts";
import type { Departure, Route } from "./route-table.ts";
import { Tracer } from "./tracer.ts";
import { UdpPorts } from "./udp-ports.ts";
import type { Scheduled, World } from "./world.ts";

export interface RouterOptions {
  readonly name: string;
  readonly world: World;
  readonly interfaces: readonly StackInterface[];
  readonly routes: readonly Route[];
  readonly policy: GatewayPolicy;
  readonly random: Random;
  readonly jobs: JobRunner;
  /** Packets wait for their SA instead of being lost. */
  readonly holdPackets: boolean;
  /** Milliseconds since 1970 at instant 0, where the time of day is to be known. */
  readonly wallClockAtStart?: number | undefined;
  readonly onEvent: (event: GatewayEvent) => void;
  /** Given, the gateway hands out its keys. */
  readonly onKeys: ((keys: ExportedKeys) => void) | undefined;
}

export class Router {
  readonly name: string;
  readonly stack: IpStack;
  readonly udpPorts: UdpPorts;
  readonly forwarding: Forwarding;
  readonly #world: World;
  #gateway: Gateway;
  readonly #pinger: Pinger;
  readonly #tracer: Tracer;
  readonly #options: RouterOptions;
  #policy: GatewayPolicy;
  /** What happened and is not yet handed in: performing effects can make more happen. */
  readonly #inputs: (() => readonly GatewayEffect[])[] = [];
  readonly #jobs = new Map<number, () => void>();
  #isHandling = false;
  /** Where the packet that is handled now was routed, on its way out. */
  #way: { readonly destination: IpAddress; readonly nextHop: IpAddress } | undefined;
  #wake: Scheduled | undefined;
  #lastWake: { at: Instant; times: number } | undefined;

  constructor(options: RouterOptions) {
    const { name, world, interfaces, routes } = options;
    this.name = name;
    this.#world = world;
    this.#options = options;
    this.#policy = options.policy;
    this.forwarding = new Forwarding(
      new AccessListLog(world, (event) => options.onEvent({ at: world.now, ...event })),
    );
    this.#gateway = this.#newGateway();
    this.stack = new IpStack({
      name,
      world,
      interfaces,
      routes,
      forwards: true,
      hooks: {
        leaving: (departure, bytes, arrivedBy) => this.#leaving(departure, bytes, arrivedBy),
        arrived: (interfaceName, packet) => this.#arrived(interfaceName, packet),
        departure: (arrivedBy, packet) => this.#policyDeparture(arrivedBy, packet),
        answersFor: (address) => this.forwarding.nat.answersFor(address),
      },
    });
    this.udpPorts = new UdpPorts(this.stack);
    this.#pinger = new Pinger(this.stack);
    this.#tracer = new Tracer(this.stack);
    this.#armWake();
  }

  view(): GatewayView {
    return this.#gateway.view(this.#world.now);
  }

  reverseRoutes(): readonly ReverseRoute[] {
    return this.#gateway.reverseRoutes();
  }

  request(request: GatewayRequest): void {
    this.#take({ kind: "request", request });
  }

  /** As after a power cut: nobody was told, and everything that was negotiated is forgotten. */
  restart(): void {
    for (const callOff of this.#jobs.values()) callOff();
    this.#jobs.clear();
    this.#gateway = this.#newGateway();
    this.#armWake();
  }

  setPolicy(policy: GatewayPolicy): void {
    this.#policy = policy;
    this.#queue(() => this.#gateway.setPolicy(this.#world.now, policy));
  }

  ping(options: PingOptions, watcher: PingWatcher): () => void {
    return this.#pinger.start(options, watcher);
  }

  traceroute(options: TracerouteOptions, print: (text: string) => void, done: () => void): () => void {
    return this.#tracer.start(options, print, done);
  }

  #newGateway(): Gateway {
    const { random, holdPackets, onKeys, wallClockAtStart } = this.#options;
    const exportKeys = onKeys !== undefined;
    return new Gateway({ policy: this.#policy, random, holdPackets, exportKeys, wallClockAtStart });
  }

  /** A packet from the wire. What IPsec and IKE are to read themselves goes past the policy for clear packets. */
  #arrived(interfaceName: string, packet: Ipv4Packet): void {
    if (!this.#admits(interfaceName, "in", packet)) return;
    if (!this.stack.owns(packet.destination)) {
      this.#take({ kind: "inbound-packet", interfaceName, bytes: packet.bytes });
      return;
    }
    const whole = this.stack.reassemble(packet);
    if (whole === undefined) return;
    if (whole.protocol === PROTOCOL.ESP || whole.protocol === PROTOCOL.AH) {
      const kind = whole.protocol === PROTOCOL.ESP ? "esp" : "ah";
      this.#take({ kind, interfaceName, bytes: whole.bytes });
      return;
    }
    const datagram = whole.protocol === PROTOCOL.UDP ? parseUdp(whole) : undefined;
    if (datagram !== undefined && IKE_PORTS.includes(datagram.destinationPort)) {
      const local = { address: whole.destination, port: datagram.destinationPort };
      const remote = { address: whole.source, port: datagram.sourcePort };
      this.#take({ kind: "datagram", local, remote, bytes: datagram.payload });
      return;
    }
    if (whole.protocol === PROTOCOL.ICMP) this.#take({ kind: "icmp", bytes: whole.bytes });
    this.#take({ kind: "inbound-packet", interfaceName, bytes: whole.bytes });
  }

  /**
   * A packet that policy lets in. What came protected is held against the interface's access list once more, now that it
   * can be seen, as IOS does.
   */
  #received(interfaceName: string, bytes: Uint8Array, wasProtected: boolean): void {
    const packet = parseIpv4Packet(bytes);
    if (packet === undefined || (wasProtected && !this.#admits(interfaceName, "in", packet))) return;
    const inward = this.forwarding.inward(this.#world.now, interfaceName, packet);
    if (typeof inward !== "string") this.stack.accept(interfaceName, inward);
  }

  #policyDeparture(arrivedBy: string | undefined, packet: Ipv4Packet): Departure | undefined {
    return this.forwarding.departure(arrivedBy, packet, {
      lookup: (destination) => this.stack.lookup(destination),
      isUp: (name) => name === "Null0" || this.stack.interfaces.some((each) => each.name === name),
    });
  }

  /** A packet on its way out is held against the access list before it is encrypted; the router's own are not, as on IOS. */
  #leaving({ interfaceName, nextHop }: Departure, bytes: Uint8Array, arrivedBy: string | undefined): void {
    const routed = parseIpv4Packet(bytes);
    if (routed === undefined) return;
    const packet = this.forwarding.outward(this.#world.now, interfaceName, routed, arrivedBy);
    if (packet === "lost" && arrivedBy !== undefined)
      this.stack.unreachable(routed, UNREACHABLE.HOST, arrivedBy);
    if (typeof packet === "string") return;
    if (arrivedBy !== undefined && !this.#admits(interfaceName, "out", packet, arrivedBy)) return;
    this.#queue(() => {
      this.#way = { destination: packet.destination, nextHop };
      return this.#gateway.handle(this.#world.now, {
        kind: "outbound-packet",
        interfaceName,
        bytes: packet.bytes,
      });
    });
  }

  /** Whether an access list lets it pass; who sent it is told if not. */
  #admits(
    interfaceName: string,
    direction: Direction,
    packet: Ipv4Packet,
    arrivedBy = interfaceName,
  ): boolean {
    if (this.forwarding.filters.admits(interfaceName, direction, packet, arrivedBy)) return true;
    this.stack.unreachable(packet, UNREACHABLE.ADMINISTRATIVELY_PROHIBITED, arrivedBy);
    return false;
  }

  #take(input: GatewayInput): void {
    this.#queue(() => this.#gateway.handle(this.#world.now, input));
  }

  #queue(input: () => readonly GatewayEffect[]): void {
    this.#inputs.push(input);
    if (this.#isHandling) return;
    this.#isHandling = true;
    try {
      for (let next = this.#inputs.shift(); next !== undefined; next = this.#inputs.shift()) {
        this.#way = undefined;
        for (const effect of next()) this.#perform(effect);
      }
    } finally {
      this.#isHandling = false;
    }
    this.#armWake();
  }

  #perform(effect: GatewayEffect): void {
    switch (effect.kind) {
      case "send-datagram":
        this.#sendDatagram(effect.local, effect.remote, effect.bytes);
        break;
      case "transmit":
        this.#transmit(effect.interfaceName, effect.bytes);
        break;
      case "receive":
        this.#received(effect.interfaceName, effect.bytes, effect.wasProtected);
        break;
      case "start-job":
        this.#startJob(effect.id, effect.job);
        break;
      case "cancel-job":
        this.#jobs.get(effect.id)?.();
        this.#jobs.delete(effect.id);
        break;
      case "event":
        this.#options.onEvent(effect.event);
        break;
      case "keys":
        this.#options.onKeys?.(effect.keys);
        break;
      default:
        assertNever(effect);
    }
  }

  /** A packet in clear goes where it was routed; what ESP has made of one, to where its own destination leads. */
  #transmit(interfaceName: string, bytes: Uint8Array): void {
    const way = this.#way;
    const isRouted = way !== undefined && u32At(bytes, 16) === ipv4ToNumber(way.destination);
    this.stack.transmit(interfaceName, bytes, isRouted ? way.nextHop : undefined);
  }

  #startJob(id: number, job: Job): void {
    const callOff = this.#options.jobs(job, (result) => {
      this.#jobs.delete(id);
      this.#take({ kind: "job-done", id, result });
    });
    this.#jobs.set(id, callOff);
  }

  /** IKE speaks for itself: no policy is asked, or it would have to protect what sets protection up. */
  #sendDatagram(local: Endpoint, remote: Endpoint, bytes: Uint8Array): void {
    const datagram = { sourcePort: local.port, destinationPort: remote.port, payload: bytes };
    const packet = buildIpv4Packet(
      {
        source: local.address,
        destination: remote.address,
        protocol: PROTOCOL.UDP,
        timeToLive: 255,
        identification: this.stack.nextIdentification(),
        // IOS marks IKE as internetwork control.
        typeOfService: 0xc0,
      },
      buildUdp(datagram, local.address, remote.address),
    );
    const own = parseIpv4Packet(packet);
    const departure = own && this.stack.wayOfOwn(own);
    if (departure !== undefined) this.stack.transmit(departure.interfaceName, packet, departure.nextHop);
  }

  #armWake(): void {
    this.#wake?.cancel();
    this.#wake = undefined;
    const deadline = this.#gateway.nextDeadline();
    if (deadline === undefined) return;
    this.#wake = this.#world.at(deadline.at, () => {
      this.#countWake(deadline.why);
      this.#take({ kind: "wake" });
    });
  }

  /** A deadline that stays in the past after the wake it asked for would let virtual time stand still for ever. */
  #countWake(why: string): void {
    const { now } = this.#world;
    const times = this.#lastWake?.at === now ? this.#lastWake.times + 1 : 1;
    this.#lastWake = { at: now, times };
    if (times > WAKES_PER_INSTANT_MAX)
      throw new BugError(`${this.name} asks again and again to be woken at ${now}: ${why}`);
  }
}

const IKE_PORTS: readonly number[] = [500, 4500];
const WAKES_PER_INSTANT_MAX = 1000;
