/**
 * What becomes of a message: it is numbered and stamped, kept in the buffer, and goes to the console, to sessions that
 * monitor and to servers, each of which takes it from some severity on.
 */
import {
  type LoggingSettings,
  SEVERITIES,
  type Severity,
  type Threshold,
} from "../config/logging-settings.ts";
import { OBSERVE_LIMITS } from "./limits.ts";
import { LogBuffer } from "./log-buffer.ts";

export interface LoggedMessage {
  readonly kind: "debug" | "log";
  readonly severity: Severity;
  /** From 1. */
  readonly sequence: number;
  /** `00:04:10: `, or empty. */
  readonly stamp: string;
  /** As they were said, without what stands before them. */
  readonly said: readonly string[];
  /** As they print, sequence number and stamp included. */
  readonly lines: readonly string[];
}

/** Where a message goes beside the buffer. */
export interface Delivery {
  readonly message: LoggedMessage;
  readonly toConsole: boolean;
  readonly toMonitors: boolean;
  readonly toServers: boolean;
}

/** What `show logging` shows. */
export interface LoggingView {
  /** How many messages each was given. */
  readonly counts: { readonly [D in Destination]: number };
  /** Of the buffer. */
  readonly lines: readonly string[];
}

export type Destination = "console" | "monitor" | "buffer" | "trap";

export class Logging {
  readonly #settings: () => LoggingSettings;
  readonly #buffer = new LogBuffer();
  readonly #counts: Record<Destination, number> = { console: 0, monitor: 0, buffer: 0, trap: 0 };
  #sequence = 0;
  #bufferSize = 0;

  constructor(settings: () => LoggingSettings) {
    this.#settings = settings;
  }

  take(kind: "debug" | "log", said: readonly string[], stamp: string): Delivery {
    const settings = this.#settings();
    const severity = kind === "debug" ? 7 : severityOf(said[0] ?? "");
    const sequence = ++this.#sequence;
    const [first = "", ...more] = said;
    const number = settings.sequenceNumbers.value ? `${String(sequence).padStart(6, "0")}: ` : "";
    const message = { kind, severity, sequence, stamp, said, lines: [number + stamp + first, ...more] };
    const goes = (to: Destination): boolean => {
      const isOn = settings.on.value || to === "console";
      const isTaken = isOn && reaches(severity, settings[to].value);
      if (isTaken) this.#counts[to] += 1;
      return isTaken;
    };
    if (goes("buffer")) this.#keep(message.lines, settings.bufferSize.value);
    return {
      message,
      toConsole: goes("console"),
      toMonitors: goes("monitor"),
      toServers: settings.servers.length > 0 && goes("trap"),
    };
  }

  view(): LoggingView {
    return { counts: { ...this.#counts }, lines: [...this.#buffer.lines] };
  }

  clear(): void {
    this.#buffer.clear();
  }

  #keep(lines: readonly string[], size: number): void {
    // Another size is another buffer, as on IOS.
    if (size !== this.#bufferSize) this.#buffer.clear();
    this.#bufferSize = size;
    this.#buffer.add(lines, Math.min(size, OBSERVE_LIMITS.bufferOctets));
  }
}

/** `%CRYPTO-6-IKMP_MODE_FAILURE: …` is 6; what says nothing of it is informational. */
function severityOf(line: string): Severity {
  const digit = Number(/^%[A-Z\d_]+-([0-7])-/.exec(line)?.[1] ?? 6);
  return SEVERITIES.find((severity) => severity === digit) ?? 6;
}

function reaches(severity: Severity, threshold: Threshold): boolean {
  return threshold !== "off" && severity <= threshold;
}
