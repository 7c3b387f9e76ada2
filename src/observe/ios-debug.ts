/**
 * Events as IOS 12.2 prints them to a session that debugs (`debug crypto isakmp` and its like). One reader per gateway
 * and session; it reads every event, whichever flags are on, and the session picks by flag.
 */
import type { GatewayEvent } from "../gateway/contract.ts";
import { CATALOGUE } from "./catalogue/catalogue.ts";
import { DebugMemory } from "./debug-memory.ts";
import type { DebugMessage } from "./debug-message.ts";
import type { EventKind, EventOf } from "./entry.ts";

export class IosDebug {
  readonly #memory = new DebugMemory();

  /** What IOS prints about an event, in order; often nothing. */
  read(event: GatewayEvent): readonly DebugMessage[] {
    return debugMessages(event.kind, event, this.#memory);
  }
}

function debugMessages<K extends EventKind>(
  kind: K,
  event: EventOf<K>,
  memory: DebugMemory,
): readonly DebugMessage[] {
  return CATALOGUE[kind].debug(event, memory);
}
