/**
 * Aggressive mode (RFC 2409 §5.4), both roles. `*` is encrypted where the initiator likes to. With signatures (§5.1) CERT and
 * SIG stand for HASH; with encrypted nonces (§5.2) nonces and identities are encrypted to the peer's RSA key.
 *
 *     Initiator                               Responder
 *     AM1  HDR, SA, KE, Ni, IDii       -->
 *                                      <--    AM2  HDR, SA, KE, Nr, IDir, HASH_R
 *     AM3  HDR*, HASH_I                -->
 *
 * Identities go in clear, so that the responder can find the key by who the peer is, not only by where it is. The payloads
 * are in the order in which IOS sends them.
 */
import type { JobResult } from "../../crypto/jobs.ts";
import type { Payload } from "../../isakmp/payload.ts";
import { drop } from "../action.ts";
import { cannotSign } from "../explain-rsa.ts";
import {
  answerOpened,
  receiveAnswer,
  sayOffer,
  sayProof,
  saySignedProof,
} from "./aggressive-mode-initiator.ts";
import { offerOpened, receiveProof, sayAnswer, saySignedAnswer } from "./aggressive-mode-responder.ts";
import type { AggressiveModeState } from "./aggressive-mode-state.ts";
import { keyExchangeFailed } from "./keys.ts";
import type { Phase1Actions as Actions, Phase1Context } from "./phase1-state.ts";

/** A message the state awaits, decrypted where it came encrypted. */
export function receive(
  context: Phase1Context,
  state: AggressiveModeState,
  payloads: readonly Payload[],
): Actions {
  if (state.at === "awaits AM2") return receiveAnswer(context, state, payloads);
  if (state.at === "awaits AM3") return receiveProof(context, state, payloads);
  return [drop("unexpected", `nothing is awaited while the exchange ${state.at}`)];
}

/** The result of the job that the state waits for. */
export function jobDone(context: Phase1Context, state: AggressiveModeState, result: JobResult): Actions {
  if (result.kind === "failed")
    return state.at === "signs AM2" || state.at === "signs AM3"
      ? [{ do: "fail", failure: cannotSign(context.sa.remote.address, result.reason, state.authentication) }]
      : [keyExchangeFailed(context, result.reason)];
  if (state.at === "prepares AM1" && result.kind === "dh-public")
    return sayOffer(context, state, result.publicValue);
  if (state.at === "prepares AM2" && result.kind === "dh-both")
    return sayAnswer(context, state, result.publicValue, result.sharedSecret);
  if (state.at === "checks AM2" && result.kind === "dh-shared")
    return sayProof(context, state, result.sharedSecret);
  if (state.at === "opens AM1" && result.kind === "rsa-decrypt")
    return offerOpened(context, state, result.contents);
  if (state.at === "opens AM2" && result.kind === "rsa-decrypt")
    return answerOpened(context, state, result.contents);
  if (state.at === "signs AM2" && result.kind === "rsa-sign")
    return saySignedAnswer(context, state, result.signature);
  if (state.at === "signs AM3" && result.kind === "rsa-sign")
    return saySignedProof(context, state, result.signature);
  return [];
}
