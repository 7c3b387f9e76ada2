/** What strangers may make this layer hold. */

export interface NetLimits {
  readonly fragmentTimeoutSeconds: number;
  readonly partialPacketsMax: number;
  readonly partialOctetsMax: number;
  readonly fragmentsPerPacketMax: number;
  readonly loggedFlowsMax: number;
  readonly ripRoutesMax: number;
  readonly ripNeighboursMax: number;
}

/** IMPLEMENTATION: our choices, and why. */
export const NET_LIMITS: NetLimits = {
  /** Fragments wait this long for the rest; RFC 1122 §3.3.2 suggests 60 to 120 s, which only helps floods today. */
  fragmentTimeoutSeconds: 30,
  /** Packets in reassembly at once; the oldest gives way. */
  partialPacketsMax: 64,
  /** Octets held in reassembly, header copies included: eight of the longest packets and their overhead. */
  partialOctetsMax: 1 << 20,
  /** Of one packet: the longest packet over a 576-octet path comes in 119 pieces. */
  fragmentsPerPacketMax: 256,
  /** Flows that access lists log, each with a line in five minutes: more than anybody reads, and a scan brings no more. */
  loggedFlowsMax: 64,
  /** Networks that RIP's neighbours may tell of: more than any lab has, and a neighbour may make them up. */
  ripRoutesMax: 1024,
  /** Neighbours that are shown as heard from. */
  ripNeighboursMax: 64,
};
