/** SAs that nothing uses: `crypto ipsec security-association idle-time` ends them before their lifetime does. */
import { after, elapsed, type Instant, seconds } from "../base/time.ts";
import type { DataPlaneParts } from "./data-plane-parts.ts";
import type { OutboundSa, PlaneTimer } from "./live-sa.ts";

/** The timer of a pair that is watched carries what is known of it, so that others cost nothing. */
export type IdleLook = Extract<PlaneTimer, { kind: "idle" }>;

/** Begins to watch a pair, by its outbound SA, where its crypto map entry says how long it may be idle. */
export function watchIdleness(parts: DataPlaneParts, now: Instant, sa: OutboundSa): void {
  if (sa.line.connection.entry.idleTime !== undefined)
    lookAgain(parts, now, { kind: "idle", sa, octets: octetsOf(parts, sa), since: now });
}

/** Whether the pair has been idle for as long as it may be; if not, it is looked at again. */
export function isIdle(parts: DataPlaneParts, now: Instant, { sa, octets, since }: IdleLook): boolean {
  const { idleTime } = sa.line.connection.entry;
  if (idleTime === undefined) return false;
  const carried = octetsOf(parts, sa);
  const idleSince = carried === octets ? since : now;
  if (elapsed(idleSince, now) >= seconds(idleTime.seconds)) return true;
  lookAgain(parts, now, { kind: "idle", sa, octets: carried, since: idleSince });
  return false;
}

/** Packets leave no time behind, so what has been carried is looked at now and then. */
function lookAgain(parts: DataPlaneParts, now: Instant, look: IdleLook): void {
  const { idleTime } = look.sa.line.connection.entry;
  if (idleTime !== undefined) parts.timers.add(after(now, seconds(idleTime.seconds / LOOKS)), look);
}

/** Idleness is told to this part of the time that is allowed. */
const LOOKS = 4;

function octetsOf({ carried, sad }: DataPlaneParts, sa: OutboundSa): number {
  const partner = sad.partnerOf(sa);
  const pair = partner === undefined ? [sa] : [sa, partner];
  for (const one of pair) carried?.account(one);
  return pair.reduce((sum, { octets }) => sum + octets, 0);
}
