/**
 * When an SA is to be renewed and when it ends, in time and in volume (RFC 2401 §4.4.3: soft before hard, both measures at
 * once). IOS renews 30 seconds before the end of the time, or when 256 kilobytes of the volume are left.
 */
import { after, type Instant, instant, seconds } from "../base/time.ts";
import type { DataPlaneLimits } from "./limits.ts";
import type { SaParameters } from "./security-association.ts";

/** Infinity where the lifetime sets no limit. */
export interface SaLimits {
  readonly softAt: Instant;
  readonly hardAt: Instant;
  readonly softOctets: number;
  readonly hardOctets: number;
}

export const NEVER: Instant = instant(Number.POSITIVE_INFINITY);

/**
 * The limits of an SA. A lifetime of 0 sets none. `jitter`, from 0 to 1, spreads renewals.
 *
 * The margin is IOS's, but never more than a quarter of the lifetime; of a large volume it is a twentieth, because 256
 * kilobytes pass in 2 ms at 1 Gbit/s. Whoever did not initiate the pair waits for two thirds of the margin first, so that
 * both ends seldom renew at once.
 */
export function saLimits(parameters: SaParameters, limits: DataPlaneLimits, jitter: number): SaLimits {
  const { lifetimeSeconds, lifetimeKilobytes, installedAt } = parameters;
  const share = (parameters.isInitiator === false ? RESPONDER_SHARE : 1) * (1 + JITTER_SHARE * jitter);
  const marginSeconds = share * Math.min(limits.renewalMarginSeconds, lifetimeSeconds / 4);
  const marginKilobytes =
    share * Math.min(Math.max(limits.renewalMarginKilobytes, lifetimeKilobytes / 20), lifetimeKilobytes / 4);
  const isTimed = lifetimeSeconds > 0;
  const isMetered = lifetimeKilobytes > 0;
  return {
    softAt: isTimed ? after(installedAt, seconds(lifetimeSeconds - marginSeconds)) : NEVER,
    hardAt: isTimed ? after(installedAt, seconds(lifetimeSeconds)) : NEVER,
    softOctets: isMetered ? (lifetimeKilobytes - marginKilobytes) * KILOBYTE : Number.POSITIVE_INFINITY,
    hardOctets: isMetered ? lifetimeKilobytes * KILOBYTE : Number.POSITIVE_INFINITY,
  };
}

/** RFC 2407 §4.5: a kilobyte is 1024 octets. */
export const KILOBYTE = 1024;

const RESPONDER_SHARE = 2 / 3;
const JITTER_SHARE = 0.1;
