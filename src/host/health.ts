/** How this process is: processor time, memory, and how long due tasks have waited. Measured every five seconds. */
import { freemem, totalmem } from "node:os";
import { type IntervalHistogram, monitorEventLoopDelay } from "node:perf_hooks";
import type { HealthView } from "../gateway/machine-view.ts";

export class HealthMonitor {
  /** Microseconds of processor time, the last one last. */
  readonly #samples: { readonly at: number; readonly used: number }[] = [];
  readonly #delays: IntervalHistogram;
  readonly #timer: NodeJS.Timeout;
  /** Milliseconds, of this minute and the one before. */
  #longest: readonly [number, number] = [0, 0];
  #ticks = 0;

  constructor() {
    this.#delays = monitorEventLoopDelay({ resolution: RESOLUTION });
    this.#delays.enable();
    this.#sample();
    this.#timer = setInterval(() => this.#tick(), SAMPLE_EVERY);
    this.#timer.unref();
  }

  view(): HealthView {
    const { rss, heapUsed, heapTotal, external } = process.memoryUsage();
    return {
      processId: process.pid,
      processor: [this.#load(5), this.#load(60), this.#load(300)],
      memory: {
        resident: rss,
        heapUsed,
        heapTotal,
        external,
        machineFree: freemem(),
        machineTotal: totalmem(),
      },
      longestDelay: Math.max(...this.#longest, this.#delaySoFar()),
    };
  }

  close(): void {
    clearInterval(this.#timer);
    this.#delays.disable();
  }

  #tick(): void {
    this.#sample();
    this.#ticks += 1;
    const [current] = this.#longest;
    this.#longest = [Math.max(current, this.#delaySoFar()), this.#longest[1]];
    this.#delays.reset();
    if (this.#ticks % TICKS_PER_MINUTE === 0) this.#longest = [0, this.#longest[0]];
  }

  /** Beyond what the measuring itself waits. */
  #delaySoFar(): number {
    return Math.max(0, this.#delays.max / 1e6 - RESOLUTION);
  }

  #sample(): void {
    const { user, system } = process.cpuUsage();
    this.#samples.push({ at: performance.now(), used: user + system });
    if (this.#samples.length > SAMPLES) this.#samples.shift();
  }

  /** Per cent of one processor since so many seconds ago, or since the beginning if that is later. */
  #load(seconds: number): number {
    const now = performance.now();
    const { user, system } = process.cpuUsage();
    const since = this.#samples.findLast(({ at }) => now - at >= seconds * 1000 - SAMPLE_EVERY / 2);
    const first = since ?? this.#samples[0];
    if (first === undefined || now <= first.at) return 0;
    return (user + system - first.used) / 10 / (now - first.at);
  }
}

/** Milliseconds. */
const SAMPLE_EVERY = 5000;
const TICKS_PER_MINUTE = 12;
/** Five minutes of them, and one more to count from. */
const SAMPLES = 61;
/** Milliseconds between looks at how late the event loop is. */
const RESOLUTION = 20;
