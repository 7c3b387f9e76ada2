/** Tells of dropped packets as events, but not of each: the first of its kind from a source, then how many since, at intervals. */
import { after, type Instant, seconds } from "../base/time.ts";
import type { IpsecEvent } from "./events.ts";
import type { DataPlaneLimits } from "./limits.ts";

type DropEvent = Extract<IpsecEvent, { kind: "packet-dropped" }>;

/** A dropped packet, as the event has it. */
export type Drop = Omit<DropEvent, "kind" | "notTold">;

interface Report {
  readonly nextAt: Instant;
  readonly notTold: number;
}

export class DropReports {
  readonly #limits: DataPlaneLimits;
  readonly #reports = new Map<string, Report>();

  constructor(limits: DataPlaneLimits) {
    this.#limits = limits;
  }

  /** The event to tell, or undefined while this kind of drop has been told recently. */
  report(now: Instant, drop: Drop): DropEvent | undefined {
    const key = this.#keyOf(now, drop);
    const known = this.#reports.get(key);
    if (known !== undefined && now < known.nextAt) {
      this.#reports.set(key, { nextAt: known.nextAt, notTold: known.notTold + 1 });
      return undefined;
    }
    this.#reports.delete(key);
    const nextAt = after(now, seconds(this.#limits.dropReportIntervalSeconds));
    this.#reports.set(key, { nextAt, notTold: 0 });
    return { kind: "packet-dropped", ...drop, notTold: known?.notTold ?? 0 };
  }

  /** Reports remembered. */
  get size(): number {
    return this.#reports.size;
  }

  #keyOf(now: Instant, drop: Drop): string {
    const key = `${drop.reason} ${drop.source}`;
    if (this.#reports.has(key) || this.#reports.size < this.#limits.dropReportKeysMax) return key;
    // The oldest report comes first; once its interval is over, it makes room.
    for (const [oldest, { nextAt }] of this.#reports) {
      if (nextAt > now) break;
      this.#reports.delete(oldest);
    }
    return this.#reports.size < this.#limits.dropReportKeysMax ? key : `${drop.reason} others`;
  }
}
