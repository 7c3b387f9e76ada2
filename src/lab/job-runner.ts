/** Who performs a gateway's slow work: in virtual time at once, with a delay that the world makes; or a pool outside. */
import { type Milliseconds, milliseconds } from "../base/time.ts";
import type { Job, JobResult } from "../crypto/jobs.ts";
import { performJob } from "../crypto/perform-job.ts";
import { Dice } from "./seeded-random.ts";
import type { World } from "./world.ts";

/** Starts a job; `done` is called later, never at once. The function returned calls it off. */
export type JobRunner = (job: Job, done: (result: JobResult) => void) => () => void;

export interface JobDelay {
  readonly least: Milliseconds;
  readonly most: Milliseconds;
}

export const QUICK_JOBS: JobDelay = { least: milliseconds(2), most: milliseconds(2) };

/** Performs jobs in virtual time. The work itself is done when its result is due, so that one called off costs nothing. */
export function virtualJobs(world: World, delay: JobDelay, seed: number): JobRunner {
  const dice = new Dice(`${seed}/jobs`);
  return (job, done) => {
    const wait = milliseconds(dice.between(delay.least, delay.most));
    const scheduled = world.after(wait, () => done(performJob(job)));
    return () => scheduled.cancel();
  };
}
