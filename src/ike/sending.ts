/** Sending within an exchange: building, encrypting, remembering what to repeat and what was answered with what. */
import { after } from "../base/time.ts";
import { encodeMessage } from "../isakmp/message.ts";
import { EXCHANGE_TYPE } from "../isakmp/numbers/exchange-type.ts";
import type { Payload } from "../isakmp/payload.ts";
import { type Answered, type Conversation, type Received, replaceIv } from "./conversation.ts";
import type { EngineState, Owner } from "./engine-state.ts";
import type { Phase1Mode, Step } from "./events.ts";
import { sendUnder } from "./fragmentation.ts";
import { retransmissionDelay } from "./limits.ts";
import { seal } from "./protection.ts";

/**
 * Messages whose answer we insist on: they are sent again until it comes. AM2 is not one: it goes to whoever wrote an
 * address into a first message, and a flood of it at that address must not be had for one datagram.
 */
const REPEATED: readonly Step[] = ["MM1", "MM3", "MM5", "AM1", "QM1", "QM2"];

/** Sends a message of an exchange; encrypted as soon as its SA has keys. */
export function say(state: EngineState, owner: Owner, step: Step, payloads: readonly Payload[]): void {
  const conversation = conversationOf(owner);
  const bytes = build(owner, payloads, conversation);
  transmit(state, owner, step, bytes, 0);
  const { working } = conversation;
  if (working !== undefined) {
    conversation.answered = {
      received: working.bytes,
      receivedStep: working.step,
      proof: working.proof,
      answer: { bytes, step, payloads },
      repeats: 0,
    };
    conversation.working = undefined;
  }
  if (!REPEATED.includes(step)) return;
  conversation.outstanding = { bytes, step, count: 0 };
  armRetransmission(state, owner);
}

/** The exchange has got what it asked for. */
export function stopRepeating(state: EngineState, owner: Owner): void {
  const conversation = conversationOf(owner);
  if (conversation.outstanding === undefined) return;
  conversation.outstanding = undefined;
  state.timers.clear(owner.exchange ?? owner.sa.repeating);
}

/** The deadline of an unanswered message. False when it has been repeated often enough. */
export function repeatOutstanding(state: EngineState, owner: Owner): boolean {
  const { outstanding } = conversationOf(owner);
  if (outstanding === undefined) return true;
  if (outstanding.count >= state.limits.retransmissionsMax) return false;
  outstanding.count += 1;
  transmit(state, owner, outstanding.step, outstanding.bytes, outstanding.count);
  armRetransmission(state, owner);
  return true;
}

/**
 * Sends the answer of an exchange again, to a repeat of the message it answered. Where the repeat differs in octets that
 * nothing authenticates, the answer is encrypted anew, for its IV is the repeat's last block.
 */
export function repeatAnswer(
  state: EngineState,
  owner: Owner,
  bytes: Uint8Array,
  nextIv: Uint8Array | undefined,
): void {
  const conversation = conversationOf(owner);
  const answered = countRepeat(state, conversation);
  if (answered === undefined) return;
  const messageId = owner.exchange?.messageId ?? 0;
  const exchange = owner.exchange === undefined ? owner.sa.mode : "quick";
  state.emit({
    kind: "repeat-received",
    sa: owner.sa.reference(),
    exchange,
    step: answered.receivedStep,
    messageId,
  });
  const { step, payloads } = answered.answer;
  if (nextIv === undefined) {
    transmit(state, owner, step, answered.answer.bytes, answered.repeats);
    return;
  }
  // The peer may have had the first answer after all and chain to that one.
  conversation.formerIvs = replaceIv(conversation.iv, conversation.formerIvs);
  conversation.iv = nextIv;
  const answer = { bytes: build(owner, payloads, conversation), step, payloads };
  conversation.answered = { ...answered, received: bytes, answer };
  if (owner.exchange === undefined && owner.sa.isEstablished) {
    owner.sa.formerBaseIvs = replaceIv(owner.sa.phase2BaseIv, owner.sa.formerBaseIvs);
    owner.sa.phase2BaseIv = conversation.iv;
  }
  if (conversation.outstanding !== undefined)
    conversation.outstanding = { ...conversation.outstanding, bytes: answer.bytes };
  transmit(state, owner, step, answer.bytes, answered.repeats);
}

/** Sends the answer of an exchange again, as often as to repeats of what it answers. */
export function resendAnswer(state: EngineState, owner: Owner): void {
  const answered = countRepeat(state, conversationOf(owner));
  if (answered === undefined) return;
  transmit(state, owner, answered.answer.step, answered.answer.bytes, answered.repeats);
}

/** What was answered, unless its answer has been sent again often enough. */
function countRepeat(state: EngineState, { answered }: Conversation): Answered | undefined {
  if (answered === undefined || answered.repeats >= state.limits.repeatsAnsweredMax) return undefined;
  answered.repeats += 1;
  return answered;
}

export function conversationOf(owner: Owner): Conversation {
  return owner.exchange ?? owner.sa.phase1;
}

/** Marks a message as accepted: whatever is said next answers it. */
export function accept(owner: Owner, received: Received): void {
  conversationOf(owner).working = received;
}

const PHASE1_EXCHANGE: { readonly [M in Phase1Mode]: number } = {
  main: EXCHANGE_TYPE["Identity Protection"],
  aggressive: EXCHANGE_TYPE.Aggressive,
};

function build(owner: Owner, payloads: readonly Payload[], conversation: Conversation): Uint8Array {
  const { sa, exchange } = owner;
  const header = {
    initiatorCookie: sa.initiatorCookie,
    responderCookie: sa.responderCookie,
    exchangeType: exchange === undefined ? PHASE1_EXCHANGE[sa.mode] : EXCHANGE_TYPE["Quick Mode"],
    messageId: exchange?.messageId ?? 0,
  };
  if (sa.protection === undefined)
    return encodeMessage({ ...header, majorVersion: 1, minorVersion: 0, flags: 0 }, payloads);
  const { bytes, nextIv } = seal(sa.protection, conversation.iv, header, payloads);
  conversation.iv = nextIv;
  return bytes;
}

function transmit(
  state: EngineState,
  owner: Owner,
  step: Step,
  bytes: Uint8Array,
  retransmission: number,
): void {
  const { sa, exchange } = owner;
  sendUnder(state, sa, bytes);
  state.emit({
    kind: "message-sent",
    sa: sa.reference(),
    exchange: exchange === undefined ? sa.mode : "quick",
    step,
    messageId: exchange?.messageId ?? 0,
    retransmission,
    length: bytes.length,
  });
}

function armRetransmission(state: EngineState, owner: Owner): void {
  const { outstanding } = conversationOf(owner);
  if (outstanding === undefined) return;
  const wait = retransmissionDelay(state.limits, outstanding.count + 1);
  state.timers.set(owner.exchange ?? owner.sa.repeating, after(state.now, wait), "a message is sent again");
}
