/** How a lab's time passes: at once, for scripts and tests; or in step with a clock, for people. */
import { BugError } from "../base/errors.ts";
import { after, type Milliseconds, milliseconds } from "../base/time.ts";
import type { Clock } from "../host/clock.ts";
import type { World } from "../lab/world.ts";

export interface Pace {
  /** Lets time pass until `isDone` says so. It is asked after everything that happens. */
  until(isDone: () => boolean): Promise<void>;
  /** Something was asked of the world from outside: it may be due at once. */
  poke(): void;
  stop(): void;
}

/** Time leaps from one happening to the next. */
export function virtualPace(world: World): Pace {
  return {
    until(isDone) {
      while (!isDone()) if (!world.step()) throw new BugError("the lab waits for what will never happen");
      return Promise.resolve();
    },
    poke() {},
    stop() {},
  };
}

/** Time passes as on the clock from now on, whatever the world's time is. */
export function realPace(world: World, clock: Clock): Pace {
  const clockAtStart = clock.now();
  const worldAtStart = world.now;
  const waiting: { readonly isDone: () => boolean; readonly resolve: () => void }[] = [];
  let timer: NodeJS.Timeout | undefined;
  let isStopped = false;

  const settle = () => {
    for (const each of waiting.filter(({ isDone }) => isDone())) {
      waiting.splice(waiting.indexOf(each), 1);
      each.resolve();
    }
  };
  const catchUp = () => {
    const now = after(worldAtStart, milliseconds(clock.now() - clockAtStart));
    for (let next = world.nextAt(); next !== undefined && next <= now; next = world.nextAt()) {
      world.step();
      settle();
    }
    world.runUntil(now);
  };
  const arm = () => {
    clearTimeout(timer);
    const next = world.nextAt();
    if (isStopped || next === undefined) return;
    timer = setTimeout(advance, Math.min(LONGEST_TIMER, Math.max(0, next - world.now)));
  };
  const advance = () => {
    catchUp();
    arm();
  };
  return {
    until(isDone) {
      if (isDone()) return Promise.resolve();
      return new Promise((resolve) => {
        waiting.push({ isDone, resolve });
        advance();
      });
    },
    poke() {
      advance();
      settle();
    },
    stop() {
      isStopped = true;
      clearTimeout(timer);
    },
  };
}

/** Node's timers overflow after 24 days and a half. */
const LONGEST_TIMER: Milliseconds = milliseconds(0x7fffffff);
