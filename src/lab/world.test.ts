import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { instant, milliseconds } from "../base/time.ts";
import { World } from "./world.ts";

fc.configureGlobal({ seed: 2409 });

test("things happen by instant, and within an instant in the order they were asked for", () => {
  fc.assert(
    fc.property(fc.array(fc.nat(20)), (instants) => {
      const world = new World();
      const happened: [number, number][] = [];
      instants.forEach((at, order) => {
        world.at(instant(at), () => happened.push([world.now, order]));
      });
      while (world.step());
      const expected = instants.map((at, order): [number, number] => [at, order]);
      expected.sort(([a, i], [b, j]) => a - b || i - j);
      assert.deepEqual(happened, expected);
    }),
  );
});

test("what is cancelled does not happen, and does not count as something to come", () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(20), fc.boolean())), (plans) => {
      const world = new World();
      let happened = 0;
      for (const [at, isCancelled] of plans) {
        const scheduled = world.at(instant(at), () => {
          happened += 1;
        });
        if (isCancelled) scheduled.cancel();
      }
      const kept = plans.filter(([, isCancelled]) => !isCancelled);
      const first = kept.length === 0 ? undefined : Math.min(...kept.map(([at]) => at));
      assert.equal(world.nextAt(), first);
      world.runUntil(instant(100));
      assert.equal(happened, kept.length);
    }),
  );
});

test("what is asked for in the past happens now, after what is already due now", () => {
  const world = new World();
  const happened: string[] = [];
  world.runUntil(instant(50));
  world.at(instant(50), () => happened.push("first"));
  world.at(instant(10), () => happened.push(`second at ${world.now}`));
  world.runUntil(instant(50));
  assert.deepEqual(happened, ["first", "second at 50"]);
});

test("time stands where a run was told to end, even if nothing happened there", () => {
  const world = new World();
  world.at(instant(10), () => world.after(milliseconds(5), () => {}));
  world.runUntil(instant(12));
  assert.equal(world.now, 12);
  assert.equal(world.nextAt(), 15);
});

test("a world is quiet when what is left is far away", () => {
  const world = new World();
  world.at(instant(10), () => world.after(milliseconds(100), () => {}));
  world.at(instant(5000), () => {});
  assert.equal(world.runUntilQuiet(milliseconds(1000), instant(10_000)), true);
  assert.equal(world.now, 110);
});

test("a world that goes on and on is not quiet at the limit", () => {
  const world = new World();
  const tick = () => {
    world.after(milliseconds(10), tick);
  };
  tick();
  assert.equal(world.runUntilQuiet(milliseconds(1000), instant(500)), false);
  assert.equal(world.now, 500);
});
