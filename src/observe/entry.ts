/** The shape of the catalogue: one row per kind of event, saying what each way of watching makes of it. */
import type { GatewayEvent } from "../gateway/contract.ts";
import type { DebugMemory } from "./debug-memory.ts";
import type { DebugMessage } from "./debug-message.ts";
import type { SyslogMessage } from "./syslog-message.ts";

export type EventKind = GatewayEvent["kind"];
export type EventOf<K extends EventKind> = Extract<GatewayEvent, { readonly kind: K }>;

export interface Entry<E> {
  /** What `debug crypto …` prints; `silent` where IOS prints nothing. */
  readonly debug: (event: E, memory: DebugMemory) => readonly DebugMessage[];
  /** What goes to the console and the log server without any debugging. */
  readonly syslog?: (event: E) => readonly SyslogMessage[];
  /** What a ladder shows. */
  readonly ladder?: (event: E) => LadderMark;
}

/** Rows of some kinds: each file of the catalogue is one of these. */
export type Rows<K extends EventKind> = { readonly [P in K]: Entry<EventOf<P>> };

/** A message on its way, a message that came, or something that happened at one end. Addresses are texts. */
export type LadderMark =
  | {
      readonly mark: "sent";
      readonly from: string;
      readonly to: string;
      readonly label: string;
      readonly note: string;
    }
  | { readonly mark: "received"; readonly from: string; readonly to: string; readonly label: string }
  | { readonly mark: "noted"; readonly where: string; readonly note: string };

export function silent(): readonly DebugMessage[] {
  return [];
}
