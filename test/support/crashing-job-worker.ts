/** A worker for tests of the job pool: does as the real one does, but a private value that begins with 0 ends it. */
import { parentPort } from "node:worker_threads";
import { type Job, secretOf } from "../../src/crypto/jobs.ts";
import { performJob } from "../../src/crypto/perform-job.ts";

parentPort?.on("message", (job: Job) => {
  if (secretOf(job)[0] === 0) process.exit(3);
  if (secretOf(job)[0] === 1) throw new TypeError("a fault of the worker's");
  parentPort?.postMessage(performJob(job));
});
