import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { DAY_MILLISECONDS, dateOf, daysSince1970, isDate } from "./calendar.ts";

fc.configureGlobal({ seed: 2409 });

test("days and dates are what Date makes of them, both ways", () => {
  fc.assert(
    fc.property(fc.integer({ min: -700_000, max: 2_900_000 }), (days) => {
      const date = new Date(days * DAY_MILLISECONDS);
      const expected = { year: date.getUTCFullYear(), month: date.getUTCMonth() + 1, day: date.getUTCDate() };
      assert.deepEqual(dateOf(days), expected);
      assert.equal(daysSince1970(expected), days);
    }),
    { numRuns: 1000 },
  );
});

test("there is no 29 February in most years, and no thirteenth month in any", () => {
  assert.equal(isDate({ year: 2000, month: 2, day: 29 }), true);
  assert.equal(isDate({ year: 1900, month: 2, day: 29 }), false);
  assert.equal(isDate({ year: 2023, month: 2, day: 29 }), false);
  for (const [month, day] of [
    [13, 1],
    [0, 1],
    [4, 31],
    [1, 0],
    [1, 32],
  ] as const)
    assert.equal(isDate({ year: 2024, month, day }), false, `${month}/${day}`);
});
