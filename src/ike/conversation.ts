/**
 * What every exchange keeps to survive a network that loses, repeats, reorders and damages: the chain of IVs, the message
 * it repeats until it is answered, and the last message it answered with how it answered.
 */
import type { Payload } from "../isakmp/payload.ts";
import type { Step } from "./events.ts";

export interface Outstanding {
  readonly bytes: Uint8Array;
  readonly step: Step;
  /** Retransmissions so far. */
  count: number;
}

export interface Answered {
  /** The message as it came; an equal one is a repeat. */
  readonly received: Uint8Array;
  readonly receivedStep: Step;
  /**
   * Its payloads and the IV it was decrypted with, where it was encrypted: a message that differs only in its padding,
   * which no HASH covers, is a repeat too, and its answer must be chained to it anew.
   */
  readonly proof: { readonly content: Uint8Array; readonly iv: Uint8Array } | undefined;
  readonly answer: { readonly bytes: Uint8Array; readonly step: Step; readonly payloads: readonly Payload[] };
  /** Times the answer was sent again. */
  repeats: number;
}

export interface Received {
  readonly bytes: Uint8Array;
  readonly step: Step;
  readonly proof: Answered["proof"];
}

/** Thousands of idle SAs share what is empty. */
export const NO_IV = new Uint8Array(0);
export const NO_IVS: readonly Uint8Array[] = [];

export class Conversation {
  /** IV of the next encrypted message in either direction. */
  iv: Uint8Array = NO_IV;
  /** IVs that the peer may still chain to, after an answer was encrypted anew (`repeatAnswer`). */
  formerIvs: readonly Uint8Array[] = NO_IVS;
  outstanding: Outstanding | undefined;
  answered: Answered | undefined;
  /** Accepted, and being worked on: its answer is still to come. */
  working: Received | undefined;
  /** The job it waits for. */
  jobId: number | undefined;
}

/** As many answers encrypted anew as are worth remembering. */
const FORMER_IVS_MAX = 32;

/** The current IV becomes a former one. */
export function replaceIv(current: Uint8Array, former: readonly Uint8Array[]): readonly Uint8Array[] {
  return [current, ...former].slice(0, FORMER_IVS_MAX);
}
