/** The heap of deadlines against a model that keeps a plain list. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { instant } from "../base/time.ts";
import { Timers } from "./timers.ts";

type Step =
  | { readonly do: "set"; readonly key: number; readonly at: number }
  | { readonly do: "clear"; readonly key: number }
  | { readonly do: "take"; readonly now: number };

const key = fc.nat(12);
const time = fc.nat(40);
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ do: fc.constant("set" as const), key, at: time }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("clear" as const), key }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("take" as const), now: time }) },
);

test("timers do what a list of deadlines would do", () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 400 }), (steps) => {
      const timers = new Timers<number>();
      const model = new Map<number, number>();
      for (const one of steps) {
        const earliest = Math.min(...model.values());
        if (one.do === "set") {
          timers.set(one.key, instant(one.at), `${one.key}`);
          model.set(one.key, one.at);
        } else if (one.do === "clear") {
          timers.clear(one.key);
          model.delete(one.key);
        } else {
          const taken = timers.takeDue(instant(one.now));
          if (taken === undefined) assert.ok(earliest > one.now, "earliest > one.now");
          else {
            assert.equal(model.get(taken), earliest);
            assert.ok(earliest <= one.now, "earliest <= one.now");
            model.delete(taken);
          }
        }
        const next = timers.next();
        assert.equal(next?.at, model.size === 0 ? undefined : Math.min(...model.values()));
        if (next !== undefined) assert.equal(model.get(Number(next.why)), next.at);
      }
    }),
    { numRuns: 300, seed: 11 },
  );
});

test("what is due is taken in order of time, each key once, however often it was armed", () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(key, fc.nat(1000)), { maxLength: 500 }), (armings) => {
      const timers = new Timers<number>();
      for (const [each, at] of armings) timers.set(each, instant(at), "");
      const expected = [...new Map(armings).values()].sort((a, b) => a - b);
      const last = new Map(armings);
      const taken: number[] = [];
      for (let due = timers.takeDue(instant(1000)); due !== undefined; due = timers.takeDue(instant(1000)))
        taken.push(last.get(due) ?? Number.NaN);
      assert.deepEqual(taken, expected);
      assert.equal(timers.next(), undefined);
    }),
    { numRuns: 200, seed: 12 },
  );
});

test("nothing is due a moment before its time", () => {
  const timers = new Timers<string>();
  timers.set("a", instant(1000), "a");
  assert.equal(timers.takeDue(instant(999)), undefined);
  assert.equal(timers.takeDue(instant(1000)), "a");
  assert.equal(timers.takeDue(instant(1000)), undefined);
});
