/**
 * The last failures of each peer, so that an operator who comes later is told what happened. What strangers can make it
 * hold is bounded, and they displace each other before they displace a peer of the configuration.
 */
import type { Instant } from "../base/time.ts";
import type { IpAddress } from "../net/ip-address.ts";
import type { IkeEvent } from "./events.ts";
import type { IkeLimits } from "./limits.ts";

export type NegotiationFailed = Extract<IkeEvent, { readonly kind: "negotiation-failed" }>;

/** A failure, and how often the peer has met it. */
export interface RememberedFailure {
  /** The last one. */
  readonly failure: NegotiationFailed;
  readonly times: number;
  readonly firstAt: Instant;
  readonly lastAt: Instant;
}

interface PeerFailures {
  readonly isConfigured: boolean;
  /** The one met last comes last. */
  readonly failures: readonly RememberedFailure[];
}

export class FailureMemory {
  readonly #limits: IkeLimits;
  /** The peer that failed last comes last. */
  readonly #byPeer = new Map<IpAddress, PeerFailures>();

  constructor(limits: IkeLimits) {
    this.#limits = limits;
  }

  /** `isConfigured`: a crypto map names this peer. */
  remember(now: Instant, failure: NegotiationFailed, isConfigured: boolean): void {
    const { peer } = failure;
    const known = this.#byPeer.get(peer)?.failures ?? [];
    const same = known.find((other) => isSame(other.failure, failure));
    const remembered = {
      failure,
      times: (same?.times ?? 0) + 1,
      firstAt: same?.firstAt ?? now,
      lastAt: now,
    };
    const failures = [...known.filter((other) => other !== same), remembered];
    this.#byPeer.delete(peer);
    this.#byPeer.set(peer, { isConfigured, failures: failures.slice(-this.#limits.failuresPerPeerMax) });
    if (this.#byPeer.size > this.#limits.failedPeersMax) this.#forgetOne();
  }

  /** The last one last. */
  all(): readonly RememberedFailure[] {
    return [...this.#byPeer.values()].flatMap(({ failures }) => failures);
  }

  #forgetOne(): void {
    const [oldest] = this.#byPeer.keys();
    for (const [peer, { isConfigured }] of this.#byPeer)
      if (!isConfigured) {
        this.#byPeer.delete(peer);
        return;
      }
    if (oldest !== undefined) this.#byPeer.delete(oldest);
  }
}

function isSame(a: NegotiationFailed, b: NegotiationFailed): boolean {
  return (
    a.exchange === b.exchange && a.role === b.role && a.reason === b.reason && a.explanation === b.explanation
  );
}
