/**
 * What a step of an exchange decides. A step is a function of its state and of what came; it decides, and the engine does,
 * in this order, one action after the other.
 */

import type { Origin } from "../base/origin.ts";
import type { Job } from "../crypto/jobs.ts";
import type { Payload } from "../isakmp/payload.ts";
import type { FailureReason, IkeEvent, Mismatch, Step } from "./events.ts";
import type { Protection } from "./protection.ts";

export type Action<State, Special> =
  | { readonly do: "tell"; readonly event: IkeEvent }
  /** Send a message of this exchange. It is encrypted as soon as the exchange is protected. */
  | { readonly do: "say"; readonly step: Step; readonly payloads: readonly Payload[] }
  | { readonly do: "work"; readonly job: Job }
  | { readonly do: "become"; readonly state: State }
  /** Phase 1: from here on messages are encrypted, the first one with this IV. */
  | { readonly do: "protect"; readonly protection: Protection; readonly iv: Uint8Array }
  | { readonly do: "fail"; readonly failure: Failure }
  /** The message changes nothing. Only ever the last action, with nothing but tellings before it. */
  | { readonly do: "drop"; readonly refusal: Refusal }
  | Special;

export interface Failure {
  readonly reason: FailureReason;
  /** One sentence for the operator. */
  readonly explanation: string;
  readonly mismatches: readonly Mismatch[];
  readonly origin: Origin | undefined;
  /** Notify message type for the peer (RFC 2408 §3.14.1); undefined says nothing. */
  readonly notify: number | undefined;
}

export interface Refusal {
  readonly reason: Extract<IkeEvent, { kind: "message-dropped" }>["reason"];
  readonly detail: string;
  readonly notify?: number;
}

export function tell(event: IkeEvent): { readonly do: "tell"; readonly event: IkeEvent } {
  return { do: "tell", event };
}

export function drop(
  reason: Refusal["reason"],
  detail: string,
  notify?: number,
): { readonly do: "drop"; readonly refusal: Refusal } {
  return { do: "drop", refusal: { reason, detail, ...(notify === undefined ? {} : { notify }) } };
}
