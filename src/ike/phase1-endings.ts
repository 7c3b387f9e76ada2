/** How phase 1 ends without an SA: told, answered where that gives nothing away, and remembered. */
import type { Failure } from "./action.ts";
import type { EngineState } from "./engine-state.ts";
import { heardFrom, noResponse, unconfirmedAnswer } from "./explain.ts";
import { proofNotAnswered } from "./explain-rsa.ts";
import type { IsakmpSa } from "./isakmp-sa.ts";
import { sendUnprotectedNotify } from "./notices.ts";
import { type Authentication, preSharedKeyOf } from "./phase1/authentication.ts";
import { refuseForAWhile } from "./phase1-admission.ts";
import { forget } from "./sa-lifecycle.ts";

/** How both ends prove themselves, where that is agreed on. */
export function authenticationOf({ state }: IsakmpSa): Authentication | undefined {
  return state !== undefined && "authentication" in state ? state.authentication : undefined;
}

/** No answer came however often we asked. */
export function phase1Unanswered(state: EngineState, sa: IsakmpSa): void {
  const step = sa.phase1.outstanding?.step ?? (sa.mode === "main" ? "MM1" : "AM1");
  const { address } = sa.remote;
  const authentication = authenticationOf(sa);
  const isProvenByRsa =
    step === "MM5" && authentication !== undefined && authentication.method !== "pre-share";
  failPhase1(
    state,
    sa,
    isProvenByRsa
      ? proofNotAnswered(address, authentication, heardFrom(sa.phase1.hints))
      : noResponse(address, step, preSharedKeyOf(authentication), sa.phase1.hints),
  );
}

/** Tells a failure, the peer too where it may know, and ends the SA. */
export function failPhase1(state: EngineState, sa: IsakmpSa, failure: Failure): void {
  reportFailure(state, sa, failure);
  refuseForAWhile(state, sa, failure.reason);
  if (failure.notify !== undefined && sa.protection === undefined)
    sendUnprotectedNotify(state, sa, failure.notify);
  forget(state, sa, failure.reason);
}

/** Tells a failure that the SA may survive. */
export function reportFailure(state: EngineState, sa: IsakmpSa, failure: Failure): void {
  const { reason, mismatches, origin, explanation } = failure;
  const authentication = authenticationOf(sa)?.method;
  state.emit({
    kind: "negotiation-failed",
    sa: sa.reference(),
    peer: sa.remote.address,
    exchange: sa.mode,
    role: sa.role,
    reason,
    ...(authentication === undefined ? {} : { authentication }),
    mismatches,
    origin,
    explanation,
  });
}

/** A half-open SA whose time is over. Who asked and was answered in aggressive mode with a key has had reason to confirm. */
export function phase1Expired(state: EngineState, sa: IsakmpSa): void {
  if (sa.state?.at === "awaits AM3" && !sa.state.isStranger && sa.phase1.failedProofs === 0)
    reportFailure(state, sa, unconfirmedAnswer(sa.remote.address, sa.state.authentication));
  forget(state, sa, "no response");
}
