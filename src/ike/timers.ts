/** Deadlines of IKE: alarms that say what they are about, for whoever waits for the next. */
import { type Alarm, Alarms, UNSET } from "../base/alarms.ts";
import type { Deadline, Instant } from "../base/time.ts";

export interface IkeAlarm extends Alarm {
  alarmWhy: string;
}

export const UNSET_ALARM: IkeAlarm = { ...UNSET, alarmWhy: "" };

export class Timers<A extends IkeAlarm> {
  readonly #alarms = new Alarms<A>();

  /** Sets or resets it. */
  set(alarm: A, at: Instant, why: string): void {
    alarm.alarmWhy = why;
    this.#alarms.set(alarm, at);
  }

  clear(alarm: A): void {
    this.#alarms.cancel(alarm);
  }

  next(): Deadline | undefined {
    const alarm = this.#alarms.next();
    return alarm && { at: alarm.alarmAt, why: alarm.alarmWhy };
  }

  /** The earliest whose time has come, which is then not set any more. */
  takeDue(now: Instant): A | undefined {
    return this.#alarms.takeDue(now);
  }
}
