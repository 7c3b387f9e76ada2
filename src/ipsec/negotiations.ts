/** Which flows IKE is negotiating for, and which must wait after a failure: one request per flow at a time. */
import { after, type Instant, seconds } from "../base/time.ts";
import type { DataPlaneLimits } from "./limits.ts";

type Negotiation =
  | { readonly at: "pending"; readonly until: Instant; readonly failures: number }
  | { readonly at: "resting"; readonly until: Instant; readonly failures: number };

/** Whether a request may go out; else how things stand. */
export type Asking =
  | { readonly kind: "ask"; readonly timeoutAt: Instant }
  | { readonly kind: "pending" }
  | { readonly kind: "resting"; readonly until: Instant };

export class Negotiations {
  readonly #limits: DataPlaneLimits;
  readonly #negotiations = new Map<string, Negotiation>();

  constructor(limits: DataPlaneLimits) {
    this.#limits = limits;
  }

  /** May IKE be asked for the flow? If so it counts as asked. */
  ask(now: Instant, key: string): Asking {
    const known = this.#negotiations.get(key);
    if (known?.at === "pending" && now < known.until) return { kind: "pending" };
    if (known?.at === "resting" && now < known.until) return { kind: "resting", until: known.until };
    const until = after(now, seconds(this.#limits.negotiationTimeoutSeconds));
    this.#put(key, { at: "pending", until, failures: known?.failures ?? 0 });
    return { kind: "ask", timeoutAt: until };
  }

  /** The flow must wait; gives until when. Each failure in a row doubles the wait. */
  failed(now: Instant, key: string): Instant {
    const failures = (this.#negotiations.get(key)?.failures ?? 0) + 1;
    const { backOffSecondsMin, backOffSecondsMax } = this.#limits;
    const wait = Math.min(backOffSecondsMin * 2 ** (failures - 1), backOffSecondsMax);
    const until = after(now, seconds(wait));
    this.#put(key, { at: "resting", until, failures });
    return until;
  }

  /** There is an SA, or the flow is gone. */
  settle(key: string): void {
    this.#negotiations.delete(key);
  }

  keys(): readonly string[] {
    return [...this.#negotiations.keys()];
  }

  /** Newest last; the oldest is forgotten where there are too many. */
  #put(key: string, negotiation: Negotiation): void {
    this.#negotiations.delete(key);
    this.#negotiations.set(key, negotiation);
    const [oldest] = this.#negotiations.keys();
    if (oldest !== undefined && this.#negotiations.size > this.#limits.negotiationsMax)
      this.#negotiations.delete(oldest);
  }
}
