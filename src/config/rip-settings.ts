/** `router rip`: RIP as the operator has written it. */
import type { Origin } from "../base/origin.ts";
import type { IpAddress } from "../net/ip-address.ts";
import type { Direction, KeptLines, Setting } from "./configuration.ts";

export interface RipSettings {
  /** Absent, IOS sends version 1. */
  readonly version: Setting<1 | 2> | undefined;
  readonly timers: Setting<RipTimers>;
  /** Whole networks, of class A, B or C, in their order. */
  readonly networks: readonly IpAddress[];
  /** Interfaces by which nothing is told. */
  readonly passive: readonly string[];
  readonly offsets: readonly RipOffsetSettings[];
  readonly distance: Setting<number>;
  readonly autoSummary: Setting<boolean>;
  readonly kept: KeptLines;
  readonly origin: Origin | undefined;
}

/** Seconds. */
export interface RipTimers {
  /** Between two tellings of everything. */
  readonly update: number;
  /** What has not been told for so long is believed no more. */
  readonly invalid: number;
  /** For so long nothing else is believed in its place. */
  readonly holddown: number;
  /** What has not been told for so long is forgotten. */
  readonly flush: number;
}

/** `offset-list`: makes ways longer than they are. */
export interface RipOffsetSettings {
  /** An access list, by what it permits; `0` is everything. */
  readonly list: string;
  readonly direction: Direction;
  /** 0 to 16. */
  readonly hops: number;
  /** Absent: on all. */
  readonly interfaceName: string | undefined;
}

export const DEFAULT_RIP_TIMERS: RipTimers = { update: 30, invalid: 180, holddown: 180, flush: 240 };
export const DEFAULT_RIP_DISTANCE = 120;

export function newRip(origin: Origin | undefined): RipSettings {
  return {
    version: undefined,
    timers: { value: DEFAULT_RIP_TIMERS, origin: undefined },
    networks: [],
    passive: [],
    offsets: [],
    distance: { value: DEFAULT_RIP_DISTANCE, origin: undefined },
    autoSummary: { value: true, origin: undefined },
    kept: [],
    origin,
  };
}
