/** How ISAKMP SAs end: forgotten, expired, replaced; and what becomes of that which hung on them. */
import { after, type Instant, seconds } from "../base/time.ts";
import type { EngineState } from "./engine-state.ts";
import type { IkeEvent } from "./events.ts";
import type { IsakmpSa } from "./isakmp-sa.ts";
import { deleteIsakmpSa } from "./notices.ts";
import { failRequest } from "./phase2-failures.ts";

/** Takes an SA out of the world, with everything that hangs on it. The peer is not told. */
export function forget(
  state: EngineState,
  sa: IsakmpSa,
  reason: Extract<IkeEvent, { kind: "isakmp-sa-deleted" }>["reason"],
): void {
  if (!state.table.has(sa)) return;
  state.table.remove(sa);
  for (const alarm of sa.alarms) state.timers.clear(alarm);
  state.cancelJob(sa.phase1);
  state.emit({ kind: "isakmp-sa-deleted", sa: sa.reference(), reason });
  for (const exchange of sa.exchanges.values()) {
    state.timers.clear(exchange);
    state.cancelJob(exchange);
    if (exchange.isFinished) continue;
    if (exchange.spis !== undefined) state.spis.releasePair(exchange.spis);
    if (exchange.isInstalled && exchange.spis !== undefined)
      state.output({ kind: "abandon-sa", peer: sa.remote.address, inboundSpi: exchange.spis.spi });
    // The wish outlives the SA it was to be fulfilled under.
    if (exchange.request !== undefined) failRequest(state, exchange.request);
  }
  for (const waiting of sa.takeWaiting()) failRequest(state, waiting);
}

/** The end of an established SA's time: it is deleted once its exchanges are done. */
export function lifeOver(state: EngineState, sa: IsakmpSa): void {
  if (sa.runningExchanges > 0)
    return state.timers.set(sa, after(state.now, seconds(10)), "an ISAKMP SA is still in use");
  deleteIsakmpSa(state, sa);
  forget(state, sa, "expired");
}

/**
 * INITIAL-CONTACT: whatever else we have with this peer, it does not know of (RFC 2407 §4.6.3.3). That is said of what was
 * complete before the SA it is said under was begun: what came up meanwhile, because both ends began at once, stays. And it
 * is said by one identity: behind a NAT there may be others (RFC 3947 §6).
 */
export function replaceOthers(state: EngineState, sa: IsakmpSa): void {
  const peer = sa.remote.address;
  const isStale = (identity: string, since: Instant | undefined): boolean =>
    identity === sa.identity && since !== undefined && since < sa.createdAt;
  const others = state.table
    .ofPeer(peer)
    .filter((other) => other !== sa && other.isEstablished && isStale(other.identity, other.establishedAt));
  state.emit({
    kind: "initial-contact-received",
    sa: sa.reference(),
    removedConnIds: others.map((other) => other.connId),
  });
  for (const other of others) forget(state, other, "replaced");
  for (const { spi, identity, isakmpConnId, since } of state.spis.ofPeer(peer))
    if (isakmpConnId !== sa.connId && isStale(identity, since))
      state.output({ kind: "remove-ipsec-sa", peer, direction: "inbound", spi, reason: "replaced" });
}

/** Whether a peer may end what is of `owner`: behind one NAT each speaks for itself alone. Tells where it may not. */
export function mayEnd(state: EngineState, sa: IsakmpSa, owner: string | undefined): boolean {
  const isOthers = sa.nat?.situation.remoteBehindNat === true && owner !== undefined && owner !== sa.identity;
  if (isOthers)
    state.dropped(sa, sa.local, sa.remote, "unexpected", "the end of what another peer behind its NAT has");
  return !isOthers;
}

/** A peer has few ISAKMP SAs with us: the oldest give way, and are deleted. */
export function boundEstablished(state: EngineState, newest: IsakmpSa): void {
  const established = state.table.ofPeer(newest.remote.address).filter((sa) => sa.isEstablished);
  for (const sa of established.slice(0, -state.limits.establishedPerPeerMax)) {
    deleteIsakmpSa(state, sa);
    forget(state, sa, "limit reached");
  }
}
