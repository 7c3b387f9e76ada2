/** The traceroutes of a node of the lab: their probes go out by its stack, and what comes about them is told to them. */
import type { TracerouteOptions } from "../cli/services.ts";
import { PROTOCOL } from "../net/protocols.ts";
import { buildUdp } from "../net/udp.ts";
import type { IpStack } from "./ip-stack.ts";
import { type Probe, Traceroute } from "./traceroute.ts";

export class Tracer {
  readonly #stack: IpStack;
  readonly #running = new Set<Traceroute>();
  #nextPort = FIRST_PORT;

  constructor(stack: IpStack) {
    this.#stack = stack;
    stack.handle(PROTOCOL.ICMP, (packet) => {
      for (const trace of this.#running) trace.heard(packet);
    });
  }

  /** Starts one; the function returned ends it early. */
  start(options: TracerouteOptions, print: (text: string) => void, done: () => void): () => void {
    const { world } = this.#stack;
    const traceWorld = {
      now: () => world.now,
      after: world.after.bind(world),
      send: (probe: Probe) => this.#send(probe),
    };
    const trace = new Traceroute(options, this.#nextPort, traceWorld, print, () => {
      this.#running.delete(trace);
      done();
    });
    this.#nextPort = this.#nextPort === 0xffff ? FIRST_PORT : this.#nextPort + 1;
    this.#running.add(trace);
    return () => trace.cancel();
  }

  #send({ source, destination, timeToLive, sourcePort, destinationPort }: Probe): void {
    const datagram = { sourcePort, destinationPort, payload: PAYLOAD };
    // Without a route nothing leaves and the time runs out, as on IOS.
    this.#stack.send({
      ...(source === undefined ? {} : { source }),
      ...{ destination, timeToLive, protocol: PROTOCOL.UDP },
      payload: (from) => buildUdp(datagram, from, destination),
    });
  }
}

/** Of ports that are nobody's (RFC 6335 §6). */
const FIRST_PORT = 49152;
const PAYLOAD = new Uint8Array(8);
