/** Carries out what quick mode decides: requests find an ISAKMP SA, messages their exchange, keys their way to IPsec. */
import { equal } from "../base/octets.ts";
import { after } from "../base/time.ts";
import type { JobResult } from "../crypto/jobs.ts";
import { CIPHERS } from "../crypto/names.ts";
import type { IsakmpHeader } from "../isakmp/header.ts";
import { DOI, PROTOCOL_ID } from "../isakmp/numbers/domain.ts";
import type { PayloadChain } from "../isakmp/payload-chain.ts";
import type { Failure } from "./action.ts";
import type { EngineState, Owner } from "./engine-state.ts";
import { sameBytes } from "./engine-state.ts";
import { type IsakmpSa, QuickModeExchange, type WaitingRequest } from "./isakmp-sa.ts";
import { phase2Iv } from "./keying.ts";
import { sendInformational } from "./notices.ts";
import { jobDone, receive } from "./phase2/quick-mode.ts";
import { begin } from "./phase2/quick-mode-initiator.ts";
import { respond } from "./phase2/quick-mode-responder.ts";
import { awaited, type QuickModeActions, type QuickModeContext } from "./phase2/quick-mode-state.ts";
import { hashedMessage, openFirst, openWith } from "./receiving.ts";
import { accept, repeatAnswer, say, stopRepeating } from "./sending.ts";

/** Whether an SA can take one more quick mode. */
export function hasRoom(state: EngineState, sa: IsakmpSa): boolean {
  return (
    sa.runningExchanges < state.limits.exchangesPerSaMax &&
    sa.usedMessageIds.size < state.limits.messageIdsPerSaMax
  );
}

export function failRequest(state: EngineState, failed: WaitingRequest): void {
  giveBackSpi(state, failed);
  state.output({ kind: "negotiation-failed", connectionId: failed.connection.id, selector: failed.selector });
}

/** Nothing came of a request: the SPI that was reserved for it is free again. */
export function giveBackSpi(state: EngineState, { spi }: WaitingRequest): void {
  if (spi !== undefined) state.spis.delete(spi);
}

export function startQuickMode(state: EngineState, sa: IsakmpSa, wanted: WaitingRequest): void {
  const exchange = newExchange(state, sa, state.takeMessageId(sa), "initiator", wanted);
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
  if (sa.usedMessageIds.has(messageId))
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
  sa.usedMessageIds.add(messageId);
  state.heard(sa);
  const exchange = newExchange(state, sa, messageId, "responder", undefined);
  const owner = { sa, exchange };
  exchange.iv = opened.nextIv;
  emitReceived(state, owner, "QM1", bytes);
  accept(owner, { bytes, step: "QM1", proof: { hash: hashOf(opened.chain), iv: opened.iv } });
  exchange.offeredSpi = opened.chain.payloads.find((payload) => payload.kind === "SA")?.proposals[0]?.spi;
  const context = contextOf(state, sa, exchange);
  if (context === undefined) return;
  perform(state, owner, respond(context, hashedMessage(opened.chain, opened.plaintext)));
  if (exchange.state === undefined) sa.exchanges.delete(messageId);
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
    return state.dropped(sa, local, remote, "busy", "its repeat: the message is being worked on");
  if (repeatsAnswered(state, owner, exchange, header, bytes)) return;
  const step = exchange.state === undefined ? undefined : awaited(exchange.state);
  if (step === undefined || exchange.state === undefined)
    return state.dropped(sa, local, remote, "unexpected", "nothing is awaited in this quick mode");
  const context = contextOf(state, sa, exchange);
  const opened = openWith(
    sa,
    [exchange.iv, ...exchange.formerIvs],
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
    exchange.formerIvs = [];
    accept(owner, { bytes, step, proof: { hash: hashOf(opened.chain), iv: opened.iv } });
  }
  perform(state, owner, actions);
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
  if (proof === undefined) return false;
  const opened = openWith(owner.sa, [proof.iv], header.nextPayload, bytes, (chain) =>
    equal(hashOf(chain), proof.hash),
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
  if (exchange.isFinished) {
    sa.exchanges.delete(exchange.messageId);
    state.emit({ kind: "exchange-purged", sa: sa.reference(), messageId: exchange.messageId });
    return;
  }
  const step = exchange.outstanding?.step ?? "QM1";
  const connection = exchange.request?.connection;
  fail(state, { sa, exchange }, exchange, {
    reason: "no response",
    explanation: `${sa.remote.address} does not answer ${step} of a quick mode.`,
    mismatches: [],
    origin: connection?.origins.entry,
    notify: undefined,
  });
}

/** The peer refused a quick mode of ours by an authenticated notification (RFC 2408 §3.14.1). */
export function refuseByPeer(state: EngineState, sa: IsakmpSa, notifyName: string, spi: Uint8Array): void {
  const running = [...sa.exchanges.values()].filter(
    (exchange) => exchange.role === "initiator" && !exchange.isFinished,
  );
  const number = spi.length === 4 ? new DataView(spi.buffer, spi.byteOffset, 4).getUint32(0) : undefined;
  const exchange =
    running.find((candidate) => candidate.spi === number) ?? (running.length === 1 ? running[0] : undefined);
  if (exchange === undefined) return;
  const connection = exchange.request?.connection;
  fail(state, { sa, exchange }, exchange, {
    reason: "peer refused",
    explanation: refusalSentence(sa, notifyName, exchange),
    mismatches: [],
    origin:
      notifyName === "INVALID-ID-INFORMATION"
        ? connection?.origins.accessList
        : connection?.origins.transformSet,
    notify: undefined,
  });
}

function refusalSentence(sa: IsakmpSa, notifyName: string, exchange: QuickModeExchange): string {
  const connection = exchange.request?.connection;
  const map =
    connection === undefined
      ? "our offer"
      : `our offer of crypto map ${connection.mapName} ${connection.sequence}`;
  if (notifyName === "NO-PROPOSAL-CHOSEN")
    return `${sa.remote.address} accepts no transform set of ${map} (${notifyName}): compare the transform sets, PFS and lifetimes of both ends.`;
  if (notifyName === "INVALID-ID-INFORMATION")
    return `${sa.remote.address} does not protect the traffic of ${map} (${notifyName}): the crypto access lists of both ends must mirror each other.`;
  return `${sa.remote.address} refuses ${map} (${notifyName}).`;
}

function fail(state: EngineState, owner: Owner, exchange: QuickModeExchange, failure: Failure): void {
  const { sa } = owner;
  const { reason, mismatches, origin, explanation, notify } = failure;
  state.emit({
    kind: "negotiation-failed",
    sa: sa.reference(),
    peer: sa.remote.address,
    exchange: "quick",
    role: exchange.role,
    reason,
    mismatches,
    origin,
    explanation,
  });
  if (notify !== undefined) sendRefusal(state, sa, exchange, notify);
  state.timers.clear(exchange);
  state.cancelJob(exchange);
  sa.exchanges.delete(exchange.messageId);
  if (exchange.isInstalled && exchange.spi !== undefined)
    state.output({ kind: "abandon-sa", peer: sa.remote.address, inboundSpi: exchange.spi });
  else if (exchange.spi !== undefined) state.spis.delete(exchange.spi);
  state.emit({
    kind: "exchange-finished",
    sa: sa.reference(),
    exchange: "quick",
    messageId: exchange.messageId,
    role: exchange.role,
    failed: true,
  });
  if (exchange.request !== undefined) failRequest(state, exchange.request);
}

function sendRefusal(
  state: EngineState,
  sa: IsakmpSa,
  exchange: QuickModeExchange,
  notifyType: number,
): void {
  // The SPI is the initiator's: it tells it which of its offers is meant.
  const spi = exchange.offeredSpi ?? new Uint8Array(0);
  sendInformational(state, sa, [
    {
      kind: "NOTIFY",
      doi: DOI.IPSEC,
      protocolId: PROTOCOL_ID.PROTO_IPSEC_ESP,
      spi,
      notifyType,
      data: new Uint8Array(0),
    },
  ]);
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
        state.output({ kind: "install-sa", sa: action.sa });
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
          `purge quick mode ${exchange.messageId}`,
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
  sa.exchanges.set(messageId, exchange);
  return exchange;
}

function emitReceived(
  state: EngineState,
  owner: Owner,
  step: "QM1" | "QM2" | "QM3",
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

function hashOf(chain: PayloadChain): Uint8Array {
  const [first] = chain.payloads;
  return first?.kind === "HASH" ? first.data : new Uint8Array(0);
}

function contextOf(
  state: EngineState,
  sa: IsakmpSa,
  exchange: QuickModeExchange,
): QuickModeContext | undefined {
  const { policy, conventions, random } = state;
  if (sa.protection === undefined) return undefined;
  const takeSpi = (): number => {
    exchange.spi = exchange.request?.spi ?? state.takeSpi();
    return exchange.spi;
  };
  return {
    policy,
    conventions,
    random,
    sa: sa.reference(),
    protection: sa.protection,
    messageId: exchange.messageId,
    natMethod: sa.nat?.method,
    takeSpi,
    takeConnIds: () => state.takeIpsecConnIds(),
  };
}
