/** What a router's debugging tells of events: by subsystem, and by `debug crypto condition`. */
import type { GatewayEvent } from "../gateway/contract.ts";
import { admits, type DebugConditions, NO_CONDITIONS } from "./debug-conditions.ts";
import type { DebugFlag, DebugMessage } from "./debug-message.ts";
import { IosDebug } from "./ios-debug.ts";

export class DebugFilter {
  /** What is being debugged. */
  readonly flags: Set<DebugFlag>;
  conditions: DebugConditions = NO_CONDITIONS;
  readonly #iosDebug = new IosDebug();

  constructor(flags: ReadonlySet<DebugFlag>) {
    this.flags = new Set(flags);
  }

  set(flag: DebugFlag, on: boolean): void {
    if (on) this.flags.add(flag);
    else this.flags.delete(flag);
  }

  /** What is to be told of an event, in order; often nothing. */
  read(event: GatewayEvent): readonly DebugMessage[] {
    // Making text that nobody reads costs as much as the cryptography of a handshake.
    if (this.flags.size === 0) return [];
    const messages = this.#iosDebug.read(event);
    if (messages.length === 0 || !admits(this.conditions, event)) return [];
    return messages.filter(({ flag }) => this.flags.has(flag));
  }
}
