/** What the data plane may hold and how long it waits: each bound with its reason. */

export interface DataPlaneLimits {
  readonly flowCacheSlots: number;
  readonly heldPacketsPerFlowMax: number;
  readonly heldPacketsMax: number;
  readonly heldOctetsMax: number;
  readonly negotiationTimeoutSeconds: number;
  readonly backOffSecondsMin: number;
  readonly backOffSecondsMax: number;
  readonly negotiationsMax: number;
  readonly replacedLingerSeconds: number;
  readonly freshMilliseconds: number;
  readonly renewalMarginSeconds: number;
  readonly renewalMarginKilobytes: number;
  readonly sequenceNumberMax: number;
  readonly sequenceNumberMargin: number;
  readonly dropReportIntervalSeconds: number;
  readonly dropReportKeysMax: number;
  readonly ivPoolOctets: number;
  readonly pathMtuMin: number;
  readonly pathMtuSeconds: number;
  readonly carriedLookSeconds: number;
  readonly temporaryFlowsPerPeerMax: number;
}

/** What the protocol or the documents fix. */
export const SPECIFICATION = {
  /** The sequence number is 32 bits and must not cycle (RFC 2406 §3.3.3). */
  sequenceNumberMax: 0xffffffff,
  /** IOS asks for new SAs this long before the old ones expire, and with this much of the volume left. */
  renewalMarginSeconds: 30,
  renewalMarginKilobytes: 256,
} as const;

/** IMPLEMENTATION: our choices, unless a document is named. */
export const DATA_PLANE_LIMITS: DataPlaneLimits = {
  /** Per interface; a power of two. A flow that finds its slot taken only pays for a full look-up. */
  flowCacheSlots: 4096,
  /** A TCP connection's first packets and a few pings; more would be a burst when the SA comes up. */
  heldPacketsPerFlowMax: 16,
  heldPacketsMax: 1024,
  heldOctetsMax: 1 << 20,
  /** IKE reports how a negotiation ended; this frees the flow if it never does. Longer than IKE's own retransmissions. */
  negotiationTimeoutSeconds: 180,
  /** After a failure the flow waits 1, 2, 4, … up to 30 s, so that traffic does not flood a peer that refuses. */
  backOffSecondsMin: 1,
  backOffSecondsMax: 30,
  /** Flows whose last negotiation failed are remembered up to this many. */
  negotiationsMax: 20_000,
  /** A replaced SA still receives this long: packets and the peer's switch to the new one may be late. */
  replacedLingerSeconds: 60,
  /** So long packets go by the SA that is being replaced: strongSwan takes some milliseconds to have the new one. */
  freshMilliseconds: 500,
  renewalMarginSeconds: SPECIFICATION.renewalMarginSeconds,
  renewalMarginKilobytes: SPECIFICATION.renewalMarginKilobytes,
  sequenceNumberMax: SPECIFICATION.sequenceNumberMax,
  /** 16 million packets before the end: half a minute at half a million packets a second. */
  sequenceNumberMargin: 1 << 24,
  /** The first drop of a kind from a source is told at once, then at most one a minute. */
  dropReportIntervalSeconds: 60,
  /** Sources may be forged; once so many are known, all others share one report per kind. */
  dropReportKeysMax: 1024,
  /** Drawn at once: entropy costs more per draw than per octet. */
  ivPoolOctets: 4096,
  /** Octets. Every host takes as much (RFC 791 §3.1); below it, a forged message would cost too much. */
  pathMtuMin: 576,
  /** RFC 1191 §6.3 suggests 10 minutes after a decrease. */
  pathMtuSeconds: 600,
  /** An idle SA in its last seconds: whether another has carried a packet for it is looked at so often, six times in IOS's margin. */
  carriedLookSeconds: 5,
  /** A peer of a dynamic crypto map says itself what it wants protected: more subnets than a site has would be an attack on our memory. */
  temporaryFlowsPerPeerMax: 256,
};
