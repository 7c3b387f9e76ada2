/**
 * Events as IOS logs them to the console and to log servers: `%CRYPTO-6-IKMP_MODE_FAILURE: …`. Who sends us rubbish in
 * quantity does not get a line for each: repetition is limited by peer and mnemonic.
 */
import type { Instant } from "../base/time.ts";
import type { GatewayEvent } from "../gateway/contract.ts";
import { CATALOGUE } from "./catalogue/catalogue.ts";
import type { EventKind, EventOf } from "./entry.ts";
import { OBSERVE_LIMITS } from "./limits.ts";
import { cryptoLog, type SyslogMessage, syslogLines } from "./syslog-message.ts";

export class Syslog {
  readonly #told = new Map<string, { since: Instant; count: number }>();

  /** What is logged about an event, each message as its lines; often nothing. */
  read(event: GatewayEvent): readonly (readonly string[])[] {
    return syslogMessages(event.kind, event)
      .filter((message) => this.#admits(message, event.at))
      .map(syslogLines);
  }

  #admits(message: SyslogMessage, now: Instant): boolean {
    const key = `${message.mnemonic} ${message.peer ?? ""}`;
    const told = this.#told.get(key);
    if (told !== undefined && now - told.since < OBSERVE_LIMITS.logPeriodMilliseconds) {
      told.count++;
      return told.count <= OBSERVE_LIMITS.logLinesPerPeriod;
    }
    this.#told.delete(key);
    if (this.#told.size >= OBSERVE_LIMITS.logCounts) this.#forgetOldest();
    this.#told.set(key, { since: now, count: 1 });
    return true;
  }

  #forgetOldest(): void {
    for (const key of this.#told.keys()) {
      this.#told.delete(key);
      return;
    }
  }
}

/** What IOS logs when `crypto isakmp enable` or its `no` form takes effect. */
export function isakmpOnOff(enabled: boolean): readonly string[] {
  return syslogLines(cryptoLog(6, "ISAKMP_ON_OFF", undefined, `ISAKMP is ${enabled ? "ON" : "OFF"}`));
}

function syslogMessages<K extends EventKind>(kind: K, event: EventOf<K>): readonly SyslogMessage[] {
  return CATALOGUE[kind].syslog?.(event) ?? [];
}
