import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { instant, milliseconds } from "../base/time.ts";
import { timestamp, uptimeText } from "./timestamps.ts";

fc.configureGlobal({ seed: 2409 });

const DATETIME = {
  kind: "datetime",
  withMilliseconds: true,
  inLocalTime: false,
  withTimezone: false,
  withYear: false,
} as const;
const SECOND = 1000;
const DAY = 86_400 * SECOND;

test("uptime is told in the two largest units that say something", () => {
  const table: readonly (readonly [number, string])[] = [
    [0, "00:00:00"],
    [250 * SECOND + 999, "00:04:10"],
    [DAY - 1, "23:59:59"],
    [DAY, "1d00h"],
    [DAY + 2 * 3600 * SECOND, "1d02h"],
    [7 * DAY - 1, "6d23h"],
    [8 * DAY, "1w1d"],
    [365 * DAY - 1, "52w0d"],
    [365 * DAY, "1y0w"],
    [(365 + 15) * DAY, "1y2w"],
  ];
  for (const [uptime, expected] of table) assert.equal(uptimeText(milliseconds(uptime)), expected);
});

test("the stamps are those of the transcripts", () => {
  const clock = { startedAt: instant(5 * SECOND) };
  assert.equal(timestamp({ kind: "uptime" }, instant(255 * SECOND), clock), "00:04:10: ");
  assert.equal(timestamp({ kind: "none" }, instant(255 * SECOND), clock), "");
  const sinceStart = (14 * 60 + 48) * SECOND + 579;
  const style = DATETIME;
  assert.equal(timestamp(style, instant(5 * SECOND + sinceStart), clock), "*Mar  1 00:14:48.579: ");
  assert.equal(
    timestamp({ ...style, withMilliseconds: false }, instant(5 * SECOND + sinceStart), clock),
    "*Mar  1 00:14:48: ",
  );
});

test("the year, the time zone and local time are added where they are asked for", () => {
  const clock = { startedAt: instant(0) };
  const cet = {
    timezone: { value: { name: "CET", offsetMinutes: 60 }, origin: undefined },
    summerTime: undefined,
  };
  const all = { ...DATETIME, inLocalTime: true, withTimezone: true, withYear: true };
  const at = instant(23 * 3600 * SECOND + 579);
  assert.equal(timestamp(all, at, clock, cet), "*Mar  2 1993 00:00:00.579 CET: ");
  assert.equal(timestamp({ ...all, inLocalTime: false }, at, clock, cet), "*Mar  1 1993 23:00:00.579 UTC: ");
  assert.equal(
    timestamp({ ...all, withYear: false, withTimezone: false }, at, clock, cet),
    "*Mar  2 00:00:00.579: ",
  );
});

test("with a clock to go by, date and time are those of the clock, in UTC, without an asterisk", () => {
  const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
  const times = fc.integer({ min: Date.UTC(1960, 0, 1), max: Date.UTC(2110, 0, 1) });
  fc.assert(
    fc.property(times, fc.nat(400 * DAY), (wallClockAtStart, uptime) => {
      const date = new Date(wallClockAtStart + uptime);
      const day = String(date.getUTCDate()).padStart(2);
      const expected = `${months[date.getUTCMonth()]} ${day} ${date.toISOString().slice(11, 23)}: `;
      const style = DATETIME;
      assert.equal(timestamp(style, instant(uptime), { startedAt: instant(0), wallClockAtStart }), expected);
    }),
  );
});
