/** Asks admission control before a phase 1 is begun, and tells what it says. */
import type { Endpoint, IpAddress } from "../net/ip-address.ts";
import type { Failure } from "./action.ts";
import { type Denial, denialOf, describeRefused } from "./admission.ts";
import type { EngineState } from "./engine-state.ts";
import type { FailureReason, Phase1Mode, Role } from "./events.ts";
import { aggressiveModeOff, tooManySas } from "./explain.ts";
import type { IsakmpSa } from "./isakmp-sa.ts";

/** Whether a first message is taken up; what comes of it costs memory, and Diffie-Hellman exchanges later. */
export function admitsStranger(
  state: EngineState,
  local: Endpoint,
  remote: Endpoint,
  mode: Phase1Mode,
): boolean {
  const refused = state.admission.refusalOf(state.now, remote.address);
  if (refused !== undefined) {
    state.dropped(undefined, local, remote, "refused before", describeRefused(state.now, refused));
    return false;
  }
  // Aggressive mode has the key exchange in its first message.
  if (mode === "aggressive" && !state.hasRoomForStrangersJob) {
    state.admission.rejected("responder", "resources");
    state.dropped(undefined, local, remote, "limit", "too many first messages of aggressive mode");
    return false;
  }
  return admits(state, local, remote, mode, "responder");
}

/** Whether one more ISAKMP SA may be begun, by whoever asks for it. */
export function admits(
  state: EngineState,
  local: Endpoint,
  remote: Endpoint,
  exchange: Phase1Mode,
  role: Role,
): boolean {
  const denial = denialOf(state.policy.admission, state.table, remote.address);
  if (denial === undefined) {
    state.admission.accepted(role);
    return true;
  }
  state.admission.rejected(role, denial.limit);
  tellDenied(state, local, remote, exchange, role, denial);
  return false;
}

function tellDenied(
  state: EngineState,
  local: Endpoint,
  remote: Endpoint,
  exchange: Phase1Mode,
  role: Role,
  denial: Denial,
): void {
  state.emit({
    kind: "sa-request-denied",
    role,
    local: local.address,
    remote: remote.address,
    limit: denial.limit,
    maximum: denial.maximum,
    origin: denial.origin,
  });
  failUnbegun(state, remote.address, exchange, role, tooManySas(remote.address, role, denial));
}

/** A first message of the mode that is switched off: its sender is not told, the operator is. */
export function refuseAggressiveMode(state: EngineState, local: Endpoint, remote: Endpoint): void {
  const detail = "aggressive mode is off (crypto isakmp aggressive-mode disable)";
  state.dropped(undefined, local, remote, "aggressive mode disabled", detail);
  failUnbegun(state, remote.address, "aggressive", "responder", aggressiveModeOff(remote.address));
}

/** Tells of a phase 1 of which there is no SA. */
export function failUnbegun(
  state: EngineState,
  peer: IpAddress,
  exchange: Phase1Mode,
  role: Role,
  { reason, mismatches, origin, explanation }: Omit<Failure, "notify">,
): void {
  state.emit({
    kind: "negotiation-failed",
    sa: undefined,
    peer,
    exchange,
    role,
    reason,
    mismatches,
    origin,
    explanation,
  });
}

/**
 * The proof of an initiator has failed: until it has had time to change something, it gets no new exchange. Whoever comes
 * from another port than IKE's is behind a NAT, and others may have its address, who have done nothing.
 */
export function refuseForAWhile(state: EngineState, sa: IsakmpSa, reason: FailureReason): void {
  const { port } = (sa.arrival ?? sa).remote;
  if (sa.role === "responder" && LASTING.includes(reason) && port === IKE_PORT)
    state.admission.refuse(state.now, sa.remote.address, reason);
}

const IKE_PORT = 500;

/** Reasons that the same peer would fail for again. */
const LASTING: readonly FailureReason[] = [
  "wrong pre-shared key",
  "authentication failed",
  "certificate refused",
];
