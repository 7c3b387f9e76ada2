/** How long the packets of an outbound SA may be on their way, and what becomes of longer ones (RFC 2401 §6.1, RFC 4301 §8). */
import { IPV4_MTU_MIN } from "../net/fragmentation.ts";
import { IPV4_TOTAL_LENGTH_MAX } from "../net/ipv4-packet.ts";
import { TCP_IP_HEADER_LENGTH } from "../net/tcp-mss.ts";
import type { OutboundSa } from "./live-sa.ts";
import { selectsPorts } from "./packet-flow.ts";
import type { LearnedMtu, PathMtus } from "./path-mtus.ts";
import type { DfBit } from "./policy.ts";
import { transportMtu } from "./transport.ts";
import { innerMtu } from "./tunnel.ts";

export interface SaPath {
  /** Octets of the longest outer packet. */
  readonly mtu: number;
  /** Octets of the longest inner packet that passes whole. */
  readonly innerMtu: number;
  /** Octets of the longest inner packet that passes in pieces, however they are made. */
  readonly cuttableMax: number;
  /** Pieces are encrypted, rather than what is encrypted is cut. */
  readonly cutsBeforeEncryption: boolean;
  /** Inner packets are cut even if their DF bit is set. */
  readonly ignoresInnerDf: boolean;
  /** The DF bit of outer packets; undefined is that of the inner one. */
  readonly outerDf: boolean | undefined;
}

/** Of the SA as things stand; kept with it until `path` is undefined again. */
export function pathOf(sa: OutboundSa, paths: PathMtus): SaPath {
  sa.path ??= saPath(sa, paths.of(sa.parameters.localAddress, sa.parameters.peer));
  return sa.path;
}

/** Octets of the largest TCP segment that passes whole, where neither header has options. */
export function fittingMss({ innerMtu }: SaPath): number {
  return Math.max(innerMtu, IPV4_MTU_MIN) - TCP_IP_HEADER_LENGTH;
}

function saPath(sa: OutboundSa, learned?: LearnedMtu): SaPath {
  const { line, parameters, selector } = sa;
  const { mtu: ownMtu, dfBit, fragmentation } = line.connection.interface;
  const mtu = Math.max(Math.min(ownMtu, learned?.mtu ?? ownMtu), IPV4_MTU_MIN);
  const { mode, udpEncapsulation } = parameters;
  const isTunnel = mode === "tunnel";
  const innerMtuOf = isTunnel ? innerMtu : transportMtu;
  const whole = innerMtuOf(sa, udpEncapsulation, mtu);
  // Where ESP leaves less room than IP asks for, what it makes of the packet must be cut. And a piece without ports must
  // not go by an SA for certain ports (RFC 4301 §7.3).
  const canCutBefore = isTunnel && whole >= IPV4_MTU_MIN && !selectsPorts(selector);
  return {
    mtu,
    innerMtu: whole,
    cuttableMax: innerMtuOf(sa, udpEncapsulation, IPV4_TOTAL_LENGTH_MAX),
    cutsBeforeEncryption: fragmentation === "before-encryption" && canCutBefore,
    // `crypto ipsec df-bit` is about headers that a tunnel adds.
    ignoresInnerDf: (isTunnel && dfBit === "clear") || whole < IPV4_MTU_MIN,
    outerDf: learned?.isNarrower === true ? false : OUTER_DF[dfBit],
  };
}

const OUTER_DF: Readonly<Record<DfBit, boolean | undefined>> = { clear: false, copy: undefined, set: true };
