/** `logging`, `service timestamps`, `clock`: which messages go where, and how they are stamped. */
import type { Origin } from "../base/origin.ts";
import type { IpAddress } from "../net/ip-address.ts";
import type { Setting } from "./configuration.ts";
import type { SummerTime } from "./summer-time.ts";

/** 0 emergencies to 7 debugging (RFC 5424 §6.2.1). */
export const SEVERITIES = [0, 1, 2, 3, 4, 5, 6, 7] as const;
export type Severity = (typeof SEVERITIES)[number];

/** Messages of this severity and the graver ones; `off` is none. */
export type Threshold = Severity | "off";

export interface LoggingSettings {
  /** `logging on`; off, the console alone is told. */
  readonly on: Setting<boolean>;
  readonly console: Setting<Threshold>;
  /** Of sessions that say `terminal monitor`. */
  readonly monitor: Setting<Threshold>;
  readonly buffer: Setting<Threshold>;
  /** Octets. */
  readonly bufferSize: Setting<number>;
  /** Of servers. */
  readonly trap: Setting<Threshold>;
  /** RFC 5424 §6.2.1. */
  readonly facility: Setting<number>;
  /** Messages to servers have the fields of that RFC; otherwise they look as on the console. */
  readonly rfc5424: Setting<boolean>;
  readonly servers: readonly LogServer[];
  /** Name of the interface whose address messages to servers come from. */
  readonly sourceInterface: Setting<string> | undefined;
  /** `service sequence-numbers`. */
  readonly sequenceNumbers: Setting<boolean>;
  /** Undefined is uptime, which IOS gives where nothing is said. */
  readonly debugStamps: Setting<TimestampStyle> | undefined;
  readonly logStamps: Setting<TimestampStyle> | undefined;
  readonly timezone: Setting<Timezone> | undefined;
  readonly summerTime: Setting<SummerTime> | undefined;
}

export interface LogServer {
  readonly address: IpAddress;
  /** Of UDP. */
  readonly port: number;
  readonly origin: Origin | undefined;
}

export type TimestampStyle =
  | { readonly kind: "none" }
  | { readonly kind: "uptime" }
  | {
      readonly kind: "datetime";
      readonly withMilliseconds: boolean;
      readonly inLocalTime: boolean;
      readonly withTimezone: boolean;
      readonly withYear: boolean;
    };

export interface Timezone {
  readonly name: string;
  /** East of Greenwich. */
  readonly offsetMinutes: number;
}

export const UTC: Timezone = { name: "UTC", offsetMinutes: 0 };
/** RFC 5426 §3.3. */
export const SYSLOG_PORT = 514;
/** `local7`. */
export const DEFAULT_FACILITY = 23;
export const DEFAULT_BUFFER_SIZE = 4096;

export const DEFAULT_LOGGING: LoggingSettings = {
  on: { value: true, origin: undefined },
  console: { value: 7, origin: undefined },
  monitor: { value: 7, origin: undefined },
  buffer: { value: 7, origin: undefined },
  bufferSize: { value: DEFAULT_BUFFER_SIZE, origin: undefined },
  trap: { value: 6, origin: undefined },
  facility: { value: DEFAULT_FACILITY, origin: undefined },
  rfc5424: { value: false, origin: undefined },
  servers: [],
  sourceInterface: undefined,
  sequenceNumbers: { value: false, origin: undefined },
  debugStamps: undefined,
  logStamps: undefined,
  timezone: undefined,
  summerTime: undefined,
};

/** How lines of debugging or of the log are stamped. */
export function stampStyle(
  { debugStamps, logStamps }: LoggingSettings,
  kind: "debug" | "log",
): TimestampStyle {
  return (kind === "debug" ? debugStamps : logStamps)?.value ?? { kind: "uptime" };
}
