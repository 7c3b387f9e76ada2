/**
 * IOS's traceroute: UDP probes to ports where nobody listens, with a TTL of one, two, …; who lets a probe die tells so, and
 * the destination that nobody listens. Who sends and hears is told apart, so that it runs in a lab and on a machine.
 */
import { elapsed, type Instant, type Milliseconds, seconds } from "../base/time.ts";
import type { TracerouteOptions } from "../cli/services.ts";
import { parseIcmp, UNREACHABLE } from "../net/icmp.ts";
import type { IpAddress } from "../net/ip-address.ts";
import type { Ipv4Packet } from "../net/ipv4-packet.ts";
import { PROTOCOL } from "../net/protocols.ts";
import { u16At } from "../net/words.ts";

export type { TracerouteOptions } from "../cli/services.ts";

/** A UDP datagram to be sent. */
export interface Probe {
  readonly source: IpAddress | undefined;
  readonly destination: IpAddress;
  readonly timeToLive: number;
  readonly sourcePort: number;
  readonly destinationPort: number;
}

export interface TraceWorld {
  now(): Instant;
  after(span: Milliseconds, act: () => void): { cancel(): void };
  send(probe: Probe): void;
}

export class Traceroute {
  readonly #options: TracerouteOptions;
  readonly #world: TraceWorld;
  readonly #print: (text: string) => void;
  readonly #done: () => void;
  readonly #sourcePort: number;
  #timeToLive: number;
  /** Of the probes with this TTL, how many have been sent. */
  #count = 0;
  #port: number;
  #sentAt: Instant;
  #timer: { cancel(): void };
  /** Who answered last, with this TTL. */
  #hop: IpAddress | undefined;
  #isLastHop = false;
  #isOver = false;

  /** `sourcePort` tells it from others of this node. All that it prints is whole with `done`. */
  constructor(
    options: TracerouteOptions,
    sourcePort: number,
    world: TraceWorld,
    print: (text: string) => void,
    done: () => void,
  ) {
    this.#options = options;
    this.#sourcePort = sourcePort;
    this.#world = world;
    this.#print = print;
    this.#done = done;
    this.#timeToLive = options.minimumTimeToLive;
    this.#port = options.port;
    this.#sentAt = world.now();
    print(`Type escape sequence to abort.\nTracing the route to ${options.destination}\n\n`);
    // Not from within the caller: what it still has to print comes first.
    this.#timer = world.after(seconds(0), () => this.#beginHop());
  }

  /** A whole packet of ICMP that has come to us; most are not about this. */
  heard(packet: Ipv4Packet): void {
    const message = parseIcmp(packet);
    if (this.#isOver || (message?.kind !== "time-exceeded" && message?.kind !== "destination-unreachable"))
      return;
    if (!this.#isAboutProbe(message.quoted)) return;
    this.#timer.cancel();
    if (packet.source !== this.#hop) {
      // Another router on another way.
      if (this.#hop !== undefined) this.#print("\n    ");
      this.#print(`${packet.source} `);
      this.#hop = packet.source;
    }
    if (message.kind === "time-exceeded") this.#print(this.#roundTrip());
    else {
      this.#isLastHop = true;
      this.#print(message.code === UNREACHABLE.PORT ? this.#roundTrip() : `${markOf(message.code)}  * `);
    }
    this.#next();
  }

  /** Ends it, as the operator asks. */
  cancel(): void {
    if (this.#isOver) return;
    this.#timer.cancel();
    this.#finish();
  }

  #beginHop(): void {
    this.#count = 0;
    this.#hop = undefined;
    this.#print(`${String(this.#timeToLive).padStart(3)} `);
    this.#send();
  }

  #send(): void {
    const { source, destination, timeoutSeconds } = this.#options;
    this.#sentAt = this.#world.now();
    this.#timer = this.#world.after(seconds(timeoutSeconds), () => {
      this.#print(" * ");
      this.#next();
    });
    this.#world.send({
      ...{ source, destination, timeToLive: this.#timeToLive },
      ...{ sourcePort: this.#sourcePort, destinationPort: this.#port },
    });
  }

  #next(): void {
    this.#port = this.#port === 0xffff ? this.#options.port : this.#port + 1;
    this.#count += 1;
    if (this.#count < this.#options.probes) return this.#send();
    if (this.#isLastHop || this.#timeToLive >= this.#options.maximumTimeToLive) return this.#finish();
    this.#print("\n");
    this.#timeToLive += 1;
    this.#beginHop();
  }

  #finish(): void {
    this.#isOver = true;
    this.#print("\n");
    this.#done();
  }

  /** IOS's clock ticks in milliseconds, and nothing takes none. */
  #roundTrip(): string {
    return `${Math.max(1, Math.round(elapsed(this.#sentAt, this.#world.now())))} msec `;
  }

  /** ICMP errors quote the header and eight octets more, the ports among them. */
  #isAboutProbe(quoted: Uint8Array): boolean {
    const header = ((quoted[0] ?? 0) & 15) * 4;
    return (
      quoted[9] === PROTOCOL.UDP &&
      quoted.length >= header + 4 &&
      u16At(quoted, header) === this.#sourcePort &&
      u16At(quoted, header + 2) === this.#port
    );
  }
}

/** IOS's marks of what is unreachable. */
function markOf(code: number): string {
  switch (code) {
    case UNREACHABLE.HOST:
      return "!H";
    case UNREACHABLE.PROTOCOL:
      return "!P";
    case UNREACHABLE.FRAGMENTATION_NEEDED:
      return "!M";
    case UNREACHABLE.ADMINISTRATIVELY_PROHIBITED:
      return "!A";
    default:
      return "!N";
  }
}
