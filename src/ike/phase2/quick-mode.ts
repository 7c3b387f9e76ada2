/**
 * Quick mode (RFC 2409 §5.5), with and without PFS. All of it is encrypted.
 *
 *     Initiator                                            Responder
 *     QM1  HASH(1), SA, Ni [, KE] [, IDci, IDcr]   -->
 *                                                  <--     QM2  HASH(2), SA, Nr [, KE] [, IDci, IDcr]
 *     QM3  HASH(3)                                 -->
 *
 * The responder's inbound SA is there before QM2 leaves, since the initiator's packets may overtake QM3; its outbound SA
 * waits for QM3, which proves that QM1 was no replay.
 */
import type { JobResult } from "../../crypto/jobs.ts";
import { NOTIFY_TYPE } from "../../isakmp/numbers/notify-type.ts";
import { drop } from "../action.ts";
import { receiveConnected } from "./commit-bit.ts";
import { fail } from "./quick-mode-failures.ts";
import { completeInitiator, receiveAnswer, sayOffer } from "./quick-mode-initiator.ts";
import { receiveProof, sayAnswer } from "./quick-mode-responder.ts";
import type {
  QuickModeActions as Actions,
  HashedMessage,
  QuickModeContext,
  QuickModeState,
} from "./quick-mode-state.ts";

/** A decrypted message that the state awaits. */
export function receive(context: QuickModeContext, state: QuickModeState, message: HashedMessage): Actions {
  if (state.at === "awaits QM2") return receiveAnswer(context, state, message);
  if (state.at === "awaits QM3") return receiveProof(context, state, message);
  if (state.at === "awaits CONNECTED") return receiveConnected(context, state, message);
  return [drop("unexpected", `nothing is awaited while the quick mode ${state.at}`)];
}

export function jobDone(context: QuickModeContext, state: QuickModeState, result: JobResult): Actions {
  if (result.kind === "failed")
    return [
      fail(
        undefined,
        "invalid key exchange value",
        `The Diffie-Hellman exchange of a quick mode with ${context.sa.remote.address} failed: ${result.reason}.`,
        NOTIFY_TYPE["INVALID-KEY-INFORMATION"],
      ),
    ];
  if (state.at === "generates key pair" && result.kind === "dh-public")
    return sayOffer(context, state, result.publicValue);
  if (state.at === "computes shared secret" && result.kind === "dh-shared")
    return completeInitiator(context, state, result.sharedSecret);
  if (state.at === "computes keys" && result.kind === "dh-both")
    return sayAnswer(context, state, state.answer, result.publicValue, result.sharedSecret);
  return [];
}
