/**
 * Drives a gateway in real time: hands in what happened, one thing after the other, performs the effects in their order,
 * and wakes it when it asks for it. What a port does with packets it does not know.
 */
import { assertNever } from "../../base/errors.ts";
import type { Random } from "../../base/random.ts";
import type { Instant } from "../../base/time.ts";
import type {
  ExportedKeys,
  GatewayEffect,
  GatewayEvent,
  GatewayInput,
  GatewayRequest,
  GatewayView,
} from "../../gateway/contract.ts";
import { Gateway, type GatewayOptions, type GatewayPolicy } from "../../gateway/gateway.ts";
import type { ReverseRoute } from "../../ipsec/reverse-routes.ts";
import type { TemporaryFlow } from "../../ipsec/temporary-flows.ts";
import type { Clock } from "../clock.ts";
import type { JobPerformer } from "../job-performer.ts";

/** Where packets go. Nothing here throws: what the system refuses, the port tells in its own way. */
export interface PacketPort {
  sendDatagram(effect: Extract<GatewayEffect, { kind: "send-datagram" }>): void;
  transmit(effect: Extract<GatewayEffect, { kind: "transmit" }>): void;
  receive(effect: Extract<GatewayEffect, { kind: "receive" }>): void;
  /** The effects of a batch have been handed over: what was gathered may go. */
  flush(): void;
}

export interface GatewayDriverOptions extends Omit<GatewayOptions, "exportKeys"> {
  readonly policy: GatewayPolicy;
  readonly random: Random;
  readonly clock: Clock;
  readonly jobs: JobPerformer;
  readonly port: PacketPort;
  readonly onEvent: (event: GatewayEvent) => void;
  /** Given, the gateway hands out its keys. */
  readonly onKeys: ((keys: ExportedKeys) => void) | undefined;
  /** A mistake of ours, met while something was handled. It goes on: one packet must not end all tunnels. */
  readonly onFault: (error: unknown) => void;
}

export class GatewayDriver {
  readonly #options: GatewayDriverOptions;
  readonly #gateway: Gateway;
  /** What happened and is not yet handed in: performing effects can make more happen. */
  readonly #waiting: ((now: Instant) => readonly GatewayEffect[])[] = [];
  #isHandling = false;
  #isArming = false;
  #timer: NodeJS.Timeout | undefined;
  #isClosed = false;
  #wallClockAtStart: number;
  readonly #clockWatch: NodeJS.Timeout;

  constructor(options: GatewayDriverOptions) {
    this.#options = options;
    this.#wallClockAtStart = wallClockAtStart(options.clock);
    this.#gateway = new Gateway({
      ...options,
      exportKeys: options.onKeys !== undefined,
      wallClockAtStart: this.#wallClockAtStart,
    });
    this.#armTimer();
    this.#clockWatch = setInterval(() => this.#followWallClock(), CLOCK_WATCH).unref();
  }

  /** Hands in what happened. In a batch, whoever hands in calls `flush` of the port at its end. */
  take(input: GatewayInput): void {
    this.#run((now) => this.#gateway.handle(now, input));
  }

  request(request: GatewayRequest): void {
    this.take({ kind: "request", request });
    this.#options.port.flush();
  }

  setPolicy(policy: GatewayPolicy): void {
    this.#run((now) => this.#gateway.setPolicy(now, policy));
    this.#options.port.flush();
  }

  temporaryFlows(): readonly TemporaryFlow[] {
    return this.#gateway.temporaryFlows();
  }

  reverseRoutes(): readonly ReverseRoute[] {
    return this.#gateway.reverseRoutes();
  }

  view(): GatewayView {
    return this.#gateway.view(this.#options.clock.now());
  }

  /** Tells the peers that everything ends, and is deaf from then on. */
  close(): void {
    if (this.#isClosed) return;
    this.request({ kind: "shut-down" });
    this.#isClosed = true;
    clearTimeout(this.#timer);
    clearInterval(this.#clockWatch);
  }

  /** Machines without a clock of their own learn the time of day after they have started. */
  #followWallClock(): void {
    const start = wallClockAtStart(this.#options.clock);
    if (Math.abs(start - this.#wallClockAtStart) < CLOCK_JUMP) return;
    this.#wallClockAtStart = start;
    this.take({ kind: "clock-set", wallClockAtStart: start });
  }

  #run(input: (now: Instant) => readonly GatewayEffect[]): void {
    if (this.#isClosed) return;
    if (this.#isHandling) {
      this.#waiting.push(input);
      return;
    }
    this.#isHandling = true;
    for (
      let next: typeof input | undefined = input;
      next !== undefined;
      next = this.#waiting.length === 0 ? undefined : this.#waiting.shift()
    )
      try {
        for (const effect of next(this.#options.clock.now())) this.#perform(effect);
      } catch (error) {
        this.#options.onFault(error);
      }
    this.#isHandling = false;
    this.#armTimerSoon();
  }

  /** Once for a batch of inputs: its deadlines matter when it is over. */
  #armTimerSoon(): void {
    if (this.#isArming) return;
    this.#isArming = true;
    queueMicrotask(() => {
      this.#isArming = false;
      if (!this.#isClosed) this.#armTimer();
    });
  }

  #perform(effect: GatewayEffect): void {
    const { port, jobs, onEvent, onKeys } = this.#options;
    switch (effect.kind) {
      case "send-datagram":
        port.sendDatagram(effect);
        break;
      case "transmit":
        port.transmit(effect);
        break;
      case "receive":
        port.receive(effect);
        break;
      case "start-job":
        jobs.start(effect.id, effect.job, (id, result) => {
          this.take({ kind: "job-done", id, result });
          port.flush();
        });
        break;
      case "cancel-job":
        jobs.cancel(effect.id);
        break;
      case "event":
        onEvent(effect.event);
        break;
      case "keys":
        onKeys?.(effect.keys);
        break;
      default:
        assertNever(effect);
    }
  }

  /** One timer, moved only when the deadline has: packets come more often than deadlines change. */
  #armTimer(): void {
    const at = this.#gateway.nextDeadline()?.at;
    if (at === this.#armedFor) return;
    clearTimeout(this.#timer);
    this.#armedFor = at;
    if (at === undefined) return;
    const delay = Math.min(Math.max(Math.ceil(at - this.#options.clock.now()), DELAY_MIN), DELAY_MAX);
    this.#timer = setTimeout(() => {
      this.#armedFor = undefined;
      this.take({ kind: "wake" });
      this.#options.port.flush();
    }, delay);
  }

  #armedFor: Instant | undefined;
}

/** Milliseconds. A deadline that does not go away must not stop everything else. */
const DELAY_MIN = 1;
/** Milliseconds: some hours, then it is looked at again. setTimeout holds 31 bits. */
const DELAY_MAX = 10_000_000;
/** Milliseconds between looks at the time of day. */
const CLOCK_WATCH = 10_000;
/** Milliseconds. Less is a clock that is slowly brought into line. */
const CLOCK_JUMP = 2000;

/** Milliseconds since 1970 when the clock stood at 0. */
function wallClockAtStart(clock: Clock): number {
  return Date.now() - clock.now();
}
