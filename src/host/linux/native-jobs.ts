/**
 * Performs Diffie-Hellman in the MODP groups by libcrypto itself: off the event loop without a worker of ours, and on it where
 * that takes less than handing it over. All other jobs go to the pool of workers.
 */
import { MisuseError } from "../../base/errors.ts";
import { isZero } from "../../base/octets.ts";
import { group, publicValueProblem } from "../../crypto/groups.ts";
import type { Job, JobResult } from "../../crypto/jobs.ts";
import { isModpGroup, type ModpGroupId } from "../../crypto/modp-primes.ts";
import type { JobDone, JobPerformer } from "../job-performer.ts";
import { JobPool } from "../job-pool.ts";
import type { Libc } from "./libc.ts";
import { type LibcryptoBignum, loadLibcryptoBignum } from "./libcrypto-bignum.ts";
import { EXPONENTIATION_OCTETS, ModularExponentiation } from "./modular-exponentiation.ts";
import { NativeMemory } from "./native-memory.ts";

/** What is quickest here: libcrypto where Node shows it, the pool of workers otherwise. */
export async function jobPerformer(libc: Libc): Promise<JobPerformer> {
  const bignum = await loadLibcryptoBignum();
  return "kind" in bignum ? new JobPool() : new NativeJobs(libc, bignum, () => new JobPool());
}

type ModpJob = Extract<Job, { readonly kind: "dh-public" | "dh-shared" | "dh-both" }> & {
  readonly group: ModpGroupId;
};

interface Task {
  readonly id: number;
  readonly job: ModpJob;
  readonly done: JobDone;
}

export class NativeJobs implements JobPerformer {
  readonly #makeOthers: () => JobPerformer;
  /** Made with the first job that is for them. */
  #others: JobPerformer | undefined;
  readonly #free: ModularExponentiation[];
  /** Of the groups that do not leave the event loop. */
  readonly #own: ModularExponentiation;
  /** Those that are not finished, by id; in the order of arrival. */
  readonly #tasks = new Map<number, Task>();
  readonly #waiting = new Set<Task>();
  #isClosed = false;

  constructor(libc: Pick<Libc, "addressOf">, bignum: LibcryptoBignum, others: () => JobPerformer) {
    const memory = new NativeMemory(libc, new ArrayBuffer((THREADS + 1) * EXPONENTIATION_OCTETS));
    this.#free = Array.from({ length: THREADS }, () => new ModularExponentiation(bignum, memory));
    this.#own = new ModularExponentiation(bignum, memory);
    this.#makeOthers = others;
  }

  start(id: number, job: Job, done: JobDone): void {
    if (this.#isClosed) throw new MisuseError("no jobs are performed any more");
    if (!isModpJob(job)) {
      this.#others ??= this.#makeOthers();
      return this.#others.start(id, job, done);
    }
    if (this.#tasks.has(id)) throw new MisuseError(`job ${id} is not finished`);
    const problem = problemOf(job);
    const isRefused = problem === undefined && this.#waiting.size >= QUEUE_MAX;
    const reason = isRefused ? `${QUEUE_MAX} jobs are waiting already` : problem;
    const task = { id, job: { ...job, privateValue: job.privateValue.slice() }, done };
    this.#tasks.set(id, task);
    // Not from within `start`: whoever starts a job does not expect its end before `start` returns.
    if (reason !== undefined) setImmediate(() => this.#finish(task, { kind: "failed", reason }));
    else if (group(job.group).publicLength <= QUICK_OCTETS) setImmediate(() => this.#performHere(task));
    else {
      this.#waiting.add(task);
      this.#dispatch();
    }
  }

  cancel(id: number): void {
    const task = this.#tasks.get(id);
    if (task === undefined) return this.#others?.cancel(id);
    this.#tasks.delete(id);
    this.#waiting.delete(task);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#tasks.clear();
    this.#waiting.clear();
    await this.#others?.close();
  }

  #performHere(task: Task): void {
    if (this.#tasks.get(task.id) !== task) return;
    const { group: id, privateValue } = task.job;
    const values = exponentiations(task.job).map((base) => this.#own.perform(id, privateValue, base));
    this.#finish(task, resultOf(task.job, values));
  }

  #dispatch(): void {
    for (const task of this.#waiting) {
      const free = this.#free.pop();
      if (free === undefined) return;
      this.#waiting.delete(task);
      this.#performElsewhere(task, free, []);
    }
  }

  /** One exponentiation after the other. */
  #performElsewhere(
    task: Task,
    by: ModularExponentiation,
    values: readonly (Uint8Array | undefined)[],
  ): void {
    const { job } = task;
    const bases = exponentiations(job);
    if (values.length === bases.length || this.#tasks.get(task.id) !== task) {
      this.#free.push(by);
      this.#finish(task, resultOf(job, values));
      this.#dispatch();
      return;
    }
    by.start(job.group, job.privateValue, bases[values.length], (value) =>
      this.#performElsewhere(task, by, [...values, value]),
    );
  }

  #finish(task: Task, result: JobResult): void {
    task.job.privateValue.fill(0);
    // It may have been called off, and its id be another's by now.
    if (this.#tasks.get(task.id) !== task) return;
    this.#tasks.delete(task.id);
    task.done(task.id, result);
  }
}

function isModpJob(job: Job): job is ModpJob {
  return "group" in job && isModpGroup(job.group);
}

/** What `crypto/diffie-hellman.ts` refuses. */
function problemOf(job: ModpJob): string | undefined {
  if (isZero(job.privateValue)) return "a private value must not be zero";
  if (job.privateValue.length > EXPONENTIATION_OCTETS)
    return `a private value has at most ${EXPONENTIATION_OCTETS} octets, not ${job.privateValue.length}`;
  return job.kind === "dh-public" ? undefined : publicValueProblem(job.group, job.peerPublicValue);
}

/** The bases that the job raises to its private value; undefined is the generator. */
function exponentiations(job: ModpJob): readonly (Uint8Array | undefined)[] {
  switch (job.kind) {
    case "dh-public":
      return [undefined];
    case "dh-shared":
      return [job.peerPublicValue];
    case "dh-both":
      return [undefined, job.peerPublicValue];
  }
}

function resultOf({ kind }: ModpJob, [first, second]: readonly (Uint8Array | undefined)[]): JobResult {
  if (kind === "dh-public" && first !== undefined) return { kind, publicValue: first };
  if (kind === "dh-shared" && first !== undefined) return { kind, sharedSecret: first };
  if (kind === "dh-both" && first !== undefined && second !== undefined)
    return { kind, publicValue: first, sharedSecret: second };
  return { kind: "failed", reason: "OpenSSL could not exponentiate" };
}

/** As many as libuv has threads for such work. */
const THREADS = 4;

/** Groups 1 and 2: both exponentiations take 0.15 ms, and another thread's start and end as much. */
const QUICK_OCTETS = 128;

/** As in the pool of workers: at 0.5 ms a job, half a second of work. */
const QUEUE_MAX = 1024;
