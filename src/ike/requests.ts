/** Wishes for IPsec SAs: each finds an ISAKMP SA that is there, waits for one that is being made, or begins one. */
import { selectorsEqual } from "../net/selector.ts";
import type { EngineState } from "./engine-state.ts";
import type { IsakmpSa, WaitingRequest } from "./isakmp-sa.ts";
import { startPhase1 } from "./phase1-start.ts";
import { hasRoom, startQuickMode } from "./phase2-driver.ts";
import { failRequest, giveBackSpis } from "./phase2-failures.ts";

/** Sets a wish for a pair of SAs on its way: under an SA that is there, one that is being made, or a new one. `replaces`: our SPI of the pair that it renews. */
export function request(state: EngineState, wanted: WaitingRequest, replaces: number | undefined): void {
  const { connection, peer } = wanted;
  // Behind a NAT others have the address too: a pair is renewed with the one it is with.
  const identity = replaces === undefined ? undefined : state.spis.identityBehindNat(replaces);
  const sas = state.table.ofPeer(peer).filter((sa) => sa.local.address === connection.localAddress);
  if (sas.some((sa) => isUnderWay(sa, wanted))) return giveBackSpis(state, wanted);
  const established = sas.findLast(
    (sa) => sa.isEstablished && hasRoom(state, sa) && (identity === undefined || sa.identity === identity),
  );
  if (established !== undefined) return startQuickMode(state, established, wanted);
  const inPhase1 = sas.find((sa) => !sa.isEstablished && sa.role === "initiator");
  if (inPhase1 === undefined) return startPhase1(state, wanted);
  if (inPhase1.waiting.length >= state.limits.waitingRequestsMax) return failRequest(state, wanted);
  inPhase1.waiting = [...inPhase1.waiting, wanted];
}

function isUnderWay(sa: IsakmpSa, wanted: WaitingRequest): boolean {
  const same = (other: WaitingRequest | undefined): boolean =>
    other !== undefined &&
    other.connection.id === wanted.connection.id &&
    selectorsEqual(other.selector, wanted.selector);
  if (sa.waiting.some(same)) return true;
  for (const exchange of sa.exchanges.values())
    if (!exchange.isFinished && same(exchange.request)) return true;
  return false;
}
