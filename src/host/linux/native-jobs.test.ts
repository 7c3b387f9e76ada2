import assert from "node:assert/strict";
import { after, describe, it } from "node:test";
import fc from "fast-check";
import { MisuseError } from "../../base/errors.ts";
import { group } from "../../crypto/groups.ts";
import type { Job, JobResult } from "../../crypto/jobs.ts";
import type { ModpGroupId } from "../../crypto/modp-primes.ts";
import { performJob } from "../../crypto/perform-job.ts";
import { JobPool } from "../job-pool.ts";
import { loadLibc } from "./libc.ts";
import { loadLibcryptoBignum } from "./libcrypto-bignum.ts";
import { NativeJobs } from "./native-jobs.ts";

fc.configureGlobal({ seed: 2409 });

const libc = await loadLibc();
const bignum = await loadLibcryptoBignum();

if ("kind" in libc || "kind" in bignum)
  it("Diffie-Hellman by libcrypto", {
    skip: `needs libcrypto: ${"kind" in bignum ? bignum.reason : ""}`,
  }, () => {});
else
  describe("Diffie-Hellman by libcrypto", () => {
    const jobs = new NativeJobs(libc, bignum, () => new JobPool({ workers: 1 }));
    after(() => jobs.close());

    const resultOf = (id: number, job: Job): Promise<JobResult> =>
      new Promise((resolve) => jobs.start(id, job, (_, result) => resolve(result)));
    let lastId = 0;

    it("has the results of node:crypto", async () => {
      for (const [id, numRuns] of [
        [1, 30],
        [2, 30],
        [5, 15],
        [14, 15],
        [18, 2],
      ] as const) {
        const exponent = fc
          .uint8Array({ minLength: 1, maxLength: group(id).privateLength + 8 })
          .filter((octets) => octets.some((octet) => octet > 1));
        await fc.assert(
          fc.asyncProperty(exponent, exponent, fc.constantFrom(...KINDS), async (x, y, kind) => {
            const job = jobOf(kind, id, x, publicValueOf(id, y));
            assert.deepEqual(await resultOf(++lastId, job), performJob(job));
          }),
          { numRuns },
        );
      }
    });

    it("refuses what node:crypto is not asked either", async () => {
      const { publicLength } = group(2);
      const tiny = new Uint8Array(publicLength);
      const huge = new Uint8Array(publicLength).fill(255);
      const values = [tiny, tiny.with(publicLength - 1, 1), huge, tiny.slice(1)];
      for (const value of values)
        for (const job of [
          jobOf("dh-both", 2, Uint8Array.of(5), value),
          jobOf("dh-shared", 2, Uint8Array.of(5), value),
        ])
          assert.deepEqual(await resultOf(++lastId, job), performJob(job));
      const zero = jobOf("dh-public", 14, new Uint8Array(29), tiny);
      assert.deepEqual(await resultOf(++lastId, zero), performJob(zero));
    });

    it("does many at a time, and leaves private values to whoever started them", async () => {
      const started = Array.from({ length: 40 }, (_, i) =>
        jobOf(
          KINDS[i % 3] ?? "dh-both",
          i % 2 === 0 ? 14 : 2,
          Uint8Array.of(1, i),
          publicValueOf(i % 2 === 0 ? 14 : 2, Uint8Array.of(9, i)),
        ),
      );
      const copies = structuredClone(started);
      const results = await Promise.all(started.map((job) => resultOf(++lastId, job)));
      assert.deepEqual(results, copies.map(performJob));
      assert.deepEqual(started, copies);
    });

    it("does not finish jobs that were called off, and takes their ids again", async () => {
      const finished: JobResult[] = [];
      for (const id of [2, 14] as const)
        for (let i = 0; i < 12; i++) {
          jobs.start(1000 + i, jobOf("dh-public", id, Uint8Array.of(3), new Uint8Array()), (_, result) =>
            finished.push(result),
          );
          jobs.cancel(1000 + i);
        }
      const job = jobOf("dh-public", 14, Uint8Array.of(7), new Uint8Array());
      assert.deepEqual(await resultOf(1000, job), performJob(job));
      assert.deepEqual(finished, []);
    });

    it("refuses the id of an unfinished job", async () => {
      const job = jobOf("dh-public", 14, Uint8Array.of(7), new Uint8Array());
      const first = resultOf(2000, job);
      assert.throws(() => jobs.start(2000, job, () => {}), MisuseError);
      await first;
    });

    it("leaves other jobs to the pool", async () => {
      const job: Job = { kind: "dh-public", group: 19, privateValue: Uint8Array.of(1, 2, 3) };
      assert.deepEqual(await resultOf(3000, job), performJob(job));
    });
  });

const KINDS = ["dh-public", "dh-shared", "dh-both"] as const;

function jobOf(
  kind: (typeof KINDS)[number],
  id: ModpGroupId,
  privateValue: Uint8Array,
  peerPublicValue: Uint8Array,
): Job {
  return kind === "dh-public"
    ? { kind, group: id, privateValue }
    : { kind, group: id, privateValue, peerPublicValue };
}

function publicValueOf(id: ModpGroupId, privateValue: Uint8Array): Uint8Array {
  const result = performJob({ kind: "dh-public", group: id, privateValue });
  if (result.kind !== "dh-public") throw new TypeError(JSON.stringify(result));
  return result.publicValue;
}
