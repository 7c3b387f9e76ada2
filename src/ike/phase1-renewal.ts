/**
 * Continuous phase 1: a peer that is looked after (`crypto isakmp keepalive`) can only be asked under an ISAKMP SA, so there
 * is one for as long as there are IPsec SAs with it. Elsewhere IOS makes the next one when it is needed. A gateway on a real
 * network does not wait for that (`renewPhase1`): some peers give up IPsec SAs with the last ISAKMP SA.
 */
import { elapsed, type Instant, instant, seconds } from "../base/time.ts";
import type { EngineState } from "./engine-state.ts";
import type { IsakmpSa } from "./isakmp-sa.ts";
import { phase1Expired } from "./phase1-endings.ts";
import { beginPhase1, type Ends, usualEnds } from "./phase1-start.ts";
import type { Connection } from "./policy.ts";
import { lifeOver } from "./sa-lifecycle.ts";

/** Sets the time of an established SA: where it is to be renewed first that, then its end. */
export function armLife(state: EngineState, sa: IsakmpSa, expiresAt: Instant): void {
  const renewalAt = isContinuous(state, sa) ? instant(expiresAt - marginOf(state, sa, expiresAt)) : expiresAt;
  const isBefore = renewalAt > state.now && renewalAt < expiresAt;
  const [at, why] = isBefore
    ? [renewalAt, "an ISAKMP SA may need a successor"]
    : [expiresAt, "an ISAKMP SA expires"];
  state.timers.set(sa, at, why);
}

/** One of the two has come. */
export function lifeDue(state: EngineState, sa: IsakmpSa): void {
  const { expiresAt } = sa;
  if (!sa.isEstablished) return phase1Expired(state, sa);
  if (expiresAt === undefined || expiresAt <= state.now) return lifeOver(state, sa);
  state.timers.set(sa, expiresAt, "an ISAKMP SA expires");
  const [local, peer] = [sa.local.address, sa.remote.address];
  const [connection] = state.connections.configuredBetween(local, peer);
  const isNewest = state.table.newestWith(local, peer, isMapped(sa) ? sa.identity : undefined) === sa;
  const isUnderWay = state.table.ofPeer(peer).some((other) => !other.isEstablished);
  if (!isContinuous(state, sa) || connection === undefined || !isNewest || isUnderWay) return;
  if (state.spis.hasPeer(peer)) beginPhase1(state, connection, endsOf(sa, connection), []);
}

function isContinuous(state: EngineState, sa: IsakmpSa): boolean {
  return sa.liveness !== undefined || state.conventions.renewPhase1;
}

/** A peer behind a NAT that has begun is reached through the mapping that the NAT has for it alone (RFC 3947 §4). */
function endsOf(sa: IsakmpSa, connection: Connection): Ends {
  return isMapped(sa) ? { local: sa.local, remote: sa.remote } : usualEnds(connection, sa.remote.address);
}

function isMapped({ role, nat }: IsakmpSa): boolean {
  return role === "responder" && nat?.situation.remoteBehindNat === true;
}

/** Whoever answered waits longer, so that both ends seldom begin at once. */
function marginOf(state: EngineState, sa: IsakmpSa, expiresAt: Instant): number {
  const lifetime = elapsed(sa.establishedAt ?? state.now, expiresAt);
  const [jitter = 0] = state.random.bytes("jitter", 1);
  const share = (sa.role === "initiator" ? 1 : RESPONDER_SHARE) * (1 + (JITTER_SHARE * jitter) / 256);
  return Math.floor(share * Math.min(MARGIN, lifetime / 10));
}

const MARGIN = seconds(120);
const RESPONDER_SHARE = 1 / 2;
const JITTER_SHARE = 0.1;
