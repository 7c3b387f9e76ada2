/**
 * When an SA is to be renewed and when it ends, in time and in volume (RFC 2401 §4.4.3: soft before hard, both measures at
 * once). IOS renews 30 seconds before the end of the time, or when 256 kilobytes of the volume are left.
 */
import { after, type Instant, instant, seconds } from "../base/time.ts";
import type { DataPlaneLimits } from "./limits.ts";
import type { SaParameters } from "./security-association.ts";

/** Octets; Infinity where the lifetime sets no limit. */
export interface VolumeLimits {
  readonly softOctets: number;
  readonly hardOctets: number;
}

export const NEVER: Instant = instant(Number.POSITIVE_INFINITY);

/** The end of its time. A lifetime of 0 sets none, here and below. */
export function endOf({ lifetimeSeconds, installedAt }: SaParameters): Instant {
  return lifetimeSeconds > 0 ? after(installedAt, seconds(lifetimeSeconds)) : NEVER;
}

/**
 * When its time is so far gone that it is to be renewed. `jitter`, from 0 to 1, spreads renewals. The margin is IOS's, but never
 * more than a quarter of the lifetime.
 */
export function renewalOf(parameters: SaParameters, limits: DataPlaneLimits, jitter: number): Instant {
  const { lifetimeSeconds } = parameters;
  if (lifetimeSeconds === 0) return NEVER;
  const share = marginShare(parameters) * (1 + JITTER_SHARE * jitter);
  const margin = seconds(share * Math.min(limits.renewalMarginSeconds, lifetimeSeconds / 4));
  return instant(Math.floor(endOf(parameters) - margin));
}

/**
 * The margin is IOS's, but of a large volume a twentieth, because 256 kilobytes pass in 2 ms at 1 Gbit/s, and of a small one never
 * more than a quarter. Gives `known` where it is the same: tens of thousands of SAs need no limits of their own.
 */
export function volumeLimits(
  parameters: SaParameters,
  limits: DataPlaneLimits,
  known: VolumeLimits,
): VolumeLimits {
  const { lifetimeKilobytes } = parameters;
  if (lifetimeKilobytes === 0) return NO_VOLUME_LIMITS;
  const margin =
    marginShare(parameters) *
    Math.min(Math.max(limits.renewalMarginKilobytes, lifetimeKilobytes / 20), lifetimeKilobytes / 4);
  const softOctets = (lifetimeKilobytes - margin) * KILOBYTE;
  const hardOctets = lifetimeKilobytes * KILOBYTE;
  return softOctets === known.softOctets && hardOctets === known.hardOctets
    ? known
    : { softOctets, hardOctets };
}

export const NO_VOLUME_LIMITS: VolumeLimits = {
  softOctets: Number.POSITIVE_INFINITY,
  hardOctets: Number.POSITIVE_INFINITY,
};

/** Whoever did not initiate the pair waits for a third of the margin first, so that both ends seldom renew at once. */
function marginShare({ isInitiator }: SaParameters): number {
  return isInitiator === false ? RESPONDER_SHARE : 1;
}

/** RFC 2407 §4.5: a kilobyte is 1024 octets. */
export const KILOBYTE = 1024;

const RESPONDER_SHARE = 2 / 3;
const JITTER_SHARE = 0.1;
