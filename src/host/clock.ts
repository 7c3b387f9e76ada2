/**
 * The time that the gateway is told: it never goes back, no setting of the clock moves it, and it goes on while the
 * machine sleeps. After a sleep the peers' lifetimes have run on, and so must ours.
 */
import { uptime } from "node:os";
import { type Instant, instant } from "../base/time.ts";

export interface Clock {
  now(): Instant;
}

export interface TimeSources {
  /** Fine and monotonic; may stand still while the machine sleeps. */
  monotonicMilliseconds(): number;
  /** Since the machine's start, sleep included; may be coarse. */
  uptimeMilliseconds(): number;
}

/** The fine source, and whatever it missed of the coarse one. */
export function sleepAwareClock(sources: TimeSources): Clock {
  const start = sources.monotonicMilliseconds();
  const ahead = (): number => sources.uptimeMilliseconds() - sources.monotonicMilliseconds();
  const aheadAtStart = ahead();
  let missed = 0;
  let latest = start;
  let checked = start;
  return {
    now() {
      // A source that went back all the same must not take the others with it.
      latest = Math.max(latest, sources.monotonicMilliseconds());
      if (latest - checked >= CHECK_EVERY) {
        checked = latest;
        const lag = ahead() - aheadAtStart - missed;
        if (lag > COARSENESS) missed += lag;
      }
      return instant(latest - start + missed);
    },
  };
}

/** Milliseconds: a sleep is noticed this long after its end at most. Looking costs some microseconds. */
const CHECK_EVERY = 250;

/** Milliseconds. The coarse source counts hundredths of a second at best: less than this is no sleep. */
const COARSENESS = 1000;

export const systemClock: Clock = sleepAwareClock({
  monotonicMilliseconds: () => performance.now(),
  uptimeMilliseconds: () => uptime() * 1000,
});
