/** What a running router says of its own accord, stamped as its configuration asks: log messages, debugging, explanations. */
import { elapsed, type Instant } from "../base/time.ts";
import type { DebugFlag } from "../cli/services.ts";
import type { Configuration } from "../config/configuration.ts";
import type { GatewayEvent } from "../gateway/contract.ts";
import type { Clock } from "../host/clock.ts";
import { timestampStyle } from "../lab/timestamp-settings.ts";
import { stamped } from "../observe/debug-message.ts";
import { explanation } from "../observe/explanation.ts";
import { IosDebug } from "../observe/ios-debug.ts";
import { Syslog } from "../observe/syslog.ts";
import { timestamp } from "../observe/timestamps.ts";

export type LineListener = (lines: readonly string[]) => void;

export class RunLog {
  readonly flags: Set<DebugFlag>;
  readonly #clock: Clock;
  readonly #configuration: () => Configuration;
  readonly #startedAt: Instant;
  readonly #wallClock: () => number;
  /** Milliseconds since 1970, as the time of day is now set. */
  #wallClockAtStart: number;
  readonly #iosDebug = new IosDebug();
  readonly #syslog = new Syslog();
  readonly #listeners = new Set<LineListener>();
  readonly #said = new Map<string, Instant>();

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
    this.flags = new Set(flags);
  }

  /** Hears every line from now on, until the function returned is called. */
  listen(listener: LineListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  event(event: GatewayEvent): void {
    // Making text that nobody reads costs as much as the cryptography of a handshake.
    if (this.flags.size > 0)
      for (const message of this.#iosDebug.read(event))
        if (this.flags.has(message.flag)) this.#tell(stamped(message, this.#stamp("debug")));
    for (const lines of this.#syslog.read(event)) this.say(lines);
    const sentence = explanation(event);
    if (sentence !== undefined) this.sayOnce("%SKEYID-5-EXPLANATION", sentence);
  }

  say([first = "", ...more]: readonly string[]): void {
    this.#tell([this.#stamp("log") + first, ...more]);
  }

  /** What repeats itself is said once a minute. */
  sayOnce(mnemonic: string, sentence: string): void {
    const line = `${mnemonic}: ${sentence}`;
    const now = this.#clock.now();
    const before = this.#said.get(line);
    if (before !== undefined && elapsed(before, now) < REPEAT_INTERVAL) return;
    if (this.#said.size >= REMEMBERED) this.#said.clear();
    this.#said.set(line, now);
    this.say([line]);
  }

  #tell(lines: readonly string[]): void {
    for (const listener of this.#listeners) listener(lines);
  }

  #stamp(kind: "debug" | "log"): string {
    const now = this.#clock.now();
    this.#followWallClock(now);
    const clock = { startedAt: this.#startedAt, wallClockAtStart: this.#wallClockAtStart };
    return timestamp(timestampStyle(this.#configuration(), kind), now, clock);
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
/** Milliseconds. Less is a clock that is slowly brought into line. */
const CLOCK_JUMP = 2000;
