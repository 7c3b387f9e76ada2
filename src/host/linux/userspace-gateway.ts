/**
 * A gateway without root: IKE and ESP in UDP on ordinary ports of Node's own sockets. Peers see a NAT, as the ports are
 * not 500 and 4500. It has no packets of the machine; its addresses answer echoes and probes, and it can send them.
 */
import { createSocket, type Socket } from "node:dgram";
import type { RouterPolicy } from "../../config/router-policy.ts";
import type { GatewayEffect } from "../../gateway/contract.ts";
import type { Probe, Traceroute, TracerouteOptions } from "../../lab/traceroute.ts";
import { buildIcmp, icmpErrorAbout, parseIcmp, UNREACHABLE } from "../../net/icmp.ts";
import { type Endpoint, type IpAddress, ipv4FromNumber, parseIpv4 } from "../../net/ip-address.ts";
import { buildIpv4Packet, type Ipv4Packet, parseIpv4Packet } from "../../net/ipv4-packet.ts";
import { PROTOCOL } from "../../net/protocols.ts";
import { buildUdp, parseUdp } from "../../net/udp.ts";
import { type EchoEars, type EchoOptions, EchoRun } from "./echo-run.ts";
import { GatewayDriver, type GatewayDriverOptions, type PacketPort } from "./gateway-driver.ts";
import { protectingInterface } from "./protecting-interface.ts";
import { traceRun } from "./trace-run.ts";
import { type OnWire, tapInput, tapped } from "./wire-tap.ts";

export interface UserspaceOptions extends Omit<GatewayDriverOptions, "policy" | "port"> {
  readonly router: RouterPolicy;
  /** UDP ports in place of 500 and 4500. */
  readonly ports: UserspacePorts;
  /** Where peers really are, if not at their address with the usual ports. */
  readonly peers: ReadonlyMap<IpAddress, PeerPlace>;
  readonly onWire: OnWire | undefined;
  readonly onNotice: (line: string) => void;
}

export interface UserspacePorts {
  readonly ike: number;
  readonly nat: number;
}

export interface PeerPlace extends UserspacePorts {
  readonly address: IpAddress;
}

export class UserspaceGateway implements PacketPort {
  readonly driver: GatewayDriver;
  readonly #options: UserspaceOptions;
  readonly #sockets: ReadonlyMap<number, Socket>;
  readonly #pings = new Set<EchoRun>();
  readonly #traces = new Set<Traceroute>();
  readonly #sending = new Set<Promise<void>>();
  #router: RouterPolicy;

  private constructor(options: UserspaceOptions, sockets: ReadonlyMap<number, Socket>) {
    this.#options = options;
    this.#sockets = sockets;
    this.#router = options.router;
    const { onWire } = options;
    this.driver = new GatewayDriver({
      ...options,
      policy: withWideInterfaces(options.router),
      port: onWire === undefined ? this : tapped(this, onWire),
    });
    for (const [port, socket] of sockets) this.#listen(port, socket);
  }

  /** Runs, or one line says why not. */
  static async start(options: UserspaceOptions): Promise<UserspaceGateway | string> {
    const sockets = new Map<number, Socket>();
    for (const [port, real] of [
      [IKE_PORT, options.ports.ike],
      [NAT_PORT, options.ports.nat],
    ] as const) {
      const bound = await bind(real);
      if (typeof bound === "string") {
        for (const socket of sockets.values()) socket.close();
        return bound;
      }
      sockets.set(port, bound);
    }
    return new UserspaceGateway(options, sockets);
  }

  setPolicy(router: RouterPolicy): void {
    this.#router = router;
    this.driver.setPolicy(withWideInterfaces(router));
  }

  /** A packet of one of its addresses goes through the tunnel that protects it; others go nowhere. */
  send(packet: Uint8Array): void {
    const interfaceName = protectingInterface(this.#router.ipsec, packet, "outbound");
    if (interfaceName !== "") this.driver.take({ kind: "outbound-packet", interfaceName, bytes: packet });
  }

  ping(options: EchoOptions, { onMark, onDone }: EchoEars): () => void {
    const [first] = this.#router.interfaces;
    const source = options.source ?? first?.address;
    const run = new EchoRun({ ...options, source }, this.#options.clock, (packet) => this.send(packet), {
      onMark,
      onDone: (result) => {
        this.#pings.delete(run);
        onDone(result);
      },
    });
    this.#pings.add(run);
    return () => run.finish();
  }

  /** Its probes go where its echoes go: through the tunnel, or nowhere. */
  traceroute(options: TracerouteOptions, print: (text: string) => void, done: () => void): () => void {
    const trace = traceRun(options, this.#options.clock, (probe) => this.#probe(probe), {
      print,
      done: () => {
        this.#traces.delete(trace);
        done();
      },
    });
    this.#traces.add(trace);
    return () => trace.cancel();
  }

  #probe({ destination, timeToLive, sourcePort, destinationPort, ...asked }: Probe): void {
    const source = asked.source ?? this.#router.interfaces[0]?.address;
    if (source === undefined) return;
    const datagram = { sourcePort, destinationPort, payload: PROBE };
    const fields = { source, destination, timeToLive, protocol: PROTOCOL.UDP };
    this.send(
      buildIpv4Packet(
        { ...fields, identification: destinationPort },
        buildUdp(datagram, source, destination),
      ),
    );
  }

  async stop(): Promise<void> {
    this.driver.close();
    // Node sends in its own time, and what it has not sent when a socket closes is lost.
    await Promise.all(this.#sending);
    await Promise.all(
      [...this.#sockets.values()].map((socket) => new Promise<void>((done) => socket.close(done))),
    );
    await this.#options.jobs.close();
  }

  sendDatagram({ local, remote, bytes }: Extract<GatewayEffect, { kind: "send-datagram" }>): void {
    this.#sendFrom(local.port, remote, bytes);
  }

  transmit({ bytes }: Extract<GatewayEffect, { kind: "transmit" }>): void {
    const packet = parseIpv4Packet(bytes);
    const datagram = packet === undefined ? undefined : parseUdp(packet);
    if (packet !== undefined && datagram?.sourcePort === NAT_PORT)
      this.#sendFrom(
        NAT_PORT,
        { address: packet.destination, port: datagram.destinationPort },
        datagram.payload,
      );
    else if (packet?.protocol === PROTOCOL.ESP)
      this.#options.onNotice(
        `raw ESP for ${packet.destination} needs root: that peer does not traverse NATs`,
      );
    else if (packet?.protocol === PROTOCOL.AH)
      this.#options.onNotice(`AH for ${packet.destination} needs root: it never goes in UDP`);
  }

  receive({ bytes }: Extract<GatewayEffect, { kind: "receive" }>): void {
    const packet = parseIpv4Packet(bytes);
    if (packet === undefined) return;
    if (!this.#router.interfaces.some(({ address }) => address === packet.destination)) return;
    if (packet.protocol === PROTOCOL.ICMP) this.#receiveIcmp(packet);
    else if (packet.protocol === PROTOCOL.UDP) this.#refuse(packet);
  }

  #receiveIcmp(packet: Ipv4Packet): void {
    for (const run of this.#pings) run.heard(packet.bytes);
    for (const trace of this.#traces) trace.heard(packet);
    const message = parseIcmp(packet);
    if (message?.kind !== "echo-request") return;
    const reply = buildIcmp({ ...message, kind: "echo-reply" });
    const { source, destination, identification } = packet;
    const fields = { source: destination, destination: source, protocol: PROTOCOL.ICMP, identification };
    this.send(buildIpv4Packet({ ...fields, timeToLive: 255 }, reply));
  }

  /** Nobody listens at its addresses, and that is what a traceroute to them waits to hear. */
  #refuse(packet: Ipv4Packet): void {
    const cause = { kind: "destination-unreachable", code: UNREACHABLE.PORT, nextHopMtu: 0 } as const;
    const error = icmpErrorAbout(packet, cause, packet.destination, packet.identification);
    if (error !== undefined) this.send(error);
  }

  /** Node sends each datagram at once. */
  flush(): void {}

  #listen(port: number, socket: Socket): void {
    socket.on("message", (bytes, from) => {
      const real = parseIpv4(from.address);
      if (real === undefined) return;
      const address = this.#addressOf(real, from.port);
      const local = { address: this.#localAddressFor(address), port };
      const input = { kind: "datagram", local, remote: { address, port: from.port }, bytes } as const;
      if (this.#options.onWire !== undefined) tapInput(input, this.#options.onWire);
      this.driver.take(input);
    });
    // An unreachable peer is no news: IKE repeats itself and gives up in its own time.
    socket.on("error", () => {});
  }

  #sendFrom(port: number, { address, port: remotePort }: Endpoint, bytes: Uint8Array): void {
    const place = this.#options.peers.get(address);
    const realPort =
      place !== undefined && remotePort === IKE_PORT
        ? place.ike
        : place !== undefined && remotePort === NAT_PORT
          ? place.nat
          : remotePort;
    const sent = new Promise<void>((done) => {
      const socket = this.#sockets.get(port);
      if (socket === undefined) done();
      else socket.send(bytes, realPort, place?.address ?? address, () => done());
    });
    this.#sending.add(sent);
    void sent.then(() => this.#sending.delete(sent));
  }

  /** Its real port stays: that is how IKE sees that addresses are not what they seem. */
  #addressOf(real: IpAddress, port: number): IpAddress {
    for (const [address, place] of this.#options.peers)
      if (place.address === real && (place.ike === port || place.nat === port)) return address;
    return real;
  }

  #localAddressFor(peer: IpAddress): IpAddress {
    const { ike, interfaces } = this.#router;
    const connection = ike.connections.find(({ peers }) => peers.includes(peer)) ?? ike.connections[0];
    return connection?.localAddress ?? interfaces[0]?.address ?? ipv4FromNumber(0);
  }
}

function bind(port: number): Promise<Socket | string> {
  return new Promise((resolve) => {
    const socket = createSocket("udp4");
    socket.once("error", ({ message }) => resolve(`UDP port ${port}: ${message}`));
    socket.bind(port, () => {
      socket.removeAllListeners("error");
      resolve(socket);
    });
  });
}

/** The system cuts datagrams that are too long, and Node's sockets put them together again. */
function withWideInterfaces({ ike, ipsec }: RouterPolicy): Pick<RouterPolicy, "ike" | "ipsec"> {
  const interfaces = ipsec.interfaces.map((each) => ({ ...each, mtu: Math.max(each.mtu, WIDE) }));
  return { ike, ipsec: { ...ipsec, interfaces } };
}

const IKE_PORT = 500;
const NAT_PORT = 4500;
const WIDE = 16_000;
const PROBE = new Uint8Array(8);
