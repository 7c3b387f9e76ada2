import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { sleepAwareClock, systemClock } from "./clock.ts";

fc.configureGlobal({ seed: 2409 });

describe("the clock", () => {
  it("goes on while the machine sleeps, which stops the fine source", () => {
    const machine = new Machine();
    const clock = sleepAwareClock(machine);
    machine.wake(1000);
    assert.equal(clock.now(), 1000);
    machine.sleep(3_600_000);
    machine.wake(500);
    assert.ok(Math.abs(clock.now() - 3_601_500) <= 10);
  });

  it("never goes back, and keeps within a second of the machine's time", () => {
    const step = fc.record({ awake: fc.nat(5000), asleep: fc.oneof(fc.constant(0), fc.nat(100_000_000)) });
    fc.assert(
      fc.property(fc.array(step), (steps) => {
        const machine = new Machine();
        const clock = sleepAwareClock(machine);
        let before = clock.now();
        for (const { awake, asleep } of steps) {
          machine.sleep(asleep);
          machine.wake(awake);
          const now = clock.now();
          assert.ok(now >= before);
          before = now;
        }
        machine.wake(1000);
        const behind = machine.awake + machine.asleep - clock.now();
        // Sleeps too short to tell from the coarse source's steps are not counted, but do not add up.
        assert.ok(behind > -20 && behind < 1020, `${behind} ms`);
      }),
    );
  });

  it("is not disturbed by the coarse source's steps", () => {
    const machine = new Machine();
    const clock = sleepAwareClock(machine);
    for (let i = 1; i < 1000; i++) {
      machine.wake(251.3);
      assert.ok(Math.abs(clock.now() - 251.3 * i) < 1e-6);
    }
  });

  it("does not follow a fine source that goes back", () => {
    const machine = new Machine();
    const clock = sleepAwareClock(machine);
    machine.wake(400);
    assert.equal(clock.now(), 400);
    machine.wake(-300);
    assert.equal(clock.now(), 400);
  });

  it("of the system is not moved by setting the time of day", ({ mock }) => {
    const before = systemClock.now();
    mock.timers.enable({ apis: ["Date"], now: 0 });
    mock.timers.setTime(4_000_000_000_000);
    const after = systemClock.now();
    assert.ok(after >= before && after - before < 60_000, `${after - before} ms`);
  });

  it("of the system counts from the start of the program", () => {
    const [first, second] = [systemClock.now(), systemClock.now()];
    assert.ok(first >= 0 && second >= first && second < 3_600_000);
  });
});

/** Its fine source stops in sleep, its coarse one counts whole hundredths of a second. */
class Machine {
  awake = 0;
  asleep = 0;

  wake(milliseconds: number): void {
    this.awake += milliseconds;
  }

  sleep(milliseconds: number): void {
    this.asleep += milliseconds;
  }

  monotonicMilliseconds(): number {
    return 12_345 + this.awake;
  }

  uptimeMilliseconds(): number {
    return Math.floor((987_654 + this.awake + this.asleep) / 10) * 10;
  }
}
