/** What runs in a worker of the job pool: one job at a time, its secrets forgotten when the result has gone. */
import { parentPort } from "node:worker_threads";
import { BugError } from "../base/errors.ts";
import type { Job } from "../crypto/jobs.ts";
import { performJob } from "../crypto/perform-job.ts";

const port = parentPort;
if (port === null) throw new BugError("the job worker runs in a worker thread only");

// The pool moves the private value here instead of copying it, so these are the octets that it lived in.
port.on("message", (job: Job) => {
  const result = performJob(job);
  job.privateValue.fill(0);
  port.postMessage(result);
  // What was posted is a copy.
  if ("sharedSecret" in result) result.sharedSecret.fill(0);
});
