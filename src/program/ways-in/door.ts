/** Who may knock: connections that have not logged in are few, and an address begins only so many in a minute. */
import { WAYS_IN_LIMITS } from "./limits.ts";

export class Door {
  readonly #now: () => number;
  /** Of connections without a login, by address. */
  readonly #waiting = new Map<string, number>();
  /** When the minute of an address began, and how often it has come since; the oldest first. */
  readonly #came = new Map<string, { readonly since: number; readonly count: number }>();
  #count = 0;

  /** `now`: milliseconds. */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** Lets a connection wait for its login, or says why not; the function it gives ends the waiting. */
  knock(address: string, max: number = WAYS_IN_LIMITS.unauthenticated): (() => void) | string {
    const { unauthenticatedByAddress, connectionsPerMinute } = WAYS_IN_LIMITS;
    if (this.#comes(address) > connectionsPerMinute) return "it connects too often";
    const waiting = this.#waiting.get(address) ?? 0;
    if (this.#count >= max) return "too many connections have not logged in";
    if (waiting >= unauthenticatedByAddress) return "too many of its connections have not logged in";
    this.#waiting.set(address, waiting + 1);
    this.#count += 1;
    let isWaiting = true;
    return () => {
      if (!isWaiting) return;
      isWaiting = false;
      this.#count -= 1;
      const left = (this.#waiting.get(address) ?? 1) - 1;
      if (left === 0) this.#waiting.delete(address);
      else this.#waiting.set(address, left);
    };
  }

  #comes(address: string): number {
    const now = this.#now();
    const before = this.#came.get(address);
    const isGoing = before !== undefined && now - before.since < MINUTE;
    const came = isGoing ? { since: before.since, count: before.count + 1 } : { since: now, count: 1 };
    this.#came.delete(address);
    this.#came.set(address, came);
    for (const oldest of this.#came.keys()) {
      if (this.#came.size <= WAYS_IN_LIMITS.addresses) break;
      this.#came.delete(oldest);
    }
    return came.count;
  }
}

const MINUTE = 60_000;
