/** A program for a test of the job pool: it waits for one job, and then has nothing to do but end. */
import { JobPool } from "../../src/host/job-pool.ts";

const pool = new JobPool({ workers: 1 });
pool.start(1, { kind: "dh-public", group: 19, privateValue: Uint8Array.of(1) }, (id, { kind }) => {
  process.stdout.write(`job ${id}: ${kind}`);
});
