/** Carries out what phase 1 decides: creates, feeds, establishes and ends ISAKMP SAs. */
import { equal } from "../base/octets.ts";
import { after } from "../base/time.ts";
import type { JobResult } from "../crypto/jobs.ts";
import type { IsakmpHeader } from "../isakmp/header.ts";
import { EXCHANGE_TYPE } from "../isakmp/numbers/exchange-type.ts";
import type { Payload } from "../isakmp/payload.ts";
import { recogniseVendorId } from "../isakmp/vendor-ids.ts";
import type { Endpoint } from "../net/ip-address.ts";
import type { Refusal } from "./action.ts";
import type { Answered, Received } from "./conversation.ts";
import type { EngineState } from "./engine-state.ts";
import { sameBytes } from "./engine-state.ts";
import { establish } from "./establishment.ts";
import type { Phase1Mode, Phase1Step } from "./events.ts";
import { UNOFFERED, wrongPreSharedKey } from "./explain.ts";
import { proofNotVerified } from "./explain-rsa.ts";
import { IsakmpSa } from "./isakmp-sa.ts";
import { sendUnprotectedNotify } from "./notices.ts";
import { respond as respondAggressively } from "./phase1/aggressive-mode-responder.ts";
import { respond } from "./phase1/main-mode.ts";
import { NAT_PORT } from "./phase1/nat-steps.ts";
import { jobDone, receive } from "./phase1/phase1.ts";
import { awaited, type Phase1Actions, type Phase1Context } from "./phase1/phase1-state.ts";
import { admitsStranger, refuseForAWhile } from "./phase1-admission.ts";
import { authenticationOf, failPhase1, reportFailure } from "./phase1-endings.ts";
import type { ProtectionSuite } from "./policy.ts";
import { decodeChain, openWith, provenContent } from "./receiving.ts";
import { forget } from "./sa-lifecycle.ts";
import { accept, repeatAnswer, resendAnswer, say, stopRepeating } from "./sending.ts";

/** A first message: a new SA, or a repeat of the one that made it. */
export function receiveFirst(
  state: EngineState,
  local: Endpoint,
  remote: Endpoint,
  mode: Phase1Mode,
  header: IsakmpHeader,
  bytes: Uint8Array,
): void {
  const step = mode === "main" ? "MM1" : "AM1";
  const known = state.table.findByFirstMessage(remote, header.initiatorCookie);
  if (known !== undefined) {
    const isRepeat =
      known.phase1.answered?.receivedStep === step && sameBytes(bytes, known.phase1.answered.received);
    if (isRepeat) return repeatAnswer(state, { sa: known, exchange: undefined }, bytes, undefined);
    if (sameBytes(bytes, known.phase1.working?.bytes))
      return state.dropped(known, local, remote, "busy", "a repeat of a message that has been taken in");
    return state.dropped(known, local, remote, "unexpected", "a first message with a cookie that is in use");
  }
  if (bytes.length > state.limits.firstMessageMax)
    return state.dropped(undefined, local, remote, "limit", `a first message of ${bytes.length} octets`);
  if (!admitsStranger(state, local, remote, mode)) return;
  // An identity in AM1 is encrypted where the offer below it says so.
  const mayBeSealed = mode === "aggressive" && state.policy.rsa.encryptionKey !== undefined;
  const payloads = decodeChain(state, undefined, local, remote, header.nextPayload, bytes, mayBeSealed);
  if (payloads === undefined) return;
  const sa = new IsakmpSa({
    connId: state.takeConnId(),
    role: "responder",
    mode,
    ...state.keptEnds(local, remote),
    initiatorCookie: header.initiatorCookie,
    responderCookie: state.takeCookie("responder cookie"),
    createdAt: state.now,
  });
  state.emit({
    kind: "message-received",
    sa: sa.reference(),
    exchange: mode,
    step,
    messageId: 0,
    length: bytes.length,
  });
  learn(sa, payloads);
  accept({ sa, exchange: undefined }, { bytes, step, proof: undefined });
  const answer = mode === "main" ? respond : respondAggressively;
  const actions = answer(contextOf(state, sa), payloads);
  // Others give way to what can become an SA, and to nothing else.
  if (actions.some((action) => action.do === "become")) makeRoom(state, remote);
  state.table.add(sa);
  perform(state, sa, actions);
  if (sa.state === undefined && state.table.has(sa)) state.table.remove(sa);
  else if (state.table.has(sa)) armHalfOpenLife(state, sa);
}

function makeRoom(state: EngineState, { address }: Endpoint): void {
  const displaced = state.table.displacedBy(address, state.halfOpenLimits);
  if (displaced !== undefined) forget(state, displaced, "limit reached");
}

/** It lasts from one message of its initiator to the next. */
function armHalfOpenLife(state: EngineState, sa: IsakmpSa): void {
  state.timers.set(sa, after(state.now, state.limits.halfOpenLife), "a half-open SA is forgotten");
}

/** Any later message of phase 1. */
export function receivePhase1(
  state: EngineState,
  sa: IsakmpSa,
  header: IsakmpHeader,
  isEncrypted: boolean,
  bytes: Uint8Array,
): void {
  const { local, remote } = sa;
  if (sameBytes(bytes, sa.phase1.answered?.received)) {
    // The last message of an exchange is not repeated by its sender alone: it is asked for again.
    if (sa.role === "responder" || sa.mode === "aggressive")
      repeatAnswer(state, { sa, exchange: undefined }, bytes, undefined);
    return;
  }
  if (sameBytes(bytes, sa.phase1.working?.bytes))
    return state.dropped(sa, local, remote, "busy", "a repeat of a message that has been taken in");
  const waitsFor = sa.state === undefined ? undefined : awaited(sa.state);
  if (waitsFor === undefined) {
    if (isEncrypted && repeatsProof(state, sa, header, bytes)) return;
    return state.dropped(
      sa,
      local,
      remote,
      "unexpected",
      sa.isEstablished ? "phase 1 is over" : "nothing is awaited yet",
    );
  }
  const mustBe = waitsFor.encrypted ?? isEncrypted;
  if (isEncrypted !== mustBe)
    return state.dropped(
      sa,
      local,
      remote,
      isEncrypted ? "unexpected" : "not encrypted",
      `${waitsFor.step} must ${mustBe ? "" : "not "}be encrypted`,
    );
  if (isEncrypted) receiveProof(state, sa, header, waitsFor.step, bytes);
  else receiveClear(state, sa, header, waitsFor.step, bytes);
}

function receiveClear(
  state: EngineState,
  sa: IsakmpSa,
  header: IsakmpHeader,
  step: Phase1Step,
  bytes: Uint8Array,
): void {
  const sealedIdentities = authenticationOf(sa)?.method === "rsa-encr";
  const payloads = decodeChain(state, sa, sa.local, sa.remote, header.nextPayload, bytes, sealedIdentities);
  if (payloads === undefined) return;
  if (step === "MM3" && !state.hasRoomForJob)
    return state.dropped(sa, sa.local, sa.remote, "limit", `${state.jobs.size} jobs are under way`);
  // The cookie of an answer is taken over only with the answer: somebody else may have sent it.
  const context = { ...contextOf(state, sa), responderCookie: header.responderCookie };
  const refusal = feed(state, sa, { bytes, step, proof: undefined }, context, payloads, undefined);
  countFailedProof(state, sa, step, refusal);
}

function receiveProof(
  state: EngineState,
  sa: IsakmpSa,
  header: IsakmpHeader,
  step: Phase1Step,
  bytes: Uint8Array,
): void {
  const iv = sa.phase1.iv;
  const opened = openWith(sa, [iv], header.nextPayload, bytes);
  if (opened === undefined) {
    state.dropped(sa, sa.local, sa.remote, "undecryptable", `${step} does not decrypt to payloads`);
    if (PROOFS.includes(step)) proofFailed(state, sa);
    return;
  }
  const proof = { content: provenContent(opened.chain), iv };
  const refusal = feed(
    state,
    sa,
    { bytes, step, proof },
    { ...contextOf(state, sa), isProtected: true },
    opened.chain.payloads,
    opened.nextIv,
  );
  countFailedProof(state, sa, step, refusal);
}

function countFailedProof(
  state: EngineState,
  sa: IsakmpSa,
  step: Phase1Step,
  refusal: Refusal | undefined,
): void {
  if (refusal?.reason !== "undecryptable" && refusal?.reason !== "hash mismatch") return;
  if (PROOFS.includes(step)) proofFailed(state, sa);
}

/** What an initiator proves itself by. */
const PROOFS: readonly Phase1Step[] = ["MM5", "AM3"];

/** Feeds a message to its exchange. Gives why it changed nothing; undefined where it did. */
function feed(
  state: EngineState,
  sa: IsakmpSa,
  received: Received,
  context: Phase1Context,
  payloads: readonly Payload[],
  nextIv: Uint8Array | undefined,
): Refusal | undefined {
  const before = sa.state;
  if (before === undefined) return undefined;
  const actions = receive(context, before, payloads);
  const last = actions.at(-1);
  const owner = { sa, exchange: undefined };
  state.emit({
    kind: "message-received",
    sa: sa.reference(),
    exchange: sa.mode,
    step: received.step,
    messageId: 0,
    length: received.bytes.length,
  });
  if (last?.do !== "drop") {
    if (!sa.knowsResponderCookie) state.table.setResponderCookie(sa, context.responderCookie);
    stopRepeating(state, owner);
    accept(owner, received);
    learn(sa, payloads);
    if (sa.role === "responder") armHalfOpenLife(state, sa);
    if (nextIv !== undefined) {
      sa.phase1.iv = nextIv;
      state.heard(sa);
    }
  }
  perform(state, sa, actions);
  if (last?.do !== "drop") return undefined;
  if ((before.at === "awaits MM2" || before.at === "awaits AM2") && !sa.phase1.hints.includes(UNOFFERED))
    sa.phase1.hints = [...sa.phase1.hints, UNOFFERED];
  return last.refusal;
}

/** What the peer says that it can. */
function learn(sa: IsakmpSa, payloads: readonly Payload[]): void {
  for (const payload of payloads) {
    const name = payload.kind === "VID" ? recogniseVendorId(payload.vendorId)?.name : undefined;
    if (name === "DPD") sa.peerKnowsDpd = true;
    if (name === "FRAGMENTATION") sa.peerKnowsFragments = true;
  }
}

/** The result of a job that phase 1 waits for. */
export function phase1JobDone(state: EngineState, sa: IsakmpSa, result: JobResult): void {
  if (sa.state !== undefined) perform(state, sa, jobDone(contextOf(state, sa), sa.state, result));
}

/** A fifth message after the end of phase 1: the sixth was lost. */
function repeatsProof(state: EngineState, sa: IsakmpSa, header: IsakmpHeader, bytes: Uint8Array): boolean {
  const proof =
    sa.role === "responder" && !sa.phase1.isChainFixed && sa.phase1.answered?.receivedStep === "MM5"
      ? sa.phase1.answered.proof
      : undefined;
  return proof !== undefined && repeatsAnswered(state, sa, proof, header, bytes);
}

function repeatsAnswered(
  state: EngineState,
  sa: IsakmpSa,
  proof: NonNullable<Answered["proof"]>,
  header: IsakmpHeader,
  bytes: Uint8Array,
): boolean {
  const opened = openWith(sa, [proof.iv], header.nextPayload, bytes, (chain) =>
    equal(provenContent(chain), proof.content),
  );
  if (opened === undefined) return false;
  repeatAnswer(state, { sa, exchange: undefined }, bytes, opened.nextIv);
  return true;
}

/** A proof that our key does not verify: told once, survived a few times. */
function proofFailed(state: EngineState, sa: IsakmpSa): void {
  sa.phase1.failedProofs += 1;
  const authentication = authenticationOf(sa);
  // That a stranger has no key has been told.
  const isStranger = sa.state?.at === "awaits AM3" && sa.state.isStranger;
  const failure =
    authentication === undefined || authentication.method === "pre-share"
      ? wrongPreSharedKey(sa.remote.address, authentication?.key)
      : proofNotVerified(sa.remote.address, authentication, chosenSuite(sa)?.origin);
  refuseForAWhile(state, sa, failure.reason);
  if (sa.phase1.failedProofs === 1 && !isStranger) reportFailure(state, sa, failure);
  if (sa.phase1.failedProofs >= state.limits.authenticationTriesMax) forget(state, sa, failure.reason);
}

function chosenSuite({ state }: IsakmpSa): ProtectionSuite | undefined {
  return state !== undefined && "choice" in state ? state.choice.suite : undefined;
}

export function perform(state: EngineState, sa: IsakmpSa, actions: Phase1Actions): void {
  const owner = { sa, exchange: undefined };
  for (const action of actions) {
    switch (action.do) {
      case "tell":
        state.emit(action.event);
        break;
      case "become":
        sa.state = action.state;
        break;
      case "say":
        say(state, owner, action.step, action.payloads);
        break;
      case "work":
        state.startJob(owner, action.job);
        break;
      case "protect":
        sa.protection = action.protection;
        sa.phase1.iv = action.iv;
        break;
      case "traverse":
        sa.nat = { method: action.method, situation: action.situation };
        if (sa.role === "responder" || sa.local.port === NAT_PORT) break;
        state.follow(sa, {
          local: { ...sa.local, port: NAT_PORT },
          remote: { ...sa.remote, port: NAT_PORT },
        });
        // Where the last message came from is of no use any more.
        sa.arrival = undefined;
        break;
      case "establish":
        establish(state, sa, action);
        break;
      case "drop": {
        const { reason, detail, notify } = action.refusal;
        state.dropped(sa, sa.local, sa.remote, reason, detail);
        if (notify !== undefined) sendUnprotectedNotify(state, sa, notify);
        break;
      }
      case "fail":
        failPhase1(state, sa, action.failure);
        break;
    }
  }
}

export function contextOf(state: EngineState, sa: IsakmpSa): Phase1Context {
  const { policy, conventions, random } = state;
  const { initiatorCookie, responderCookie } = sa;
  const peer = sa.remote.address;
  const isFirstContact =
    !state.spis.hasPeer(peer) &&
    !state.table.ofPeer(peer).some((other) => other !== sa && other.isEstablished);
  return {
    policy,
    conventions,
    random,
    sa: sa.reference(),
    initiatorCookie,
    responderCookie,
    isFirstContact,
    traversesNat: sa.nat !== undefined,
    arrival: sa.arrival ?? sa,
    isProtected: false,
    timeOfDay: state.timeOfDay,
  };
}

/**
 * A responder of aggressive mode that gets what comes after phase 1 has missed the third message. It asks for it by its
 * answer: its cookie has come back, so it answers nobody but the peer.
 */
export function askForProof(state: EngineState, sa: IsakmpSa): void {
  if (sa.state?.at === "awaits AM3") resendAnswer(state, { sa, exchange: undefined });
}

/** The exchange of phase 1 that an exchange type stands for. */
export function phase1ModeOf(exchangeType: number): Phase1Mode | undefined {
  if (exchangeType === EXCHANGE_TYPE["Identity Protection"]) return "main";
  return exchangeType === EXCHANGE_TYPE.Aggressive ? "aggressive" : undefined;
}
