/**
 * Informational exchanges (RFC 2409 §5.7, RFC 2408 §4.8): notifications and deletes. What comes under the protection of an
 * ISAKMP SA is acted on; anything else is told and changes nothing.
 */
import { hex } from "../base/octets.ts";
import { after, seconds } from "../base/time.ts";
import type { IsakmpHeader } from "../isakmp/header.ts";
import { PROTOCOL_ID } from "../isakmp/numbers/domain.ts";
import { NOTIFY_TYPE } from "../isakmp/numbers/notify-type.ts";
import { nameOf } from "../isakmp/numbers/registry.ts";
import type { Delete } from "../isakmp/payloads/delete.ts";
import type { Notification } from "../isakmp/payloads/notification.ts";
import { answerRUThere, receiveRUThereAck } from "./dead-peer-detection.ts";
import { type EngineState, sameCookies } from "./engine-state.ts";
import { obeyInvalidSpi } from "./invalid-spi.ts";
import type { IsakmpSa } from "./isakmp-sa.ts";
import { INFO_PROTECTED, isShapeProblem, open } from "./message-shape.ts";
import { protocolOf } from "./notices.ts";
import { subjectProblem } from "./payload-subject.ts";
import { armLife } from "./phase1-renewal.ts";
import { phase1Lifetime } from "./phase2/responder-lifetime.ts";
import { refuseByPeer } from "./phase2-failures.ts";
import { decodeChain, openFirst } from "./receiving.ts";
import { forget, mayEnd, replaceOthers } from "./sa-lifecycle.ts";

/** Notify types below are errors, from it on states (RFC 2408 §3.14.1). */
const FIRST_STATUS_TYPE = 16384;

// ── Receiving ──────────────────────────────────────────────────────────────────────────────────────────────────────

export function receiveInformational(
  state: EngineState,
  sa: IsakmpSa,
  header: IsakmpHeader,
  isEncrypted: boolean,
  bytes: Uint8Array,
): void {
  if (isEncrypted) receiveProtected(state, sa, header, bytes);
  else receiveUnprotected(state, sa, header, bytes);
}

function receiveProtected(state: EngineState, sa: IsakmpSa, header: IsakmpHeader, bytes: Uint8Array): void {
  const { local, remote } = sa;
  const { messageId } = header;
  if (!sa.isEstablished)
    return state.dropped(
      sa,
      local,
      remote,
      "unexpected",
      "an informational message before the end of phase 1",
    );
  if (sa.hasUsed(messageId))
    return state.dropped(sa, local, remote, "replayed", `message id ${messageId} has been used`);
  const opened = openFirst(sa, header, bytes);
  if (opened === undefined)
    return state.dropped(
      sa,
      local,
      remote,
      "hash mismatch",
      "an informational message whose HASH(1) does not verify",
    );
  const bag = open(INFO_PROTECTED, opened.chain.payloads);
  if (isShapeProblem(bag)) return state.dropped(sa, local, remote, "malformed", bag.detail);
  sa.rememberInformational(messageId);
  state.heard(sa);
  state.emit({
    kind: "message-received",
    sa: sa.reference(),
    exchange: "informational",
    step: "INFO",
    messageId,
    length: bytes.length,
  });
  state.emit({ kind: "payload-processing", sa: sa.reference(), payload: "HASH", messageId });
  for (const notification of bag.all.NOTIFY) {
    state.emit({ kind: "payload-processing", sa: sa.reference(), payload: "NOTIFY", messageId });
    if (isDiscarded(state, sa, notification)) continue;
    obeyNotification(state, sa, notification);
  }
  for (const payload of bag.all.DELETE) {
    // A Delete may have ended this very SA (attack: Delete and more in one message).
    if (!state.table.has(sa)) return;
    state.emit({ kind: "payload-processing", sa: sa.reference(), payload: "DELETE", messageId });
    if (isDiscarded(state, sa, payload)) continue;
    obeyDelete(state, sa, payload);
  }
}

function isDiscarded(state: EngineState, sa: IsakmpSa, payload: Notification | Delete): boolean {
  const problem = subjectProblem(payload);
  if (problem !== undefined) state.dropped(sa, sa.local, sa.remote, "unexpected", problem);
  return problem !== undefined;
}

function obeyNotification(state: EngineState, sa: IsakmpSa, notification: Notification): void {
  const { notifyType, spi, data } = notification;
  state.emit({ kind: "notify-received", sa: sa.reference(), notifyType, isProtected: true, spi });
  // Also of a quick mode that names it, which goes on below.
  if (notifyType === NOTIFY_TYPE["INVALID-SPI"]) obeyInvalidSpi(state, sa, notification);
  if (notifyType < FIRST_STATUS_TYPE) return refuseByPeer(state, sa, nameOf(NOTIFY_TYPE, notifyType), spi);
  if (notifyType === NOTIFY_TYPE["INITIAL-CONTACT"] && sameCookies(sa, spi)) return replaceOthers(state, sa);
  if (notifyType === NOTIFY_TYPE["RESPONDER-LIFETIME"] && sameCookies(sa, spi))
    return shorten(state, sa, data);
  if (notifyType === NOTIFY_TYPE["R-U-THERE"]) return answerRUThere(state, sa, notification);
  if (notifyType === NOTIFY_TYPE["R-U-THERE-ACK"]) receiveRUThereAck(state, sa, notification);
}

/** The responder keeps a phase 1 SA for a shorter time than it was offered; only shorter counts, and none below a floor. */
function shorten(state: EngineState, sa: IsakmpSa, data: Uint8Array): void {
  const told = phase1Lifetime(data);
  if (told === undefined || sa.expiresAt === undefined) return;
  const expiresAt = after(sa.establishedAt ?? state.now, seconds(Math.max(told, ISAKMP_LIFETIME_FLOOR)));
  if (expiresAt >= sa.expiresAt) return;
  sa.expiresAt = expiresAt;
  armLife(state, sa, expiresAt);
}

function obeyDelete(state: EngineState, sa: IsakmpSa, payload: Delete): void {
  state.emit({
    kind: "delete-received",
    sa: sa.reference(),
    protocol: protocolOf(payload),
    spis: payload.spis.map(hex),
  });
  for (const spi of payload.spis) {
    if (payload.protocolId === PROTOCOL_ID.PROTO_ISAKMP) {
      const gone = state.table.ofPeer(sa.remote.address).find((candidate) => sameCookies(candidate, spi));
      if (gone?.isEstablished !== true) continue;
      if (mayEnd(state, sa, gone.identity)) forget(state, gone, "peer deleted");
    } else if (isIpsec(payload) && spi.length === 4) {
      const outboundSpi = new DataView(spi.buffer, spi.byteOffset, 4).getUint32(0);
      if (!mayEnd(state, sa, state.spis.identityBySpiOfPeer(sa.remote.address, outboundSpi))) continue;
      state.output({
        kind: "remove-ipsec-sa",
        peer: sa.remote.address,
        direction: "outbound",
        protocol: payload.protocolId === PROTOCOL_ID.PROTO_IPSEC_AH ? "ah" : "esp",
        spi: outboundSpi,
        reason: "peer deleted",
      });
    }
  }
}

function isIpsec({ protocolId }: Delete): boolean {
  return protocolId === PROTOCOL_ID.PROTO_IPSEC_ESP || protocolId === PROTOCOL_ID.PROTO_IPSEC_AH;
}

/** Anybody can send these: they are told, remembered as hints for an explanation, and change nothing. */
function receiveUnprotected(state: EngineState, sa: IsakmpSa, header: IsakmpHeader, bytes: Uint8Array): void {
  const payloads = decodeChain(state, sa, sa.local, sa.remote, header.nextPayload, bytes);
  if (payloads === undefined) return;
  const [first] = payloads;
  if (first?.kind !== "NOTIFY")
    return state.dropped(
      sa,
      sa.local,
      sa.remote,
      "not encrypted",
      "an informational message without protection",
    );
  state.emit({
    kind: "notify-received",
    sa: sa.reference(),
    notifyType: first.notifyType,
    isProtected: false,
    spi: first.spi,
  });
  const hint = nameOf(NOTIFY_TYPE, first.notifyType);
  if (!sa.isEstablished && sa.phase1.hints.length < HINTS_MAX && !sa.phase1.hints.includes(hint))
    sa.phase1.hints = [...sa.phase1.hints, hint];
}

const HINTS_MAX = 4;
/** IOS's own minimum of a phase 1 lifetime, in seconds. */
const ISAKMP_LIFETIME_FLOOR = 60;
