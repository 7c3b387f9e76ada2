import assert from "node:assert/strict";
import { test } from "node:test";
import { instant } from "../base/time.ts";
import { loadConfiguration } from "../cli/load.ts";
import { RunLog } from "./run-log.ts";

test("a time of day that is set anew is told, and stamps go by it from then on; uptime does not", () => {
  const [uptime, datetime] = ["", "service timestamps log datetime msec\n"].map((text) => {
    const { configuration } = loadConfiguration(`hostname r\n${text}`, "r.cfg");
    const lines: string[] = [];
    let now = 5000;
    let setBy = 0;
    const wallClock = (): number => Date.UTC(2026, 0, 31, 10) + now + setBy;
    const log = new RunLog({ now: () => instant(now) }, () => configuration, new Set(), wallClock);
    log.listen((more) => lines.push(...more));
    log.say(["%A-1-B: one"]);
    now += 1000;
    setBy = -86_400_000;
    log.say(["%A-1-B: two"]);
    // As it is slowly brought into line.
    now += 1000;
    setBy += 500;
    log.say(["%A-1-B: three"]);
    return lines;
  });
  assert.deepEqual(uptime, [
    "00:00:00: %A-1-B: one",
    "00:00:01: %SYS-6-CLOCKUPDATE: System clock has been updated from 2026-01-31T10:00:06.000Z to 2026-01-30T10:00:06.000Z; no timer goes by it",
    "00:00:01: %A-1-B: two",
    "00:00:02: %A-1-B: three",
  ]);
  assert.deepEqual(datetime, [
    "Jan 31 10:00:05.000: %A-1-B: one",
    "Jan 30 10:00:06.000: %SYS-6-CLOCKUPDATE: System clock has been updated from 2026-01-31T10:00:06.000Z to 2026-01-30T10:00:06.000Z; no timer goes by it",
    "Jan 30 10:00:06.000: %A-1-B: two",
    "Jan 30 10:00:07.500: %A-1-B: three",
  ]);
});

test("what repeats itself is said once a minute", () => {
  const { configuration } = loadConfiguration("hostname r\n", "r.cfg");
  const lines: string[] = [];
  let now = 0;
  const log = new RunLog(
    { now: () => instant(now) },
    () => configuration,
    new Set(),
    () => now,
  );
  log.listen((more) => lines.push(...more));
  for (const at of [0, 1, 59_999, 60_000, 60_001]) {
    now = at;
    log.sayOnce("%A-1-B", "again");
  }
  assert.deepEqual(lines, ["00:00:00: %A-1-B: again", "00:01:00: %A-1-B: again"]);
});

test("a stranger who varies what it does wrong fills no disk", () => {
  const { configuration } = loadConfiguration("hostname r\n", "r.cfg");
  const lines: string[] = [];
  let now = 0;
  const log = new RunLog(
    { now: () => instant(now) },
    () => configuration,
    new Set(),
    () => now,
  );
  log.listen((more) => lines.push(...more));
  for (; now < 60_000; now += 10) log.sayOnce("%A-1-B", `offer ${now}`);
  assert.equal(lines.length, 31);
  assert.equal(
    lines.at(-1),
    "00:00:00: %SKEYID-4-LOG_LIMIT: more lines that explain are left out for a minute",
  );
  log.sayOnce("%A-1-B", "another minute");
  assert.equal(lines.at(-1), "00:01:00: %A-1-B: another minute");
});
