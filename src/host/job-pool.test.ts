import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { afterEach, describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { MisuseError } from "../base/errors.ts";
import type { Job, JobResult } from "../crypto/jobs.ts";
import { performJob } from "../crypto/perform-job.ts";
import { generateRsaKey } from "../crypto/rsa-generation.ts";
import { rsaVerify } from "../crypto/rsa-signature.ts";
import { JobPool, type JobPoolOptions } from "./job-pool.ts";

const CRASHING = new URL("../../test/support/crashing-job-worker.ts", import.meta.url);
const pools: JobPool[] = [];
afterEach(async () => {
  for (const pool of pools.splice(0)) await pool.close();
});

describe("the job pool", () => {
  it("gives every job its own result, once, and never before start has returned", async () => {
    for (const workers of [1, 2]) {
      const pool = poolOf({ workers });
      const done: number[] = [];
      const results = await Promise.all(
        times(40).map(async (id) => {
          let hasReturned = false;
          const result = new Promise<JobResult>((resolve) => {
            pool.start(id, publicJob(id + 1), (finished, given) => {
              assert.ok(hasReturned);
              done.push(finished);
              resolve(given);
            });
          });
          hasReturned = true;
          return result;
        }),
      );
      assert.deepEqual(
        results,
        times(40).map((id) => performJob(publicJob(id + 1))),
      );
      assert.deepEqual(done.toSorted(ascending), times(40));
    }
  });

  it("leaves the private value to whoever started the job", async () => {
    const job = publicJob(77);
    await resultOf(poolOf({}), 1, job);
    assert.deepEqual(job, publicJob(77));
  });

  it("does not finish jobs that were called off, waiting or running, and finishes the others", async () => {
    const pool = poolOf({ workers: 1 });
    const finished: number[] = [];
    for (const id of times(6)) pool.start(id, publicJob(2), (done) => finished.push(done));
    pool.cancel(0);
    pool.cancel(3);
    pool.cancel(99);
    await resultOf(pool, 6, publicJob(2));
    assert.deepEqual(finished, [1, 2, 4, 5]);
  });

  it("takes the id of a finished or called-off job again, but not of an unfinished one", async () => {
    const pool = poolOf({ workers: 1 });
    const stale: JobResult[] = [];
    pool.start(1, publicJob(2), (_, result) => stale.push(result));
    assert.throws(() => pool.start(1, publicJob(3), () => {}), MisuseError);
    pool.cancel(1);
    assert.deepEqual(await resultOf(pool, 1, publicJob(3)), performJob(publicJob(3)));
    assert.deepEqual(await resultOf(pool, 1, publicJob(4)), performJob(publicJob(4)));
    assert.deepEqual(stale, []);
  });

  it("lets jobs fail that find too many waiting, and tells so later", async () => {
    const pool = poolOf({ workers: 1, queueMax: 2 });
    const results = await Promise.all(times(5).map((id) => resultOf(pool, id, publicJob(9))));
    const failed: JobResult = { kind: "failed", reason: "2 jobs are waiting already" };
    const good = performJob(publicJob(9));
    // One runs, two wait.
    assert.deepEqual(results, [good, good, good, failed, failed]);
  });

  it("survives workers that end: their job fails, the next one is done", async () => {
    const pool = poolOf({ workers: 1, script: CRASHING });
    const results = await Promise.all([0, 5, 1, 6].map((first, id) => resultOf(pool, id, publicJob(first))));
    assert.deepEqual(results, [
      { kind: "failed", reason: "the worker that performed it ended: exit code 3" },
      performJob(publicJob(5)),
      { kind: "failed", reason: "the worker that performed it ended: TypeError: a fault of the worker's" },
      performJob(publicJob(6)),
    ]);
  });

  it("lets jobs fail, one by one, where no worker can start", async () => {
    const pool = poolOf({ workers: 1, script: new URL("./no-such-worker.ts", import.meta.url) });
    for (const result of await Promise.all(times(3).map((id) => resultOf(pool, id, publicJob(1)))))
      assert.equal(result.kind, "failed");
  });

  it("signs with a key that stays with whoever asked", async () => {
    const { publicKey, privateKey } = generateRsaKey(512, new Uint8Array(48).fill(1));
    const content = new Uint8Array(20).fill(2);
    const result = await resultOf(poolOf({ workers: 1 }), 1, { kind: "rsa-sign", privateKey, content });
    assert.ok(result.kind === "rsa-sign" && rsaVerify(publicKey, content, result.signature), "a signature");
    assert.ok(
      privateKey.some((octet) => octet !== 0),
      "the key is still here",
    );
  });

  it("does nothing more once closed", async () => {
    const pool = poolOf({ workers: 1 });
    const finished: number[] = [];
    for (const id of times(3)) pool.start(id, publicJob(1), (done) => finished.push(done));
    await pool.close();
    assert.deepEqual(finished, []);
    assert.throws(() => pool.start(7, publicJob(1), () => {}), MisuseError);
  });

  it("keeps the process alive for a job, and not when idle", () => {
    const program = fileURLToPath(new URL("../../test/support/idle-job-pool.ts", import.meta.url));
    const { stdout, status } = spawnSync(process.execPath, ["--import", "tsx", program], {
      encoding: "utf8",
      // Ended where it does not end by itself.
      timeout: 300_000,
    });
    assert.deepEqual({ stdout, status }, { stdout: "job 1: dh-public", status: 0 });
  });
});

function poolOf(options: JobPoolOptions): JobPool {
  const pool = new JobPool(options);
  pools.push(pool);
  return pool;
}

/** Told apart by its first octet. */
function publicJob(first: number): Job {
  return { kind: "dh-public", group: 19, privateValue: Uint8Array.of(first, 1, 2, 3) };
}

function resultOf(pool: JobPool, id: number, job: Job): Promise<JobResult> {
  return new Promise((resolve) => pool.start(id, job, (_, result) => resolve(result)));
}

function times(count: number): number[] {
  return Array.from({ length: count }, (_, i) => i);
}

function ascending(a: number, b: number): number {
  return a - b;
}
