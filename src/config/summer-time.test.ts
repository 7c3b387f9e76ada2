import assert from "node:assert/strict";
import { test } from "node:test";
import { DAY_MILLISECONDS, daysSince1970 } from "../base/calendar.ts";
import { loadConfiguration } from "../cli/load.ts";
import { timezoneAt } from "./summer-time.ts";

function utc(year: number, month: number, day: number, hour: number, minute = 0): number {
  return daysSince1970({ year, month, day }) * DAY_MILLISECONDS + (hour * 60 + minute) * 60_000;
}

function zones(...lines: readonly string[]) {
  const { configuration, problems } = loadConfiguration(lines.join("\n"), "r.cfg");
  assert.deepEqual(problems, []);
  return configuration.logging;
}

const EUROPE = zones(
  "clock timezone CET 1",
  "clock summer-time CEST recurring last Sun Mar 2:00 last Sun Oct 3:00",
);
const AMERICA = zones("clock timezone EST -5", "clock summer-time EDT recurring");
const SOUTH = zones(
  "clock timezone AEST 10",
  "clock summer-time AEDT recurring first Sun Oct 2:00 first Sun Apr 3:00",
);
const ONCE = zones("clock timezone CET 1", "clock summer-time CEST date 30 Mar 2003 2:00 Oct 26 2003 3:00");

for (const [what, logging, time, name, offsetMinutes] of [
  ["the last minute of winter", EUROPE, utc(2009, 3, 29, 0, 59), "CET", 60],
  ["the first of summer", EUROPE, utc(2009, 3, 29, 1), "CEST", 120],
  ["the last of summer", EUROPE, utc(2009, 10, 25, 0, 59), "CEST", 120],
  ["the first of winter", EUROPE, utc(2009, 10, 25, 1), "CET", 60],
  ["the default's last of winter", AMERICA, utc(2026, 3, 8, 6, 59), "EST", -300],
  ["the default's first of summer", AMERICA, utc(2026, 3, 8, 7), "EDT", -240],
  ["the default's last of summer", AMERICA, utc(2026, 11, 1, 5, 59), "EDT", -240],
  ["the default's first of winter", AMERICA, utc(2026, 11, 1, 6), "EST", -300],
  ["New Year in the south", SOUTH, utc(2025, 12, 31, 23), "AEDT", 660],
  ["June in the south", SOUTH, utc(2026, 6, 1, 0), "AEST", 600],
  ["the summer of dates", ONCE, utc(2003, 7, 1, 0), "CEST", 120],
  ["another summer", ONCE, utc(2004, 7, 1, 0), "CET", 60],
] as const)
  test(`the time zone of ${what}`, () => {
    assert.deepEqual(timezoneAt(time, logging), { name, offsetMinutes });
  });
