/** Spans and times of day in figures. */
import { DAY_MILLISECONDS, dateOf } from "./calendar.ts";

/** Hours, minutes and seconds of so many milliseconds: `01:02:03`, `123:00:00`. */
export function clockText(milliseconds: number): string {
  const seconds = Math.floor(milliseconds / 1000);
  return [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60].map(two).join(":");
}

/** Milliseconds since 1970 in UTC, to the second: `2026-11-21 10:44:08`. */
export function dateAndClockText(unixMilliseconds: number): string {
  const days = Math.floor(unixMilliseconds / DAY_MILLISECONDS);
  const { year, month, day } = dateOf(days);
  const date = `${String(year).padStart(4, "0")}-${two(month)}-${two(day)}`;
  return `${date} ${clockText(unixMilliseconds - days * DAY_MILLISECONDS)}`;
}

/** The milliseconds of a second that is not over: `.007`. */
export function fractionText(milliseconds: number): string {
  return `.${String(Math.floor(milliseconds % 1000)).padStart(3, "0")}`;
}

function two(part: number): string {
  return String(part).padStart(2, "0");
}
