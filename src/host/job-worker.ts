/** What runs in a worker of the job pool: one job at a time, its secrets forgotten when the result has gone. */
import { parentPort } from "node:worker_threads";
import { BugError } from "../base/errors.ts";
import { type Job, secretOf } from "../crypto/jobs.ts";
import { performJob } from "../crypto/perform-job.ts";

const port = parentPort;
if (port === null) throw new BugError("the job worker runs in a worker thread only");

// The pool moves the secret here instead of copying it, so these are the octets that it lived in.
port.on("message", (job: Job) => {
  const result = performJob(job);
  secretOf(job).fill(0);
  port.postMessage(result);
  // What was posted is a copy.
  if ("sharedSecret" in result) result.sharedSecret.fill(0);
  if (result.kind === "rsa-generate") result.key.privateKey.fill(0);
  if (result.kind === "rsa-decrypt") for (const content of result.contents) content.fill(0);
});
