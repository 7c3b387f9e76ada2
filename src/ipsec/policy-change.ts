/** Another policy comes into force: SAs that it still allows move over to it, the others go. */

import type { Instant } from "../base/time.ts";
import { describeSuite } from "../crypto/names.ts";
import { describeTransformSet } from "../crypto/transform-set.ts";
import type { IpAddress } from "../net/ip-address.ts";
import type { DataPlaneParts } from "./data-plane-parts.ts";
import { watchIdleness } from "./idle-watch.ts";
import type { LiveSa, OutboundSa, RemovedPair } from "./live-sa.ts";
import { isKeyedAlike } from "./manual-sas.ts";
import type { CryptoMapEntry, IpsecPolicy } from "./policy.ts";
import type { ProtectedLine } from "./protected-connection.ts";
import { ProtectedPolicy } from "./protected-policy.ts";
import type { SaLifecycle } from "./sa-lifecycle.ts";
import { membersOf, type SaParameters } from "./security-association.ts";

/** Gives the pairs that went. */
export function changePolicy(
  parts: DataPlaneParts,
  lifecycle: SaLifecycle,
  policy: IpsecPolicy,
  now: Instant,
): readonly RemovedPair[] {
  const previous = parts.policy;
  const newlyWatched: OutboundSa[] = [];
  const next = new ProtectedPolicy(policy, parts.limits, previous);
  const removed = lifecycle.removeWhere((sa) => allowingLine(next, sa.parameters) === undefined, "deleted");
  for (const connection of previous.all()) {
    const { idleTime } = connection.entry;
    const inbound = connection.inbound.filter((sa) => moved(next, sa));
    const outbound = connection.outbound.filter((sa) => moved(next, sa));
    const [line] = [...inbound, ...outbound].map((sa) => sa.line);
    if (line === undefined) continue;
    const successor = line.connection;
    successor.inbound = inbound;
    successor.outbound = outbound;
    if (successor.entry.idleTime?.seconds !== idleTime?.seconds) newlyWatched.push(...outbound);
  }
  parts.policy = next;
  for (const sa of newlyWatched) watchIdleness(parts, now, sa);
  return removed;
}

function moved(policy: ProtectedPolicy, sa: LiveSa): boolean {
  const line = allowingLine(policy, sa.parameters);
  if (line === undefined) return false;
  sa.line = line;
  if (sa.direction === "outbound") sa.path = undefined;
  return true;
}

/** The line that the SA comes under. As on IOS, changed transform sets, lifetimes and the like hold for SAs that are negotiated then. */
function allowingLine(policy: ProtectedPolicy, parameters: SaParameters): ProtectedLine | undefined {
  const connection = policy.connections.get(parameters.connectionId);
  if (connection === undefined) return undefined;
  const { peer, localAddress } = parameters;
  const { entry } = connection;
  const isAllowed =
    connection.interface.localAddress === localAddress &&
    mayHavePeer(entry, peer) &&
    isKeyedAlike(entry.manual, parameters) &&
    (parameters.isManual !== true || isTransformedAlike(entry, parameters));
  return isAllowed ? policy.lineOf(parameters) : undefined;
}

/** Nothing is negotiated for what the operator has keyed: it is as the entry says it now. */
function isTransformedAlike({ transformSets }: CryptoMapEntry, parameters: SaParameters): boolean {
  const transforms = membersOf(parameters)
    .map(({ suite }) => describeSuite(suite))
    .join(" ");
  return transformSets.some(
    (set) =>
      describeTransformSet(set) === transforms &&
      // A set in transport mode does with tunnel mode where the traffic wants that.
      (parameters.mode === "tunnel" || set.mode === "transport"),
  );
}

/** A template without peers is for any. */
function mayHavePeer({ peers, template }: CryptoMapEntry, peer: IpAddress): boolean {
  return peers.includes(peer) || (template !== undefined && peers.length === 0);
}
