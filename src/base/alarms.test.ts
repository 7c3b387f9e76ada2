/** The heap of alarms against a model that keeps a plain list. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { type Alarm, Alarms, isSet, UNSET } from "./alarms.ts";
import { instant } from "./time.ts";

interface Named extends Alarm {
  readonly name: number;
}

type Step =
  | { readonly do: "set"; readonly alarm: number; readonly at: number }
  | { readonly do: "cancel"; readonly alarm: number }
  | { readonly do: "take"; readonly now: number };

const name = fc.nat(30);
const time = fc.nat(40);
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ do: fc.constant("set" as const), alarm: name, at: time }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("cancel" as const), alarm: name }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("take" as const), now: time }) },
);

test("alarms go off in order of time, at one time in that of setting, once, and never after they were cancelled", () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 400 }), (steps) => {
      const alarms = new Alarms<Named>();
      const all = Array.from({ length: 31 }, (_, i): Named => ({ ...UNSET, name: i }));
      /** In the order of setting. */
      let model: { readonly alarm: Named | undefined; readonly at: number }[] = [];
      for (const one of steps) {
        // The sort is stable.
        const [earliest] = [...model].sort((a, b) => a.at - b.at);
        if (one.do === "take") {
          const taken = alarms.takeDue(instant(one.now));
          assert.equal(taken, earliest !== undefined && earliest.at <= one.now ? earliest.alarm : undefined);
          model = model.filter(({ alarm }) => alarm !== taken);
        } else {
          const alarm = all[one.alarm];
          assert.ok(alarm, "there is one of each name");
          model = model.filter((other) => other.alarm !== alarm);
          if (one.do === "cancel") alarms.cancel(alarm);
          else {
            alarms.set(alarm, instant(one.at));
            model.push({ alarm, at: one.at });
          }
          assert.equal(isSet(alarm), one.do === "set");
        }
        assert.equal(alarms.size, model.length);
        assert.equal(alarms.next(), [...model].sort((a, b) => a.at - b.at)[0]?.alarm);
      }
    }),
    { numRuns: 300, seed: 2409 },
  );
});

test("cancelling an alarm that has gone off does nothing to the others", () => {
  const alarms = new Alarms<Named>();
  const [first, second] = [
    { ...UNSET, name: 1 },
    { ...UNSET, name: 2 },
  ];
  alarms.set(first, instant(1));
  alarms.set(second, instant(2));
  assert.equal(alarms.takeDue(instant(0)), undefined);
  assert.equal(alarms.takeDue(instant(1)), first);
  alarms.cancel(first);
  assert.equal(alarms.takeDue(instant(2)), second);
  assert.equal(alarms.next(), undefined);
});
