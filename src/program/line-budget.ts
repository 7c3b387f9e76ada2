/** How many lines of a kind are logged in a minute: what strangers can vary without end must not fill a disk. */
import { elapsed, type Instant } from "../base/time.ts";

/** `last` is logged too, and nothing more for the rest of the minute. */
export type Verdict = "log" | "last" | "leave out";

export class LineBudget {
  readonly #perMinute: number;
  #since: Instant | undefined;
  #count = 0;

  constructor(perMinute: number) {
    this.#perMinute = perMinute;
  }

  take(now: Instant): Verdict {
    if (this.#since === undefined || elapsed(this.#since, now) >= MINUTE) {
      this.#since = now;
      this.#count = 0;
    }
    this.#count += 1;
    if (this.#count < this.#perMinute) return "log";
    return this.#count === this.#perMinute ? "last" : "leave out";
  }
}

const MINUTE = 60_000;
