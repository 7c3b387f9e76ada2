/** Which SA a packet takes: the newest of its crypto map entry that covers its flow and can still be used. */
import type { Instant } from "../base/time.ts";
import type { PacketDropReason } from "./events.ts";
import type { DataPlaneLimits } from "./limits.ts";
import { isExpired, type OutboundSa } from "./live-sa.ts";
import { flowMatches, type PacketFlow } from "./packet-flow.ts";
import type { InterfacePolicy, ProtectedLine } from "./protected-policy.ts";

export interface SaChoice {
  readonly sa: OutboundSa | undefined;
  /** Why there is none. */
  readonly reason: PacketDropReason;
  /** SAs met on the way that have reached a hard limit and are to go. */
  readonly exhausted: readonly OutboundSa[];
}

/** Remembers the choice for the flow until the connection's SAs change. */
export function saForFlow(
  now: Instant,
  policy: InterfacePolicy,
  flow: PacketFlow,
  line: ProtectedLine,
  limits: DataPlaneLimits,
): SaChoice {
  const { outbound, version } = line.connection;
  const cached = policy.cache.get(flow);
  if (
    cached?.sa !== undefined &&
    cached.version === version &&
    whyUnusable(cached.sa, now, limits) === undefined
  )
    return { sa: cached.sa, reason: "no sa", exhausted: NONE };
  const exhausted: OutboundSa[] = [];
  let reason: PacketDropReason = "no sa";
  for (let i = outbound.length - 1; i >= 0; i--) {
    const sa = outbound[i];
    if (sa === undefined || !flowMatches(sa.selector, flow)) continue;
    const unusable = whyUnusable(sa, now, limits);
    if (unusable === undefined) {
      policy.cache.set(flow, { line, version, sa, dependsOnPorts: false });
      return { sa, reason, exhausted };
    }
    exhausted.push(sa);
    reason = unusable;
  }
  return { sa: undefined, reason, exhausted };
}

function whyUnusable(sa: OutboundSa, now: Instant, limits: DataPlaneLimits): PacketDropReason | undefined {
  if (isExpired(sa, now)) return "expired";
  // The number must not cycle: the next packet needs another SA (RFC 2406 §3.3.3).
  return sa.sequenceNumber >= limits.sequenceNumberMax ? "sequence number exhausted" : undefined;
}

const NONE: readonly OutboundSa[] = [];
