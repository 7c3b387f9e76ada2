import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { MisuseError } from "../base/errors.ts";
import { ReplayWindow } from "./replay-window.ts";

fc.configureGlobal({ seed: 2409 });

describe("the replay window", () => {
  it("decides as a set of everything ever received would", () => {
    fc.assert(
      fc.property(fc.constantFrom(32, 64, 128), sequences(), (size, numbers) => {
        const window = new ReplayWindow(size);
        const received = new Set<number>();
        let highest = 0;
        for (const number of numbers) {
          const expected = number > 0 && number > highest - size && !received.has(number);
          assert.equal(window.isAcceptable(number), expected, `${number} after ${highest}`);
          if (!expected) continue;
          window.mark(number);
          received.add(number);
          highest = Math.max(highest, number);
          assert.equal(window.highest, highest);
        }
      }),
    );
  });

  it("remembers every number in it, and refuses every number left of it", () => {
    for (const size of [32, 64, 128])
      for (const step of [1, 2, 3, 31, 33]) {
        const window = new ReplayWindow(size);
        for (let number = step; number < 6 * size; number += step) {
          window.mark(number);
          for (let other = 1; other <= number; other++)
            assert.equal(window.isAcceptable(other), other > number - size && other % step !== 0);
        }
      }
  });

  it("accepts every packet of a shuffled stream once, if none is a window late", () => {
    fc.assert(
      fc.property(fc.array(fc.nat(31), { minLength: 1, maxLength: 400 }), (delays) => {
        const window = new ReplayWindow(64);
        const order = delays.map((delay, i) => ({ number: i + 1, arrives: i + delay }));
        order.sort((a, b) => a.arrives - b.arrives);
        for (const { number } of order) {
          assert.ok(window.isAcceptable(number));
          window.mark(number);
        }
        for (const { number } of order) assert.ok(!window.isAcceptable(number));
      }),
    );
  });

  it("does not move by being asked", () => {
    const window = new ReplayWindow(64);
    assert.ok(window.isAcceptable(1_000_000));
    assert.ok(window.isAcceptable(1));
    assert.equal(window.highest, 0);
  });

  it("has exactly 64 places at its size, at the end of the number space too", () => {
    for (const highest of [64, 1000, 0xffffffff]) {
      const window = new ReplayWindow(64);
      window.mark(highest);
      assert.ok(!window.isAcceptable(highest));
      assert.equal(window.isAcceptable(highest - 63), highest > 63);
      assert.ok(!window.isAcceptable(highest - 64));
    }
  });

  it("never accepts 0", () => {
    assert.ok(!new ReplayWindow(64).isAcceptable(0));
  });

  it("has no size below the 32 of the RFC, nor one that is no multiple of 32", () => {
    assert.throws(() => new ReplayWindow(16), MisuseError);
    assert.throws(() => new ReplayWindow(65), MisuseError);
  });
});

/** Sequence numbers that move on mostly a little, sometimes far, and often come back. */
function sequences(): fc.Arbitrary<readonly number[]> {
  const step = fc.oneof(
    { weight: 6, arbitrary: fc.integer({ min: -70, max: 70 }) },
    { weight: 1, arbitrary: fc.integer({ min: -300, max: 5000 }) },
    { weight: 1, arbitrary: fc.constantFrom(0, 1, 31, 32, 33, 63, 64, 65, 128, 0x7fffffff, -0x7fffffff) },
  );
  const start = fc.constantFrom(1, 40, 0x7fffffe0, 0xffffff00);
  return fc.tuple(start, fc.array(step, { maxLength: 300 })).map(([from, steps]) => {
    let number: number = from;
    return steps.map((delta) => {
      number = Math.min(Math.max(number + delta, 0), 0xffffffff);
      return number;
    });
  });
}
