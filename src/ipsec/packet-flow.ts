/** A packet's flow as numbers, for matching at the rate of packets. `Flow` in net/ is the form for events and people. */

import { ipv4FromNumber, ipv4ToNumber } from "../net/ip-address.ts";
import { hasPorts } from "../net/protocols.ts";
import { type AddressBlock, host, type PortRange, type TrafficSelector } from "../net/selector.ts";
import { u16At, u32At } from "../net/words.ts";

export interface PacketFlow {
  readonly source: number;
  readonly destination: number;
  readonly protocol: number;
  /** 0 where there are none, or a later fragment does not show them. */
  readonly sourcePort: number;
  readonly destinationPort: number;
  /** A fragment without the first octets of its packet: whatever ports its packet has. */
  readonly isLaterFragment: boolean;
}

/** Of a whole IPv4 packet that is known to be sound. */
export function packetFlowOf(bytes: Uint8Array): PacketFlow {
  return flowBetween(bytes, 0);
}

/** The flow of what answers the packet. */
export function answeringFlowOf(bytes: Uint8Array): PacketFlow {
  return flowBetween(bytes, 1);
}

/** `from` is which of the packet's two ends is the flow's source: 0 the source, 1 the destination. */
function flowBetween(bytes: Uint8Array, from: 0 | 1): PacketFlow {
  const headerLength = ((bytes[0] ?? 0) & 15) * 4;
  const protocol = bytes[9] ?? 0;
  const isLaterFragment = (u16At(bytes, 6) & FRAGMENT_OFFSET) !== 0;
  const ported = !isLaterFragment && u16At(bytes, 2) >= headerLength + 4 && hasPorts(protocol);
  const to = 1 - from;
  return {
    source: u32At(bytes, 12 + 4 * from),
    destination: u32At(bytes, 12 + 4 * to),
    protocol,
    sourcePort: ported ? u16At(bytes, headerLength + 2 * from) : 0,
    destinationPort: ported ? u16At(bytes, headerLength + 2 * to) : 0,
    isLaterFragment,
  };
}

/** Of the traffic of a selector that of the flow's two hosts alone. */
export function betweenHosts(
  selector: TrafficSelector,
  { source, destination }: Pick<PacketFlow, "source" | "destination">,
): TrafficSelector {
  return { ...selector, local: host(ipv4FromNumber(source)), remote: host(ipv4FromNumber(destination)) };
}

/**
 * A traffic selector as numbers, seen as it is: from the router that owns it. Of both addresses the bits that count, and their
 * values, as signed 32-bit numbers; in one object, for every permit line has one.
 */
export interface CompiledSelector {
  readonly protocol: number;
  readonly localCare: number;
  readonly localBits: number;
  readonly remoteCare: number;
  readonly remoteBits: number;
  readonly localPorts: PortRange;
  readonly remotePorts: PortRange;
}

/** Bits of an address that count, and their values. */
export interface CompiledBlock {
  readonly care: number;
  readonly bits: number;
}

export function compileSelector(selector: TrafficSelector): CompiledSelector {
  const local = compileBlock(selector.local);
  const remote = compileBlock(selector.remote);
  return {
    protocol: selector.protocol,
    localCare: local.care,
    localBits: local.bits,
    remoteCare: remote.care,
    remoteBits: remote.bits,
    localPorts: selector.localPorts,
    remotePorts: selector.remotePorts,
  };
}

export function compileBlock(block: AddressBlock): CompiledBlock {
  const care = ~ipv4ToNumber(block.wildcard);
  return { care, bits: ipv4ToNumber(block.address) & care };
}

/**
 * A packet that leaves through the selector's owner matches; for one that comes in, ask for the flow of what answers it.
 *
 * A later fragment shows no ports. It matches by addresses and protocol alone, as a permit line of an IOS access list
 * takes it; where ports decide, `PortFragments` comes before.
 */
export function flowMatches(selector: CompiledSelector, flow: PacketFlow): boolean {
  return (
    (selector.protocol === 0 || selector.protocol === flow.protocol) &&
    (flow.source & selector.localCare) === selector.localBits &&
    (flow.destination & selector.remoteCare) === selector.remoteBits &&
    (flow.isLaterFragment ||
      (isWithin(selector.localPorts, flow.sourcePort) &&
        isWithin(selector.remotePorts, flow.destinationPort)))
  );
}

/** As `flowMatches`, for a deny line: IOS does not hold a line with ports against a later fragment. */
export function flowMatchesDeny(selector: CompiledSelector, flow: PacketFlow): boolean {
  if (flow.isLaterFragment && selectsPorts(selector)) return false;
  return flowMatches(selector, flow);
}

/** It is for certain ports, which later fragments do not show. */
export function selectsPorts({ localPorts, remotePorts }: CompiledSelector): boolean {
  return !(isAny(localPorts) && isAny(remotePorts));
}

function isWithin(range: PortRange, port: number): boolean {
  return range.low <= port && port <= range.high;
}

function isAny(range: PortRange): boolean {
  return range.low === 0 && range.high === 0xffff;
}

const FRAGMENT_OFFSET = 0x1fff;
