/** Bounds on what strangers and peers can make the engine hold or do, each with its reason, and the timing of exchanges. */
import { type Milliseconds, milliseconds, seconds } from "../base/time.ts";

export interface IkeLimits {
  /** ISAKMP SAs not yet authenticated, over all peers: a flood of first messages displaces the oldest, no more. */
  readonly halfOpenMax: number;
  /** The same from one address, so that one source cannot displace the others. */
  readonly halfOpenPerAddressMax: number;
  /** A half-open SA that makes no progress for so long is forgotten; its peer has three messages to move it on by. */
  readonly halfOpenLife: Milliseconds;
  /** Jobs waiting or running: beyond it a message that needs one is dropped and the peer will repeat it. */
  readonly jobsMax: number;
  /** The same of first messages of aggressive mode, for which nobody has shown to be where the message says it is. */
  readonly strangersJobsMax: number;
  /** Quick modes at a time under one ISAKMP SA (each may cost a Diffie-Hellman exchange). */
  readonly exchangesPerSaMax: number;
  /** Message ids remembered per ISAKMP SA against replays; when they are used up the SA takes no new exchange. */
  readonly messageIdsPerSaMax: number;
  /** Requests waiting for one phase 1 to finish. */
  readonly waitingRequestsMax: number;
  /** Established ISAKMP SAs with one address: a peer that starts anew for ever displaces its own oldest. */
  readonly establishedPerPeerMax: number;
  /** Octets of a first message; larger ones are dropped unread. */
  readonly firstMessageMax: number;
  /** Undecryptable fifth messages an SA survives: a wrong key, or somebody guessing. */
  readonly authenticationTriesMax: number;
  /** A peer whose proof has failed gets no new Diffie-Hellman exchange for so long: it would fail again. */
  readonly refusedPeerRest: Milliseconds;
  /** Such peers that are remembered. */
  readonly refusedPeersMax: number;
  /** Times one answer is sent again to repeats of the message it answers. */
  readonly repeatsAnsweredMax: number;
  /** First wait for an answer; doubles with every retransmission (RFC 2408 §5.1: never a fixed interval) … */
  readonly retransmitAfter: Milliseconds;
  /** … up to this. */
  readonly retransmitAfterMax: Milliseconds;
  /** Retransmissions before the exchange is given up; IOS has five as well. */
  readonly retransmissionsMax: number;
  /** R-U-THERE that go out after the first unanswered one, before the peer counts as dead; IOS has five as well. */
  readonly dpdRetriesMax: number;
  /** A pair of SAs whose peer wants to say when they may be used is used without its word after so long. */
  readonly connectedWait: Milliseconds;
  /** A finished exchange is kept so that repeats of its last message are answered. */
  readonly finishedExchangeLife: Milliseconds;
  /** Notifications to strangers, each second, over all peers. */
  readonly strangerNotifiesPerSecond: number;
  /** Unlike failures of a peer that are remembered for `show crypto isakmp diagnose`: what a person reads at a time. */
  readonly failuresPerPeerMax: number;
  /** Peers whose failures are remembered: anybody's address may be one. */
  readonly failedPeersMax: number;
}

export const DEFAULT_IKE_LIMITS: IkeLimits = {
  halfOpenMax: 1000,
  halfOpenPerAddressMax: 100,
  halfOpenLife: seconds(60),
  jobsMax: 256,
  strangersJobsMax: 32,
  exchangesPerSaMax: 32,
  messageIdsPerSaMax: 4096,
  waitingRequestsMax: 256,
  establishedPerPeerMax: 16,
  firstMessageMax: 8192,
  authenticationTriesMax: 5,
  refusedPeerRest: seconds(10),
  refusedPeersMax: 256,
  repeatsAnsweredMax: 20,
  retransmitAfter: seconds(2),
  retransmitAfterMax: seconds(16),
  retransmissionsMax: 5,
  dpdRetriesMax: 5,
  connectedWait: seconds(5),
  finishedExchangeLife: seconds(60),
  strangerNotifiesPerSecond: 10,
  failuresPerPeerMax: 5,
  failedPeersMax: 64,
};

/** Nonces are 8 to 256 octets long (RFC 2409 §5). */
export const NONCE_LENGTHS = { minimum: 8, maximum: 256 } as const;

/** Certificates of a message that are looked at: a peer's own and those on the way to its authority. */
export const CERTIFICATES_CONSIDERED_MAX = 8;

/** The wait before retransmission number `count` (from 1). */
export function retransmissionDelay(limits: IkeLimits, count: number): Milliseconds {
  return milliseconds(Math.min(limits.retransmitAfterMax, limits.retransmitAfter * 2 ** (count - 1)));
}
