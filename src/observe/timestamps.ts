/**
 * The stamps before debug and log lines, as `service timestamps` sets them: `00:04:10: ` (uptime, IOS's default) or
 * `*Mar  1 00:14:48.579: ` (datetime msec). Without a clock to go by, IOS counts from 1 March 1993, and the asterisk says so.
 */
import { DAY_MILLISECONDS, dateOf, MONTHS } from "../base/calendar.ts";
import { clockText, fractionText } from "../base/clock-text.ts";
import type { Instant, Milliseconds } from "../base/time.ts";
import { elapsed } from "../base/time.ts";
import { type LoggingSettings, type TimestampStyle, type Timezone, UTC } from "../config/logging-settings.ts";
import { timezoneAt } from "../config/summer-time.ts";

/** What an instant means to the operator. */
export interface ClockReference {
  readonly startedAt: Instant;
  /** Milliseconds since 1 January 1970 at `startedAt`, where the time of day is known. */
  readonly wallClockAtStart?: number;
}

/** Ends in `: `, or is empty. */
export function timestamp(
  style: TimestampStyle,
  at: Instant,
  clock: ClockReference,
  zones: Pick<LoggingSettings, "timezone" | "summerTime"> = NO_ZONES,
): string {
  const uptime = elapsed(clock.startedAt, at);
  switch (style.kind) {
    case "none":
      return "";
    case "uptime":
      return `${uptimeText(uptime)}: `;
    case "datetime": {
      const mark = clock.wallClockAtStart === undefined ? "*" : "";
      const time = (clock.wallClockAtStart ?? UNSET_CLOCK) + uptime;
      return `${mark}${dateText(time, style, style.inLocalTime ? timezoneAt(time, zones) : UTC)}: `;
    }
  }
}

/** `00:04:10`, from a day on `1d02h`, from a week on `1w1d`, from a year on `1y2w`. */
export function uptimeText(uptime: Milliseconds): string {
  const total = Math.floor(uptime / 1000);
  const hours = Math.floor(total / 3600);
  const days = Math.floor(hours / 24);
  const weeks = Math.floor(days / 7);
  const years = Math.floor(days / 365);
  if (years > 0) return `${years}y${Math.floor((days % 365) / 7)}w`;
  if (weeks > 0) return `${weeks}w${days % 7}d`;
  if (days > 0) return `${days}d${two(hours % 24)}h`;
  return clockText(uptime);
}

/** `Mar  1 00:14:48.579`, with all that may be asked for: `Mar  1 1993 01:14:48.579 CET`. */
function dateText(
  unixMilliseconds: number,
  { withMilliseconds, withYear, withTimezone }: Extract<TimestampStyle, { kind: "datetime" }>,
  timezone: Timezone,
): string {
  const local = unixMilliseconds + timezone.offsetMinutes * 60_000;
  const days = Math.floor(local / DAY_MILLISECONDS);
  const rest = local - days * DAY_MILLISECONDS;
  const { year, month, day } = dateOf(days);
  const fraction = withMilliseconds ? fractionText(rest) : "";
  const date = `${MONTHS[month - 1] ?? ""} ${String(day).padStart(2)}${withYear ? ` ${year}` : ""}`;
  return `${date} ${clockText(rest)}${fraction}${withTimezone ? ` ${timezone.name}` : ""}`;
}

function two(value: number): string {
  return String(value).padStart(2, "0");
}

const NO_ZONES = { timezone: undefined, summerTime: undefined };
/** 1 March 1993, 00:00 UTC: where IOS begins to count when nobody has told it the time. */
export const UNSET_CLOCK = 730_944_000_000;
