/** SAs that nothing uses: `crypto ipsec security-association idle-time` ends them before their lifetime does. */
import { UNSET } from "../base/alarms.ts";
import { after, elapsed, type Instant, seconds } from "../base/time.ts";
import type { DataPlaneParts } from "./data-plane-parts.ts";
import type { OutboundSa, PlaneAlarm } from "./live-sa.ts";

/** The alarm of a pair that is watched carries what is known of it, so that others cost nothing. */
export type IdleLook = Extract<PlaneAlarm, { kind: "idle" }>;

/** Begins to watch a pair, by its outbound SA, where its crypto map entry says how long it may be idle. */
export function watchIdleness(parts: DataPlaneParts, now: Instant, sa: OutboundSa): void {
  const { idleTime } = sa.line.connection.entry;
  if (idleTime === undefined) return;
  const look = { octets: octetsOf(parts, sa), since: now, seconds: idleTime.seconds };
  lookAgain(parts, now, { kind: "idle", sa, ...look, ...UNSET });
}

/** Whether the pair has been idle for as long as it may be; if not, it is looked at again. */
export function isIdle(parts: DataPlaneParts, now: Instant, look: IdleLook): boolean {
  const { sa, octets, since } = look;
  if (sa.line.connection.entry.idleTime?.seconds !== look.seconds) return false;
  const carried = octetsOf(parts, sa);
  const idleSince = carried === octets ? since : now;
  if (elapsed(idleSince, now) >= seconds(look.seconds)) return true;
  lookAgain(parts, now, { ...look, octets: carried, since: idleSince });
  return false;
}

/** Packets leave no time behind, so what has been carried is looked at now and then. */
function lookAgain({ alarms }: DataPlaneParts, now: Instant, look: IdleLook): void {
  alarms.set(look, after(now, seconds(look.seconds / LOOKS)));
}

/** Idleness is told to this part of the time that is allowed. */
const LOOKS = 4;

function octetsOf({ carried, sad }: DataPlaneParts, sa: OutboundSa): number {
  const partner = sad.partnerOf(sa);
  const pair = partner === undefined ? [sa] : [sa, partner];
  for (const one of pair) carried?.account(one);
  return pair.reduce((sum, { octets }) => sum + octets, 0);
}
