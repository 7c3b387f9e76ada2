/** The end of phase 1: the SA is put to use, and whoever waited for it is served. */
import { concat, hex } from "../base/octets.ts";
import { after, seconds } from "../base/time.ts";
import type { Secret } from "../crypto/secret.ts";
import { PROTOCOL_ID } from "../isakmp/numbers/domain.ts";
import { watchPeer } from "./dead-peer-detection.ts";
import type { EngineState } from "./engine-state.ts";
import { tellInvalidSpi } from "./invalid-spi.ts";
import type { IsakmpSa } from "./isakmp-sa.ts";
import { sendInformational } from "./notices.ts";
import type { Establish } from "./phase1/phase1-state.ts";
import { armLife } from "./phase1-renewal.ts";
import { lifetimeNotification, phase1LifetimeAttributes } from "./phase2/responder-lifetime.ts";
import { startQuickMode } from "./phase2-driver.ts";
import { boundEstablished, replaceOthers } from "./sa-lifecycle.ts";
import { stopRepeating } from "./sending.ts";

export function establish(
  state: EngineState,
  sa: IsakmpSa,
  { choice, SKEYID, initialContact, identity, notifications }: Establish,
): void {
  const { suite, lifetimeSeconds } = choice;
  state.heard(sa);
  sa.isEstablished = true;
  sa.establishedAt = state.now;
  // Most peers are their address, which is kept already.
  sa.identity = identity === sa.remote.address ? sa.remote.address : identity;
  if (sa.nat?.situation.localBehindNat === true) armKeepalive(state, sa);
  sa.phase2BaseIv = sa.phase1.iv;
  sa.expiresAt = after(state.now, seconds(lifetimeSeconds));
  state.table.markEstablished(sa);
  state.admission.forgive(sa.remote.address);
  stopRepeating(state, { sa, exchange: undefined });
  const { encryption, hash, group, authentication } = suite;
  state.emit({
    kind: "isakmp-sa-established",
    sa: sa.reference(),
    exchange: sa.mode,
    encryption,
    hash,
    group,
    authentication,
    lifetimeSeconds,
  });
  exportKeys(state, sa, SKEYID);
  if (initialContact) replaceOthers(state, sa);
  boundEstablished(state, sa);
  watchPeer(state, sa);
  armLife(state, sa, sa.expiresAt);
  tellInvalidSpi(state, sa);
  if (notifications.length > 0) sendInformational(state, sa, notifications);
  if (sa.role === "responder" && choice.lifetimeShortened) tellLifetime(state, sa, lifetimeSeconds);
  for (const waiting of sa.takeWaiting()) startQuickMode(state, sa, waiting);
}

/** IOS tells a shorter life than the offered one right behind MM6. */
function tellLifetime(state: EngineState, sa: IsakmpSa, lifetimeSeconds: number): void {
  const spi = concat(sa.initiatorCookie, sa.responderCookie);
  const attributes = phase1LifetimeAttributes(lifetimeSeconds);
  sendInformational(state, sa, [lifetimeNotification(PROTOCOL_ID.PROTO_ISAKMP, spi, attributes)]);
}

function exportKeys(state: EngineState, sa: IsakmpSa, SKEYID: Secret): void {
  if (!state.exportKeys || sa.protection === undefined) return;
  const { hash, cipher: encryption, encryptionKey, SKEYID_a } = sa.protection;
  state.output({
    kind: "isakmp-keys",
    initiatorCookie: hex(sa.initiatorCookie),
    hash,
    encryption,
    encryptionKey,
    SKEYID_a,
    SKEYID,
  });
}

/** Keeps the NAT in front of us from forgetting us (RFC 3948 §4). */
export function keepAlive(state: EngineState, sa: IsakmpSa): void {
  state.output({ kind: "send-keepalive", local: sa.local, remote: sa.remote });
  armKeepalive(state, sa);
}

function armKeepalive(state: EngineState, sa: IsakmpSa): void {
  const interval = seconds(state.policy.natKeepaliveSeconds);
  state.timers.set(sa.keepalive, after(state.now, interval), "a NAT is kept awake");
}
