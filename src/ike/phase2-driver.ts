/** Carries out what quick mode decides: requests find an ISAKMP SA, messages their exchange, keys their way to IPsec. */
import { equal } from "../base/octets.ts";
import { after } from "../base/time.ts";
import type { JobResult } from "../crypto/jobs.ts";
import { CIPHERS } from "../crypto/names.ts";
import { FLAG_COMMIT, HEADER_LENGTH, type IsakmpHeader } from "../isakmp/header.ts";
import { NO_IVS } from "./conversation.ts";
import type { KeyedSa } from "./engine-contract.ts";
import type { EngineState, Owner } from "./engine-state.ts";
import { sameBytes } from "./engine-state.ts";
import type { Step } from "./events.ts";
import { type IsakmpSa, QuickModeExchange, type WaitingRequest } from "./isakmp-sa.ts";
import { phase2Iv } from "./keying.ts";
import { connected } from "./phase2/commit-bit.ts";
import { jobDone, receive } from "./phase2/quick-mode.ts";
import { begin } from "./phase2/quick-mode-initiator.ts";
import { respond } from "./phase2/quick-mode-responder.ts";
import { awaited, type QuickModeActions, type QuickModeContext } from "./phase2/quick-mode-state.ts";
import { fail } from "./phase2-failures.ts";
import { contentOf, hashedMessage, openFirst, openWith } from "./receiving.ts";
import { accept, repeatAnswer, say, stopRepeating } from "./sending.ts";
import type { InboundSpis } from "./spi-table.ts";

/** Whether an SA can take one more quick mode. */
export function hasRoom(state: EngineState, sa: IsakmpSa): boolean {
  if (sa.expiresAt !== undefined && sa.expiresAt <= state.now) return false;
  return (
    sa.runningExchanges < state.limits.exchangesPerSaMax &&
    sa.usedMessageIds.length < state.limits.messageIdsPerSaMax
  );
}

export function startQuickMode(state: EngineState, sa: IsakmpSa, wanted: WaitingRequest): void {
  const messageId = state.takeMessageId(sa);
  sa.useMessageId(messageId);
  const exchange = newExchange(state, sa, messageId, "initiator", wanted);
  const context = contextOf(state, sa, exchange);
  if (context !== undefined) perform(state, { sa, exchange }, begin(context, wanted));
}

/** Any quick mode message. */
export function receivePhase2(
  state: EngineState,
  sa: IsakmpSa,
  header: IsakmpHeader,
  bytes: Uint8Array,
): void {
  const exchange = sa.exchanges.get(header.messageId);
  if (exchange === undefined) receiveOffer(state, sa, header, bytes);
  else receiveNext(state, { sa, exchange }, exchange, header, bytes);
}

function receiveOffer(state: EngineState, sa: IsakmpSa, header: IsakmpHeader, bytes: Uint8Array): void {
  const { local, remote } = sa;
  const { messageId } = header;
  if (messageId === 0)
    return state.dropped(sa, local, remote, "unexpected", "a quick mode with message id 0");
  if (sa.hasUsed(messageId))
    return state.dropped(sa, local, remote, "replayed", `message id ${messageId} has been used`);
  if (!hasRoom(state, sa) || !state.hasRoomForJob)
    return state.dropped(sa, local, remote, "limit", `${sa.runningExchanges} quick modes are under way`);
  const opened = openFirst(sa, header, bytes);
  if (opened === undefined)
    return state.dropped(
      sa,
      local,
      remote,
      "hash mismatch",
      "a quick mode offer whose HASH(1) does not verify",
    );
  sa.useMessageId(messageId);
  state.heard(sa);
  const exchange = newExchange(state, sa, messageId, "responder", undefined);
  const owner = { sa, exchange };
  exchange.iv = opened.nextIv;
  emitReceived(state, owner, "QM1", bytes);
  accept(owner, {
    bytes,
    step: "QM1",
    proof: { content: contentOf(opened.chain, opened.plaintext), iv: opened.iv },
  });
  exchange.firstOffered = opened.chain.payloads.find((payload) => payload.kind === "SA")?.proposals[0];
  const context = contextOf(state, sa, exchange, header.flags);
  if (context === undefined) return;
  perform(state, owner, respond(context, hashedMessage(opened.chain, opened.plaintext)));
  if (exchange.state === undefined) sa.removeExchange(messageId);
}

function receiveNext(
  state: EngineState,
  owner: Owner,
  exchange: QuickModeExchange,
  header: IsakmpHeader,
  bytes: Uint8Array,
): void {
  const { sa } = owner;
  const { local, remote } = sa;
  const { answered } = exchange;
  if (answered !== undefined && sameBytes(bytes, answered.received))
    return repeatAnswer(state, owner, bytes, undefined);
  if (sameBytes(bytes, exchange.working?.bytes))
    return state.dropped(
      sa,
      local,
      remote,
      exchange.jobId === undefined ? "replayed" : "busy",
      "a repeat of a message that has been taken in",
    );
  if (repeatsAnswered(state, owner, exchange, header, bytes)) return;
  const step = exchange.state === undefined ? undefined : awaited(exchange.state);
  if (step === undefined || exchange.state === undefined)
    return state.dropped(sa, local, remote, "unexpected", "nothing is awaited in this quick mode");
  const context = contextOf(state, sa, exchange, header.flags);
  const opened = openWith(
    sa,
    [exchange.iv, ...exchange.formerIvs, ...firstIvOf(sa, exchange, step)],
    header.nextPayload,
    bytes,
    (chain) => chain.payloads[0]?.kind === "HASH",
  );
  if (opened === undefined || context === undefined)
    return state.dropped(sa, local, remote, "undecryptable", `${step} does not decrypt to payloads`);
  const actions = receive(context, exchange.state, hashedMessage(opened.chain, opened.plaintext));
  emitReceived(state, owner, step, bytes);
  if (actions.at(-1)?.do !== "drop") {
    stopRepeating(state, owner);
    state.heard(sa);
    exchange.iv = opened.nextIv;
    exchange.formerIvs = NO_IVS;
    accept(owner, {
      bytes,
      step,
      proof: { content: contentOf(opened.chain, opened.plaintext), iv: opened.iv },
    });
  }
  perform(state, owner, actions);
}

/** CONNECTED may come as a message of its own exchange, whose IV is that of a first one. */
function firstIvOf(sa: IsakmpSa, exchange: QuickModeExchange, step: Step): Uint8Array[] {
  const { protection } = sa;
  if (step !== "QM4" || protection === undefined) return [];
  const { blockLength } = CIPHERS[protection.cipher];
  return [phase2Iv(protection.hash, sa.phase2BaseIv, exchange.messageId, blockLength)];
}

/** The message we answered last, differing only where no HASH covers it. */
function repeatsAnswered(
  state: EngineState,
  owner: Owner,
  exchange: QuickModeExchange,
  header: IsakmpHeader,
  bytes: Uint8Array,
): boolean {
  const proof = exchange.answered?.proof;
  // Most often it is the next message, and shorter: that it is no repeat is seen without decrypting it.
  if (proof === undefined || bytes.length < HEADER_LENGTH + proof.content.length) return false;
  const opened = openWith(owner.sa, [proof.iv], header.nextPayload, bytes, (chain, plaintext) =>
    equal(contentOf(chain, plaintext), proof.content),
  );
  if (opened === undefined) return false;
  repeatAnswer(state, owner, bytes, opened.nextIv);
  return true;
}

export function phase2JobDone(
  state: EngineState,
  sa: IsakmpSa,
  exchange: QuickModeExchange,
  result: JobResult,
): void {
  const context = contextOf(state, sa, exchange);
  if (exchange.state !== undefined && context !== undefined)
    perform(state, { sa, exchange }, jobDone(context, exchange.state, result));
}

/** The deadline of an exchange: it was not answered, or its memory is no longer needed. */
export function phase2Over(state: EngineState, sa: IsakmpSa, exchange: QuickModeExchange): void {
  if (exchange.state?.at === "awaits CONNECTED")
    return perform(state, { sa, exchange }, connected(exchange.state));
  if (exchange.isFinished) {
    sa.removeExchange(exchange.messageId);
    state.emit({ kind: "exchange-purged", sa: sa.reference(), messageId: exchange.messageId });
    return;
  }
  const step = exchange.outstanding?.step ?? "QM1";
  const connection = exchange.request?.connection;
  fail(state, { sa, exchange }, exchange, {
    reason: "no response",
    explanation: `${sa.remote.address} does not answer ${step} of a quick mode.`,
    mismatches: [],
    origin: connection?.source.origin,
    notify: undefined,
  });
}

function perform(state: EngineState, owner: Owner, actions: QuickModeActions): void {
  const { sa, exchange } = owner;
  if (exchange === undefined) return;
  for (const action of actions) {
    switch (action.do) {
      case "tell":
        state.emit(action.event);
        break;
      case "become":
        exchange.state = action.state;
        break;
      case "say":
        say(state, owner, action.step, action.payloads);
        break;
      case "work":
        state.startJob(owner, action.job);
        break;
      case "install":
        exchange.isInstalled = true;
        if (action.sa.direction === "inbound") ownSpis(state, sa, exchange, action.sa);
        state.output({ kind: "install-sa", sa: action.sa });
        break;
      case "await-connected":
        stopRepeating(state, owner);
        state.timers.set(exchange, after(state.now, state.limits.connectedWait), "CONNECTED has not come");
        break;
      case "finish":
        stopRepeating(state, owner);
        state.emit({
          kind: "exchange-finished",
          sa: sa.reference(),
          exchange: "quick",
          messageId: exchange.messageId,
          role: exchange.role,
          failed: false,
        });
        state.timers.set(
          exchange,
          after(state.now, state.limits.finishedExchangeLife),
          "a quick mode is purged",
        );
        break;
      case "drop":
        state.dropped(sa, sa.local, sa.remote, action.refusal.reason, action.refusal.detail);
        break;
      case "fail":
        fail(state, owner, exchange, action.failure);
        return;
      case "protect":
        break;
    }
  }
}

/** The SPIs are those of an SA in use, but one for AH where the peer has chosen a transform set without. */
function ownSpis(state: EngineState, sa: IsakmpSa, exchange: QuickModeExchange, keyed: KeyedSa): void {
  const { spi, pairSpi: outboundSpi, peer, selector, ah } = keyed;
  state.spis.own(spi, {
    peer,
    identity: sa.identity,
    isakmpConnId: sa.connId,
    since: state.now,
    behindNat: sa.nat?.situation.remoteBehindNat === true ? { outboundSpi, selector } : undefined,
  });
  const unused = ah === undefined ? exchange.spis?.ahSpi : undefined;
  if (unused === undefined) return;
  state.spis.release(unused);
  exchange.spis = { spi, ahSpi: undefined };
}

function newExchange(
  state: EngineState,
  sa: IsakmpSa,
  messageId: number,
  role: "initiator" | "responder",
  wanted: WaitingRequest | undefined,
): QuickModeExchange {
  const exchange = new QuickModeExchange(sa, messageId, role, wanted, state.now);
  const { protection } = sa;
  if (protection !== undefined)
    exchange.iv = phase2Iv(
      protection.hash,
      sa.phase2BaseIv,
      messageId,
      CIPHERS[protection.cipher].blockLength,
    );
  sa.addExchange(exchange);
  return exchange;
}

function emitReceived(
  state: EngineState,
  owner: Owner,
  step: "QM1" | "QM2" | "QM3" | "QM4",
  bytes: Uint8Array,
): void {
  const messageId = owner.exchange?.messageId ?? 0;
  state.emit({
    kind: "message-received",
    sa: owner.sa.reference(),
    exchange: "quick",
    step,
    messageId,
    length: bytes.length,
  });
}

function contextOf(
  state: EngineState,
  sa: IsakmpSa,
  exchange: QuickModeExchange,
  flags = 0,
): QuickModeContext | undefined {
  const { connections, conventions, random } = state;
  if (sa.protection === undefined) return undefined;
  const takeSpis = (withAh: boolean): InboundSpis => {
    const { spi, ahSpi } = exchange.request?.spis ?? state.spis.takePair(random, withAh);
    const missesAh = withAh && ahSpi === undefined;
    exchange.spis = { spi, ahSpi: missesAh ? state.spis.take(random) : ahSpi };
    return exchange.spis;
  };
  return {
    connections,
    conventions,
    random,
    sa: sa.reference(),
    protection: sa.protection,
    messageId: exchange.messageId,
    peerCommits: (flags & FLAG_COMMIT) !== 0,
    nat: sa.nat,
    takenBehindNat: (selector) =>
      sa.nat?.situation.remoteBehindNat === true
        ? state.spis.otherBehindNat(sa.remote.address, sa.identity, selector)
        : undefined,
    takeSpis,
    takeConnIds: () => state.takeIpsecConnIds(),
  };
}
