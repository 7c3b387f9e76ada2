import assert from "node:assert/strict";
import { test } from "node:test";
import { FollowUp } from "./follow-up.ts";

test("a burst is followed by one run, what happens during it by one more, and after the end by none", async () => {
  const runs: (() => void)[] = [];
  const faults: unknown[] = [];
  const work = () => new Promise<void>((resolve) => runs.push(resolve));
  const followUp = new FollowUp(work, (error) => faults.push(error));
  for (let i = 0; i < 5; i++) followUp.ask();
  assert.equal(runs.length, 0, "never at once");
  await settled();
  assert.equal(runs.length, 1);
  for (let i = 0; i < 5; i++) followUp.ask();
  await settled();
  assert.equal(runs.length, 1, "one at a time");
  runs[0]?.();
  await settled();
  assert.equal(runs.length, 2);
  const stopped = followUp.stop();
  followUp.ask();
  runs[1]?.();
  await stopped;
  await settled();
  assert.equal(runs.length, 2);
  assert.deepEqual(faults, []);
});

test("a fault is told, and the next run comes all the same", async () => {
  const faults: unknown[] = [];
  let runs = 0;
  const work = async () => {
    if (runs++ === 0) throw new TypeError("a mistake");
  };
  const followUp = new FollowUp(work, (error) => faults.push(error));
  for (let i = 0; i < 2; i++) {
    followUp.ask();
    await settled();
  }
  assert.equal(runs, 2);
  assert.equal(faults.length, 1);
});

function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
