/** `clock summer-time`: when clocks are put forward, and what time it is then. */
import { DAY_MILLISECONDS, dateOf, daysSince1970, weekdayOf } from "../base/calendar.ts";
import type { LoggingSettings, Timezone } from "./logging-settings.ts";
import { UTC } from "./logging-settings.ts";

export interface SummerTime {
  readonly name: string;
  readonly period: SummerPeriod;
  /** How far clocks are put forward. */
  readonly offsetMinutes: number;
}

/** Both moments are local: the start by standard time, the end by summer time. */
export type SummerPeriod =
  | { readonly kind: "recurring"; readonly start: YearlyMoment; readonly end: YearlyMoment }
  | { readonly kind: "date"; readonly start: Moment; readonly end: Moment };

/** `last Sun Mar 2:00`. */
export interface YearlyMoment {
  readonly week: 1 | 2 | 3 | 4 | "first" | "last";
  /** 0 is Sunday. */
  readonly weekday: number;
  /** 1 to 12. */
  readonly month: number;
  readonly minuteOfDay: number;
}

export interface Moment {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly minuteOfDay: number;
}

/** IOS's default: the rules of the United States since 2007. */
export const DEFAULT_PERIOD: SummerPeriod & { readonly kind: "recurring" } = {
  kind: "recurring",
  start: { week: 2, weekday: 0, month: 3, minuteOfDay: 120 },
  end: { week: "first", weekday: 0, month: 11, minuteOfDay: 120 },
};

/** By which clocks go at a time, in milliseconds since 1970. */
export function timezoneAt(
  unixMilliseconds: number,
  { timezone, summerTime }: Pick<LoggingSettings, "timezone" | "summerTime">,
): Timezone {
  const standard = timezone?.value ?? UTC;
  if (summerTime === undefined) return standard;
  const { name, period, offsetMinutes } = summerTime.value;
  const local = unixMilliseconds + standard.offsetMinutes * MINUTE;
  // By standard time all along, as the start is said.
  const { start, end } = summerOf(local, period);
  const endByStandard = end - offsetMinutes * MINUTE;
  // South of the equator it is summer around New Year.
  const isSummer =
    start <= endByStandard
      ? local >= start && local < endByStandard
      : local >= start || local < endByStandard;
  return isSummer ? { name, offsetMinutes: standard.offsetMinutes + offsetMinutes } : standard;
}

/** The summer of the year that a local time is in: both ends as local times, in milliseconds as if of UTC. */
export function summerOf(
  local: number,
  period: SummerPeriod,
): { readonly start: number; readonly end: number } {
  const { year } = dateOf(Math.floor(local / DAY_MILLISECONDS));
  return period.kind === "date"
    ? { start: timeOf(period.start), end: timeOf(period.end) }
    : { start: timeOf(momentIn(year, period.start)), end: timeOf(momentIn(year, period.end)) };
}

function timeOf({ minuteOfDay, ...date }: Moment): number {
  return daysSince1970(date) * DAY_MILLISECONDS + minuteOfDay * MINUTE;
}

function momentIn(year: number, { week, weekday, month, minuteOfDay }: YearlyMoment): Moment {
  if (week === "last") {
    const after = month === 12 ? { year: year + 1, month: 1, day: 1 } : { year, month: month + 1, day: 1 };
    const lastDay = daysSince1970(after) - 1;
    return { ...dateOf(lastDay - daysFrom(weekday, weekdayOf(lastDay))), minuteOfDay };
  }
  const firstDay = daysSince1970({ year, month, day: 1 });
  const weeks = week === "first" ? 0 : week - 1;
  return { ...dateOf(firstDay + daysFrom(weekdayOf(firstDay), weekday) + 7 * weeks), minuteOfDay };
}

/** Days from one day of the week to the next such day. */
function daysFrom(from: number, to: number): number {
  return (to - from + 7) % 7;
}

const MINUTE = 60_000;
