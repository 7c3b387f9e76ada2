import assert from "node:assert/strict";
import { test } from "node:test";
import { BugError } from "../base/errors.ts";
import { instant } from "../base/time.ts";
import { World } from "../lab/world.ts";
import { realPace, virtualPace } from "./lab-pace.ts";

test("virtual time leaps to what is waited for, and not further", async () => {
  const world = new World();
  const happened: number[] = [];
  for (const at of [10, 20_000, 30_000]) world.at(instant(at), () => happened.push(at));
  await virtualPace(world).until(() => happened.length === 2);
  assert.equal(world.now, 20_000);
});

test("waiting in virtual time for what never happens is our mistake", () => {
  assert.throws(() => virtualPace(new World()).until(() => false), BugError);
});

test("real time is the clock's since the pace began, whatever the world's time was", async () => {
  const world = new World();
  world.runUntil(instant(5000));
  let now = 70;
  const pace = realPace(world, { now: () => instant(now) });
  const happened: number[] = [];
  for (const at of [5010, 5020, 5030]) world.at(instant(at), () => happened.push(world.now));
  now = 95;
  const waited = pace.until(() => happened.length === 2);
  await waited;
  assert.deepEqual(happened, [5010, 5020]);
  assert.equal(world.now, 5025);
  pace.stop();
});

test("what is asked of the world from outside happens at the clock's time", () => {
  const world = new World();
  let now = 0;
  const pace = realPace(world, { now: () => instant(now) });
  now = 40;
  pace.poke();
  let happenedAt = -1;
  world.at(world.now, () => {
    happenedAt = world.now;
  });
  pace.poke();
  assert.equal(happenedAt, 40);
  pace.stop();
});
