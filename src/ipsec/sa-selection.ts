/** Which SA a packet takes: the newest of its crypto map entry that covers its flow and can still be used. */
import { type Instant, milliseconds } from "../base/time.ts";
import { selectorCovers, type TrafficSelector } from "../net/selector.ts";
import type { PacketDropReason } from "./events.ts";
import type { DataPlaneLimits } from "./limits.ts";
import { isExpired, type LiveSa, type OutboundSa } from "./live-sa.ts";
import { flowMatches, type PacketFlow } from "./packet-flow.ts";
import type { ProtectedLine } from "./protected-connection.ts";
import type { FlowDecision, InterfacePolicy } from "./protected-policy.ts";
import type { Sad } from "./sad.ts";

export interface SaChoice {
  readonly sa: OutboundSa | undefined;
  /** Why there is none. */
  readonly reason: PacketDropReason;
  /** SAs met on the way that have reached a hard limit and are to go. */
  readonly exhausted: readonly OutboundSa[];
}

/** `known` is what `decide` says of the flow. Remembers the choice with it until the connection's SAs change. */
export function saForFlow(
  now: Instant,
  policy: InterfacePolicy,
  flow: PacketFlow,
  known: FlowDecision & { readonly line: ProtectedLine },
  limits: DataPlaneLimits,
): SaChoice {
  const { line, dependsOnPorts } = known;
  const { version } = line.connection;
  if (known.sa !== undefined && known.version === version && whyUnusable(known.sa, now, limits) === undefined)
    return { sa: known.sa, reason: "no sa", exhausted: NONE };
  const { outbound } = line.connection;
  const exhausted: OutboundSa[] = [];
  let reason: PacketDropReason = "no sa";
  let fresh: OutboundSa | undefined;
  for (let i = outbound.length - 1; i >= 0; i--) {
    const sa = outbound[i];
    if (sa === undefined || !flowMatches(sa.selector, flow)) continue;
    const unusable = whyUnusable(sa, now, limits);
    if (unusable !== undefined) {
      exhausted.push(sa);
      reason = unusable;
    } else if (fresh === undefined && isFresh(sa, now, limits)) fresh = sa;
    else if (fresh === undefined) {
      policy.cache.set(flow, { line, version, sa, dependsOnPorts });
      return { sa, reason, exhausted };
    } else if (sa.parameters.peer === fresh.parameters.peer) return { sa, reason, exhausted };
  }
  return { sa: fresh, reason, exhausted };
}

/** There is an SA for what a carrier of packets wants, or the other half of one is on its way: it is ahead of IKE. */
export function isServed(
  sad: Sad,
  now: Instant,
  { connection: { inbound, outbound } }: ProtectedLine,
  selector: TrafficSelector,
): boolean {
  const isMeant = (sa: LiveSa) => selectorCovers(sa.parameters.selector, selector) && !isExpired(sa, now);
  return outbound.some(isMeant) || inbound.some((sa) => isMeant(sa) && sad.partnerOf(sa) === undefined);
}

/**
 * Its peer may not have it yet: we begin to send with the last message of the negotiation, and a packet may overtake that
 * within the peer. What it replaces serves a moment longer.
 */
function isFresh({ parameters }: OutboundSa, now: Instant, limits: DataPlaneLimits): boolean {
  const age = milliseconds(now - parameters.installedAt);
  return parameters.isInitiator === true && age < limits.freshMilliseconds;
}

function whyUnusable(sa: OutboundSa, now: Instant, limits: DataPlaneLimits): PacketDropReason | undefined {
  if (isExpired(sa, now)) return "expired";
  // The number must not cycle: the next packet needs another SA (RFC 2406 §3.3.3); with keys by hand it begins anew.
  if (sa.parameters.isManual === true) return undefined;
  return sa.sequenceNumber >= limits.sequenceNumberMax ? "sequence number exhausted" : undefined;
}

const NONE: readonly OutboundSa[] = [];
