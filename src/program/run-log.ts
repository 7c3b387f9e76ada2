/** What a running router says of its own accord, stamped as its configuration asks: log messages, debugging, explanations. */
import { elapsed, type Instant } from "../base/time.ts";
import type { DebugFlag } from "../cli/services.ts";
import type { Configuration } from "../config/configuration.ts";
import { stampStyle } from "../config/logging-settings.ts";
import type { GatewayEvent } from "../gateway/contract.ts";
import type { ClockView } from "../gateway/machine-view.ts";
import type { Clock } from "../host/clock.ts";
import { DebugFilter } from "../observe/debug-filter.ts";
import { explanation } from "../observe/explanation.ts";
import { type LoggedMessage, Logging } from "../observe/logging.ts";
import { Syslog } from "../observe/syslog.ts";
import { timestamp } from "../observe/timestamps.ts";
import { LineBudget } from "./line-budget.ts";

export type LineListener = (lines: readonly string[]) => void;

export class RunLog {
  readonly debug: DebugFilter;
  readonly #clock: Clock;
  readonly #configuration: () => Configuration;
  readonly #startedAt: Instant;
  readonly #wallClock: () => number;
  /** Milliseconds since 1970, as the time of day is now set. */
  #wallClockAtStart: number;
  readonly #syslog = new Syslog();
  readonly logging = new Logging(() => this.#configuration().logging);
  readonly #listeners = { console: new Set<LineListener>(), monitor: new Set<LineListener>() };
  #toServers: (message: LoggedMessage) => void = () => {};
  readonly #said = new Map<string, Instant>();
  readonly #eventBudget = new LineBudget(EVENT_LINES);
  readonly #sentenceBudget = new LineBudget(SENTENCES);

  /** `clock` is what everything runs by; `wallClock`, in milliseconds since 1970, is for stamps alone. */
  constructor(
    clock: Clock,
    configuration: () => Configuration,
    flags: ReadonlySet<DebugFlag>,
    wallClock: () => number = Date.now,
  ) {
    this.#clock = clock;
    this.#wallClock = wallClock;
    this.#wallClockAtStart = wallClock();
    this.#configuration = configuration;
    this.#startedAt = clock.now();
    this.debug = new DebugFilter(flags);
  }

  /** Hears the lines of a destination from now on, until the function returned is called. */
  listen(listener: LineListener, destination: "console" | "monitor" = "monitor"): () => void {
    const listeners = this.#listeners[destination];
    listeners.add(listener);
    return () => listeners.delete(listener);
  }

  /** Where messages for servers go. */
  sendBy(send: (message: LoggedMessage) => void): void {
    this.#toServers = send;
  }

  /** What the stamps go by. */
  clock(): ClockView {
    const uptime = elapsed(this.#startedAt, this.#clock.now());
    return { uptime, timeOfDay: this.#wallClock(), isSet: true };
  }

  event(event: GatewayEvent): void {
    for (const message of this.debug.read(event)) this.#tell("debug", message.lines);
    for (const lines of this.#syslog.read(event)) this.#sayWithin(this.#eventBudget, lines, "about peers");
    const sentence = explanation(event);
    if (sentence !== undefined) this.sayOnce("%SKEYID-5-EXPLANATION", sentence);
  }

  say(lines: readonly string[]): void {
    this.#tell("log", lines);
  }

  /** What repeats itself is said once a minute; what does not, so many times in all. */
  sayOnce(mnemonic: string, sentence: string): void {
    const line = `${mnemonic}: ${sentence}`;
    const now = this.#clock.now();
    const before = this.#said.get(line);
    if (before !== undefined && elapsed(before, now) < REPEAT_INTERVAL) return;
    if (this.#said.size >= REMEMBERED) this.#said.clear();
    this.#said.set(line, now);
    this.#sayWithin(this.#sentenceBudget, [line], "that explain");
  }

  #sayWithin(budget: LineBudget, lines: readonly string[], what: string): void {
    const verdict = budget.take(this.#clock.now());
    if (verdict === "leave out") return;
    this.say(lines);
    if (verdict === "last") this.say([`%SKEYID-4-LOG_LIMIT: more lines ${what} are left out for a minute`]);
  }

  #tell(kind: "debug" | "log", lines: readonly string[]): void {
    const { message, ...to } = this.logging.take(kind, lines, this.#stamp(kind));
    if (to.toConsole) for (const listener of this.#listeners.console) listener(message.lines);
    if (to.toMonitors) for (const listener of this.#listeners.monitor) listener(message.lines);
    if (to.toServers) this.#toServers(message);
  }

  #stamp(kind: "debug" | "log"): string {
    const now = this.#clock.now();
    this.#followWallClock(now);
    const clock = { startedAt: this.#startedAt, wallClockAtStart: this.#wallClockAtStart };
    const { logging } = this.#configuration();
    return timestamp(stampStyle(logging, kind), now, clock, logging);
  }

  /** Somebody may set it while we run. Stamps follow; that it jumped is told before the first line stamped anew. */
  #followWallClock(now: Instant): void {
    const uptime = elapsed(this.#startedAt, now);
    const before = this.#wallClockAtStart;
    this.#wallClockAtStart = this.#wallClock() - uptime;
    if (Math.abs(this.#wallClockAtStart - before) < CLOCK_JUMP) return;
    const [from, to] = [before, this.#wallClockAtStart].map((start) =>
      new Date(start + uptime).toISOString(),
    );
    this.say([
      `%SYS-6-CLOCKUPDATE: System clock has been updated from ${from} to ${to}; no timer goes by it`,
    ]);
  }
}

const REPEAT_INTERVAL = 60_000;
const REMEMBERED = 100;
/** A minute. IOS's messages: a thousand peers that come up together, some hundred megabytes a day at worst. */
const EVENT_LINES = 1000;
/** A minute. More than anybody reads while he mends what they explain. */
const SENTENCES = 30;
/** Milliseconds. Less is a clock that is slowly brought into line. */
const CLOCK_JUMP = 2000;
