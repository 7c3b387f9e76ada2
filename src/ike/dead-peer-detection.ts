/**
 * Dead peer detection (RFC 3706): a peer whose silence gives reason to worry is asked whether it is there, and one that
 * does not answer is given up, with all its SAs. Packets of IPsec that come from it are answer enough.
 */
import { concat, u32Octets } from "../base/octets.ts";
import { after, elapsed, type Instant, type Milliseconds, seconds } from "../base/time.ts";
import { DOI, PROTOCOL_ID } from "../isakmp/numbers/domain.ts";
import { NOTIFY_TYPE } from "../isakmp/numbers/notify-type.ts";
import type { Notification } from "../isakmp/payloads/notification.ts";
import type { IpAddress } from "../net/ip-address.ts";
import type { Traffic } from "./engine-contract.ts";
import { type EngineState, sameCookies } from "./engine-state.ts";
import type { IsakmpSa } from "./isakmp-sa.ts";
import { deleteIsakmpSa, sendInformational } from "./notices.ts";
import type { DeadPeerDetection } from "./policy.ts";
import { forget } from "./sa-lifecycle.ts";

/** What is known of a peer's being there. */
export interface Liveness {
  /** When it was last known to be. */
  readonly aliveAt: Instant;
  /** What IPsec had carried by then, or by the first look. */
  readonly traffic: Traffic | undefined;
  /** Of our last R-U-THERE. */
  readonly sequenceNumber: number;
  /** R-U-THERE without an answer since. */
  readonly unanswered: number;
}

/** Begins or goes on looking whether the peer is there, if that is configured and the peer knows DPD. */
export function watchPeer(state: EngineState, sa: IsakmpSa): void {
  const { deadPeerDetection } = state.policy;
  if (deadPeerDetection === undefined || !sa.isEstablished || !sa.peerKnowsDpd)
    return stopWatching(state, sa);
  sa.liveness ??= {
    aliveAt: state.now,
    traffic: undefined,
    sequenceNumber: firstNumber(state),
    unanswered: 0,
  };
  arm(state, sa, deadPeerDetection);
}

/** The top bit is clear, so that the numbers do not run over (RFC 3706 §6.2). */
function firstNumber({ random }: EngineState): number {
  const [first = 0, ...others] = random.bytes("dpd sequence number", 4);
  return new DataView(Uint8Array.of(first & 0x7f, ...others).buffer).getUint32(0);
}

function stopWatching(state: EngineState, sa: IsakmpSa): void {
  if (sa.liveness !== undefined) state.timers.clear(sa.watch);
  sa.liveness = undefined;
}

/** Time to look: IPsec is asked what it has carried, and what it says decides. */
export function lookAfterPeer(state: EngineState, sa: IsakmpSa): void {
  const { deadPeerDetection } = state.policy;
  if (deadPeerDetection === undefined || sa.liveness === undefined) return stopWatching(state, sa);
  // One SA is enough to ask under: the newest. Should that go, the others are still looked after.
  if (sasWithPeerOf(state, sa).at(-1) === sa)
    state.output({
      kind: "ask-traffic",
      connId: sa.connId,
      localAddress: sa.local.address,
      peer: sa.remote.address,
      inboundSpis: sa.nat?.situation.remoteBehindNat === true ? pairsOf(state, sa) : undefined,
    });
  // Whoever does not answer is asked again.
  arm(state, sa, deadPeerDetection);
}

/** Behind one NAT there may be several peers: they are told apart by what they proved to be. */
function sasWithPeerOf(state: EngineState, { local, remote, identity }: IsakmpSa): readonly IsakmpSa[] {
  return state.table
    .ofPeer(remote.address)
    .filter((sa) => sa.isEstablished && sa.local.address === local.address && sa.identity === identity);
}

/** Our SPIs of the pairs with a peer. */
function pairsOf({ spis }: EngineState, { remote, identity }: IsakmpSa): readonly number[] {
  return spis.ofPeer(remote.address).flatMap((pair) => (pair.identity === identity ? [pair.spi] : []));
}

/** What IPsec has carried to and from a peer so far. */
export function weighTraffic(state: EngineState, peer: IpAddress, connId: number, traffic: Traffic): void {
  const { deadPeerDetection } = state.policy;
  const sa = state.table.ofPeer(peer).find((candidate) => candidate.connId === connId);
  const before = sa?.liveness;
  if (sa === undefined || before === undefined || deadPeerDetection === undefined) return;
  const known = before.traffic;
  if (known !== undefined && traffic.inbound > known.inbound) {
    isThere(state, sa, traffic);
    if (before.unanswered > 0) return;
  }
  // SAs that are gone have taken what they carried with them.
  else if (known === undefined || traffic.inbound < known.inbound || traffic.outbound < known.outbound)
    sa.liveness = { ...before, traffic };
  const { unanswered, aliveAt, traffic: base } = sa.liveness ?? before;
  const isSilent = elapsed(aliveAt, state.now) >= seconds(deadPeerDetection.seconds);
  const sends = base !== undefined && traffic.outbound > base.outbound;
  const isWorried = deadPeerDetection.mode === "periodic" || (sends && isSilent);
  if (unanswered > state.limits.dpdRetriesMax) return giveUp(state, sa);
  if (unanswered > 0 || isWorried) ask(state, sa, sa.liveness ?? before);
  arm(state, sa, deadPeerDetection);
}

/**
 * Each number goes out twice: peers that lost it want it again, peers whose answer was lost the next one, for several take
 * none that they have had.
 */
function ask(state: EngineState, sa: IsakmpSa, liveness: Liveness): void {
  const { unanswered } = liveness;
  const sequenceNumber =
    unanswered % 2 === 1 ? liveness.sequenceNumber : (liveness.sequenceNumber + 1) % NUMBERS;
  sa.liveness = { ...liveness, sequenceNumber, unanswered: unanswered + 1 };
  if (unanswered > 0)
    state.emit({
      kind: "dpd-unanswered",
      sa: sa.reference(),
      count: unanswered,
      retriesMax: state.limits.dpdRetriesMax,
    });
  sendInformational(state, sa, [dpdNotification(sa, "R-U-THERE", u32Octets(sequenceNumber))]);
}

/** Nothing comes from it any more: all SAs with it go. What wants to be sent finds another peer or begins anew. */
function giveUp(state: EngineState, sa: IsakmpSa): void {
  const { local, remote } = sa;
  state.emit({ kind: "peer-dead", sa: sa.reference(), retries: state.limits.dpdRetriesMax });
  for (const other of sasWithPeerOf(state, sa)) {
    // It may hear us though we do not hear it.
    deleteIsakmpSa(state, other);
    forget(state, other, "peer dead");
  }
  for (const spi of pairsOf(state, sa))
    state.output({
      kind: "remove-ipsec-sa",
      peer: remote.address,
      direction: "inbound",
      spi,
      reason: "peer dead",
    });
  state.output({ kind: "peer-dead", localAddress: local.address, peer: remote.address });
}

/** We say that we can do DPD, so we answer (RFC 3706 §5.2): a number again where our answer was lost, never an older one. */
export function answerRUThere(state: EngineState, sa: IsakmpSa, { spi, data }: Notification): void {
  if (data.length !== 4 || !sameCookies(sa, spi)) return;
  const sequenceNumber = numberIn(data);
  if (sa.lastRUThere !== undefined && sequenceNumber < sa.lastRUThere) return;
  if (sequenceNumber !== sa.lastRUThere) isThere(state, sa, undefined);
  sa.lastRUThere = sequenceNumber;
  sendInformational(state, sa, [dpdNotification(sa, "R-U-THERE-ACK", data)]);
}

/** Only the number that was asked with is an answer (RFC 3706 §6.1). */
export function receiveRUThereAck(state: EngineState, sa: IsakmpSa, { spi, data }: Notification): void {
  const { liveness } = sa;
  if (liveness === undefined || liveness.unanswered === 0) return;
  if (data.length !== 4 || !sameCookies(sa, spi) || numberIn(data) !== liveness.sequenceNumber) return;
  isThere(state, sa, undefined);
}

/** `traffic`: what IPsec had carried by now; undefined looks it up the next time. */
function isThere(state: EngineState, sa: IsakmpSa, traffic: Traffic | undefined): void {
  const { liveness } = sa;
  const { deadPeerDetection } = state.policy;
  if (liveness === undefined || deadPeerDetection === undefined) return;
  sa.liveness = { ...liveness, aliveAt: state.now, traffic, unanswered: 0 };
  if (liveness.unanswered > 0) arm(state, sa, deadPeerDetection);
}

function dpdNotification(sa: IsakmpSa, type: "R-U-THERE" | "R-U-THERE-ACK", data: Uint8Array): Notification {
  return {
    kind: "NOTIFY",
    doi: DOI.IPSEC,
    protocolId: PROTOCOL_ID.PROTO_ISAKMP,
    spi: concat(sa.initiatorCookie, sa.responderCookie),
    notifyType: NOTIFY_TYPE[type],
    data,
  };
}

function arm(state: EngineState, sa: IsakmpSa, detection: DeadPeerDetection): void {
  const { unanswered } = sa.liveness ?? { unanswered: 0 };
  const wait = unanswered > 0 ? seconds(detection.retrySeconds) : lookEvery(detection);
  state.timers.set(sa.watch, after(state.now, wait), `see whether ${sa.remote.address} is there`);
}

/** On demand the silence is measured to a quarter of what gives reason to worry. */
function lookEvery({ mode, seconds: worry }: DeadPeerDetection): Milliseconds {
  return seconds(mode === "periodic" ? worry : worry / 4);
}

function numberIn(data: Uint8Array): number {
  return new DataView(data.buffer, data.byteOffset).getUint32(0);
}

const NUMBERS = 2 ** 32;
