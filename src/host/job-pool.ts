/**
 * Performs jobs in worker threads, off the event loop. One worker starts at once, so that the first handshake does not
 * wait for it (40 to 70 ms); more start when jobs pile up. Idle workers do not keep the process alive.
 */
import { availableParallelism } from "node:os";
import type { Worker } from "node:worker_threads";
import { MisuseError } from "../base/errors.ts";
import { type Job, type JobResult, secretOf, withSecret } from "../crypto/jobs.ts";
import type { JobDone, JobPerformer } from "./job-performer.ts";
import { startThread } from "./start-thread.ts";

export interface JobPoolOptions {
  /** At most this many threads. By default one less than the machine runs at once: one is the event loop's. */
  readonly workers?: number;
  /** At most this many jobs waiting for a worker; further ones fail. */
  readonly queueMax?: number;
  /** What the workers run. */
  readonly script?: URL;
}

export class JobPool implements JobPerformer {
  readonly #workersMax: number;
  readonly #queueMax: number;
  readonly #script: URL;
  readonly #threads = new Set<Thread>();
  /** In the order of arrival. */
  readonly #waiting = new Map<number, Task>();
  readonly #running = new Map<number, Thread>();
  /** Jobs there was no room for, until they have been told so. */
  readonly #refused = new Map<number, JobDone>();
  #isClosed = false;

  constructor(options: JobPoolOptions = {}) {
    this.#workersMax = options.workers ?? Math.max(1, availableParallelism() - 1);
    this.#queueMax = options.queueMax ?? QUEUE_MAX;
    this.#script = options.script ?? OWN_SCRIPT;
    if (!(this.#workersMax >= 1)) throw new MisuseError(`a job pool needs a worker, not ${this.#workersMax}`);
    this.#addThread();
  }

  /**
   * Performs a job, and calls `done` once, later. Its secret is copied when a worker is free. Throws MisuseError
   * if the id is that of an unfinished job, or if the pool is closed.
   */
  start(id: number, job: Job, done: JobDone): void {
    if (this.#isClosed) throw new MisuseError("the job pool is closed");
    if (this.#waiting.has(id) || this.#running.has(id) || this.#refused.has(id))
      throw new MisuseError(`job ${id} is not finished`);
    if (this.#waiting.size >= this.#queueMax) {
      this.#refuse(id, done);
      return;
    }
    this.#waiting.set(id, { id, job, done });
    this.#dispatch();
  }

  /** `done` will not be called. A job that is running runs to its end, for nothing. Unknown ids are ignored. */
  cancel(id: number): void {
    this.#waiting.delete(id);
    this.#refused.delete(id);
    this.#running.get(id)?.forget();
    this.#running.delete(id);
  }

  /** Ends all threads. Unfinished jobs are never done. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#waiting.clear();
    this.#refused.clear();
    this.#running.clear();
    await Promise.all([...this.#threads].map((thread) => thread.end()));
  }

  #dispatch(): void {
    for (const task of this.#waiting.values()) {
      const thread = this.#freeThread();
      if (thread === undefined) return;
      this.#waiting.delete(task.id);
      this.#running.set(task.id, thread);
      thread.perform(task);
    }
  }

  #freeThread(): Thread | undefined {
    for (const thread of this.#threads) if (thread.isFree) return thread;
    const isWorthwhile =
      this.#waiting.size > this.#threads.size * BACKLOG_PER_THREAD || this.#threads.size === 0;
    return isWorthwhile && this.#threads.size < this.#workersMax ? this.#addThread() : undefined;
  }

  #addThread(): Thread {
    const thread = new Thread(this.#script, {
      finished: (task, result) => this.#finished(task, result),
      ended: () => {
        this.#threads.delete(thread);
        if (!this.#isClosed) this.#dispatch();
      },
    });
    this.#threads.add(thread);
    return thread;
  }

  /** `task` is undefined if it was called off meanwhile. */
  #finished(task: Task | undefined, result: JobResult): void {
    if (this.#isClosed) return;
    if (task !== undefined) this.#running.delete(task.id);
    // First the worker goes on, then the caller learns of it: what it starts in answer queues behind the others.
    this.#dispatch();
    task?.done(task.id, result);
  }

  /** Not from within `start`: whoever starts a job does not expect its end before `start` returns. */
  #refuse(id: number, done: JobDone): void {
    this.#refused.set(id, done);
    setImmediate(() => {
      if (!this.#refused.delete(id)) return;
      done(id, { kind: "failed", reason: `${this.#queueMax} jobs are waiting already` });
    });
  }
}

interface Task {
  readonly id: number;
  readonly job: Job;
  readonly done: JobDone;
}

interface ThreadOwner {
  finished(task: Task | undefined, result: JobResult): void;
  ended(): void;
}

/** One worker and what it is doing. A worker that ends takes its job with it: that job fails, none other. */
class Thread {
  readonly #worker: Worker;
  readonly #owner: ThreadOwner;
  #isBusy = false;
  #task: Task | undefined;
  #failure: string | undefined;

  constructor(script: URL, owner: ThreadOwner) {
    this.#owner = owner;
    this.#worker = startThread(script);
    this.#worker.unref();
    this.#worker.on("message", (result: JobResult) => this.#finish(result));
    this.#worker.on("error", (error) => {
      this.#failure = String(error);
    });
    this.#worker.on("exit", (code) => this.#exited(code));
  }

  get isFree(): boolean {
    return !this.#isBusy;
  }

  perform(task: Task): void {
    this.#isBusy = true;
    this.#task = task;
    this.#worker.ref();
    const secret = secretOf(task.job).slice();
    this.#worker.postMessage(withSecret(task.job, secret), [secret.buffer]);
  }

  forget(): void {
    this.#task = undefined;
  }

  async end(): Promise<void> {
    this.forget();
    await this.#worker.terminate();
  }

  #finish(result: JobResult): void {
    const task = this.#task;
    this.#task = undefined;
    this.#isBusy = false;
    this.#worker.unref();
    this.#owner.finished(task, result);
  }

  #exited(code: number): void {
    const wasBusy = this.#isBusy;
    const task = this.#task;
    this.#task = undefined;
    this.#isBusy = true;
    this.#owner.ended();
    const reason = `the worker that performed it ended: ${this.#failure ?? `exit code ${code}`}`;
    if (wasBusy) this.#owner.finished(task, { kind: "failed", reason });
  }
}

/** A thread more takes the time of dozens of jobs to start; below this backlog the others are sooner done. */
const BACKLOG_PER_THREAD = 8;

/** At 0.5 ms a job (group 14), half a second of work: who waits longer has been asked to retransmit, or has given up. */
const QUEUE_MAX = 1024;

/** Beside this file and in the same language: compiled, or a source under a loader. */
const OWN_SCRIPT = new URL(
  import.meta.url.endsWith(".ts") ? "./job-worker.ts" : "./job-worker.js",
  import.meta.url,
);
