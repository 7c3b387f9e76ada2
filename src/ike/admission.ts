/**
 * Call admission control: whether one more ISAKMP SA is begun, for a stranger or for ourselves, and what has been counted
 * of it. It holds for new peers; with whom there is an SA may always make its successor.
 */
import type { Origin } from "../base/origin.ts";
import { after, elapsed, type Instant } from "../base/time.ts";
import type { IpAddress } from "../net/ip-address.ts";
import type { FailureReason, Role } from "./events.ts";
import type { IkeLimits } from "./limits.ts";
import type { AdmissionPolicy } from "./policy.ts";
import type { SaTable } from "./sa-table.ts";

export type AdmissionLimit = "ike sa" | "in-negotiation sa";

/** Why one more ISAKMP SA is not begun. */
export interface Denial {
  readonly limit: AdmissionLimit;
  readonly maximum: number;
  /** The line that sets it. */
  readonly origin: Origin | undefined;
}

/** What `show crypto call admission statistics` counts, since the start or since it was cleared. */
export interface AdmissionCounts {
  readonly accepted: { readonly [R in Role]: number };
  readonly rejected: { readonly [R in Role]: number };
  readonly rejectedBy: { readonly [R in AdmissionLimit | "resources"]: number };
  /** First messages of peers that have just failed for a reason that lasts. */
  readonly dropped: number;
}

export const NO_REQUESTS: AdmissionCounts = {
  accepted: { initiator: 0, responder: 0 },
  rejected: { initiator: 0, responder: 0 },
  rejectedBy: { "ike sa": 0, "in-negotiation sa": 0, resources: 0 },
  dropped: 0,
};

/** The limit that one more SA with this peer would exceed. */
export function denialOf(policy: AdmissionPolicy, table: SaTable, peer: IpAddress): Denial | undefined {
  const { maximumSas, maximumInNegotiation } = policy;
  if (maximumSas === undefined && maximumInNegotiation === undefined) return undefined;
  if (table.ofPeer(peer).some((sa) => sa.isEstablished)) return undefined;
  if (maximumInNegotiation !== undefined && table.halfOpen >= maximumInNegotiation.value)
    return {
      limit: "in-negotiation sa",
      maximum: maximumInNegotiation.value,
      origin: maximumInNegotiation.origin,
    };
  if (maximumSas !== undefined && table.size >= maximumSas.value)
    return { limit: "ike sa", maximum: maximumSas.value, origin: maximumSas.origin };
  return undefined;
}

/** A peer whose proof has failed, and is not worth another Diffie-Hellman exchange for a while. */
export interface Refused {
  readonly reason: FailureReason;
  readonly at: Instant;
  readonly until: Instant;
}

export class Admission {
  readonly #limits: IkeLimits;
  /** The one refused last comes last. */
  readonly #refused = new Map<IpAddress, Refused>();
  #counts = NO_REQUESTS;

  constructor(limits: IkeLimits) {
    this.#limits = limits;
  }

  get counts(): AdmissionCounts {
    return this.#counts;
  }

  clearCounts(): void {
    this.#counts = NO_REQUESTS;
  }

  accepted(role: Role): void {
    const { accepted } = this.#counts;
    this.#counts = { ...this.#counts, accepted: { ...accepted, [role]: accepted[role] + 1 } };
  }

  rejected(role: Role, by: AdmissionLimit | "resources"): void {
    const { rejected, rejectedBy } = this.#counts;
    this.#counts = {
      ...this.#counts,
      rejected: { ...rejected, [role]: rejected[role] + 1 },
      rejectedBy: { ...rejectedBy, [by]: rejectedBy[by] + 1 },
    };
  }

  /** A peer has come as far as its proof, which failed. */
  refuse(now: Instant, peer: IpAddress, reason: FailureReason): void {
    this.#refused.delete(peer);
    this.#refused.set(peer, { reason, at: now, until: after(now, this.#limits.refusedPeerRest) });
    const [oldest] = this.#refused.keys();
    if (oldest !== undefined && this.#refused.size > this.#limits.refusedPeersMax)
      this.#refused.delete(oldest);
  }

  /** A peer has proven itself; or, where none is named, what was refused may be accepted now. */
  forgive(peer?: IpAddress): void {
    if (peer === undefined) this.#refused.clear();
    else this.#refused.delete(peer);
  }

  /** What a new first message of this peer would run into again; counts it as dropped. */
  refusalOf(now: Instant, peer: IpAddress): Refused | undefined {
    const refused = this.#refused.get(peer);
    if (refused === undefined) return undefined;
    if (now >= refused.until) {
      this.#refused.delete(peer);
      return undefined;
    }
    this.#counts = { ...this.#counts, dropped: this.#counts.dropped + 1 };
    return refused;
  }
}

/** `its last attempt failed 3 seconds ago: wrong pre-shared key`. */
export function describeRefused(now: Instant, { reason, at }: Refused): string {
  return `its last attempt failed ${Math.round(elapsed(at, now) / 1000)} seconds ago: ${reason}`;
}
