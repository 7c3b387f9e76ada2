/** Begins phase 1 for a request, in the mode that fits the peer, or says why it cannot. */
import type { Endpoint, IpAddress } from "../net/ip-address.ts";
import type { EngineState } from "./engine-state.ts";
import { IsakmpSa, type WaitingRequest } from "./isakmp-sa.ts";
import { begin as beginAggressively } from "./phase1/aggressive-mode-initiator.ts";
import { approachTo } from "./phase1/approach.ts";
import { begin } from "./phase1/main-mode.ts";
import { admits, failUnbegun } from "./phase1-admission.ts";
import { contextOf, perform } from "./phase1-driver.ts";
import { failRequest } from "./phase2-failures.ts";
import type { Connection } from "./policy.ts";

const IKE_PORT = 500;

export function startPhase1(state: EngineState, first: WaitingRequest): void {
  const { connection, peer } = first;
  if (beginPhase1(state, connection, usualEnds(connection, peer), [first]) === undefined)
    failRequest(state, first);
}

/** Where two ends begin that know nothing of each other. */
export function usualEnds(connection: Connection, peer: IpAddress): Ends {
  return {
    local: { address: connection.localAddress, port: IKE_PORT },
    remote: { address: peer, port: IKE_PORT },
  };
}

export interface Ends {
  readonly local: Endpoint;
  readonly remote: Endpoint;
}

/** Undefined, and told, where nothing can be begun. What waits is served at its end. */
export function beginPhase1(
  state: EngineState,
  connection: Connection,
  { local, remote }: Ends,
  waiting: readonly WaitingRequest[],
): IsakmpSa | undefined {
  const peer = remote.address;
  const approach = approachTo(state.policy, peer);
  state.emit({ kind: "negotiation-requested", connectionId: connection.id, local, remote });
  if ("explanation" in approach) {
    const { mode: exchange, reason, explanation } = approach;
    const origin = connection.source.peers[0]?.origin ?? connection.source.origin;
    failUnbegun(state, peer, exchange, "initiator", { reason, mismatches: [], origin, explanation });
    return undefined;
  }
  const { mode, suites } = approach;
  if (!admits(state, local, remote, mode, "initiator")) return undefined;
  const sa = new IsakmpSa({
    connId: state.takeConnId(),
    role: "initiator",
    mode,
    ...state.keptEnds(local, remote),
    initiatorCookie: state.takeCookie("initiator cookie"),
    responderCookie: new Uint8Array(8),
    createdAt: state.now,
  });
  sa.waiting = waiting;
  state.table.add(sa);
  const context = contextOf(state, sa);
  if (approach.mode === "main") perform(state, sa, begin(context, suites));
  else {
    const { authentication, endpoint } = approach;
    perform(state, sa, beginAggressively(context, { suites, authentication, endpoint }));
  }
  return sa;
}
