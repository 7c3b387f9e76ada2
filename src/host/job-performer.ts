/** Whoever performs jobs off the event loop: a pool of workers, or what is quicker for some of them. */
import type { Job, JobResult } from "../crypto/jobs.ts";

export type JobDone = (id: number, result: JobResult) => void;

export interface JobPerformer {
  /**
   * Performs a job, and calls `done` once, later. The job's secret is copied. Throws MisuseError if the id is that of an
   * unfinished job, or after `close`.
   */
  start(id: number, job: Job, done: JobDone): void;
  /** `done` will not be called. Unknown ids are ignored. */
  cancel(id: number): void;
  /** Unfinished jobs are never done. */
  close(): Promise<void>;
}
