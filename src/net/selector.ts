/** Traffic selectors: which packets a rule or an SA is about, as access lists and RFC 2401 §4.4.2 describe them. */
import { type IpAddress, ipv4FromNumber, ipv4ToNumber } from "./ip-address.ts";

/** Addresses whose bits equal `address` wherever `wildcard` has a 0, as in an access list. */
export interface AddressBlock {
  readonly address: IpAddress;
  readonly wildcard: IpAddress;
}

/** Inclusive; `{ low: 0, high: 65535 }` is any port. */
export interface PortRange {
  readonly low: number;
  readonly high: number;
}

export const ANY_PORT: PortRange = { low: 0, high: 65535 };

/** Seen from the router that owns it: `local` is the source of what it sends and the destination of what it receives. */
export interface TrafficSelector {
  /** IP protocol number; 0 is any. */
  readonly protocol: number;
  readonly local: AddressBlock;
  readonly localPorts: PortRange;
  readonly remote: AddressBlock;
  readonly remotePorts: PortRange;
}

/** Addresses and ports of one packet. Ports are 0 where the protocol has none or the packet is a later fragment. */
export interface Flow {
  readonly source: IpAddress;
  readonly destination: IpAddress;
  readonly protocol: number;
  readonly sourcePort: number;
  readonly destinationPort: number;
}

/** One line of an extended access list, source first, as in the packet. */
export interface AccessRule {
  readonly action: "permit" | "deny";
  readonly protocol: number;
  readonly source: AddressBlock;
  readonly sourcePorts: PortRange;
  readonly destination: AddressBlock;
  readonly destinationPorts: PortRange;
}

export function host(address: IpAddress): AddressBlock {
  return { address, wildcard: ipv4FromNumber(0) };
}

/** One address alone. */
export function isHost({ wildcard }: AddressBlock): boolean {
  return ipv4ToNumber(wildcard) === 0;
}

export const ANY_ADDRESS: AddressBlock = { address: ipv4FromNumber(0), wildcard: ipv4FromNumber(0xffffffff) };

/** The subnet mask of a block, or undefined where its wildcard is not contiguous (`0.0.255.0`). */
export function maskOf(block: AddressBlock): IpAddress | undefined {
  const wildcard = ipv4ToNumber(block.wildcard);
  return (wildcard & (wildcard + 1)) >>> 0 === 0 ? ipv4FromNumber(~wildcard >>> 0) : undefined;
}

export function blockOf(address: IpAddress, mask: IpAddress): AddressBlock {
  const bits = ipv4ToNumber(mask);
  return {
    address: ipv4FromNumber((ipv4ToNumber(address) & bits) >>> 0),
    wildcard: ipv4FromNumber(~bits >>> 0),
  };
}

export function blockContains(block: AddressBlock, address: IpAddress): boolean {
  const care = ~ipv4ToNumber(block.wildcard);
  return (ipv4ToNumber(address) & care) === (ipv4ToNumber(block.address) & care);
}

/** Every address of `inner` is in `outer`. */
export function blockCovers(outer: AddressBlock, inner: AddressBlock): boolean {
  const outerCare = ~ipv4ToNumber(outer.wildcard);
  const innerCare = ~ipv4ToNumber(inner.wildcard);
  if ((outerCare & ~innerCare) !== 0) return false;
  return (ipv4ToNumber(inner.address) & outerCare) === (ipv4ToNumber(outer.address) & outerCare);
}

function portsCover(outer: PortRange, inner: PortRange): boolean {
  return outer.low <= inner.low && inner.high <= outer.high;
}

/** Every packet of `inner` is one of `outer`. */
export function selectorCovers(outer: TrafficSelector, inner: TrafficSelector): boolean {
  return (
    (outer.protocol === 0 || outer.protocol === inner.protocol) &&
    blockCovers(outer.local, inner.local) &&
    blockCovers(outer.remote, inner.remote) &&
    portsCover(outer.localPorts, inner.localPorts) &&
    portsCover(outer.remotePorts, inner.remotePorts)
  );
}

export function selectorsEqual(a: TrafficSelector, b: TrafficSelector): boolean {
  return selectorCovers(a, b) && selectorCovers(b, a);
}

/** Some packet is of both. */
export function selectorsOverlap(a: TrafficSelector, b: TrafficSelector): boolean {
  return (
    (a.protocol === 0 || b.protocol === 0 || a.protocol === b.protocol) &&
    blocksOverlap(a.local, b.local) &&
    blocksOverlap(a.remote, b.remote) &&
    rangesOverlap(a.localPorts, b.localPorts) &&
    rangesOverlap(a.remotePorts, b.remotePorts)
  );
}

/** Some address is in both. */
export function blocksOverlap(a: AddressBlock, b: AddressBlock): boolean {
  // Bits that count in both must be equal.
  const care = ~ipv4ToNumber(a.wildcard) & ~ipv4ToNumber(b.wildcard);
  return (ipv4ToNumber(a.address) & care) === (ipv4ToNumber(b.address) & care);
}

function rangesOverlap(a: PortRange, b: PortRange): boolean {
  return a.low <= b.high && b.low <= a.high;
}

/** No traffic but that of one host with another, these two: the only kind that transport mode can carry (RFC 2401 §4.1). */
export function isBetween(selector: TrafficSelector, local: IpAddress, remote: IpAddress): boolean {
  return blockCovers(host(local), selector.local) && blockCovers(host(remote), selector.remote);
}

/** What a permit line of a crypto access list protects, seen from the router that has the line. */
export function selectorOfRule(rule: AccessRule): TrafficSelector {
  return {
    protocol: rule.protocol,
    local: rule.source,
    localPorts: rule.sourcePorts,
    remote: rule.destination,
    remotePorts: rule.destinationPorts,
  };
}

/** The line again, of what it does and what it is about. */
export function ruleOf({
  action,
  selector,
}: {
  readonly action: AccessRule["action"];
  readonly selector: TrafficSelector;
}): AccessRule {
  return {
    action,
    protocol: selector.protocol,
    source: selector.local,
    sourcePorts: selector.localPorts,
    destination: selector.remote,
    destinationPorts: selector.remotePorts,
  };
}

/** The same traffic seen from the other end. */
export function mirror(selector: TrafficSelector): TrafficSelector {
  return {
    protocol: selector.protocol,
    local: selector.remote,
    localPorts: selector.remotePorts,
    remote: selector.local,
    remotePorts: selector.localPorts,
  };
}

/** A packet that leaves through the selector's owner matches. */
export function selectorMatchesOutbound(selector: TrafficSelector, flow: Flow): boolean {
  return (
    (selector.protocol === 0 || selector.protocol === flow.protocol) &&
    blockContains(selector.local, flow.source) &&
    blockContains(selector.remote, flow.destination) &&
    flow.sourcePort >= selector.localPorts.low &&
    flow.sourcePort <= selector.localPorts.high &&
    flow.destinationPort >= selector.remotePorts.low &&
    flow.destinationPort <= selector.remotePorts.high
  );
}

/** `10.1.1.0/255.255.255.0/0/0`: address, mask, protocol, port, as IOS prints a proxy identity. */
export function describeProxy(block: AddressBlock, protocol: number, ports: PortRange): string {
  const mask = maskOf(block) ?? ipv4FromNumber(~ipv4ToNumber(block.wildcard) >>> 0);
  return `${block.address}/${mask}/${protocol}/${ports.low === ports.high ? ports.low : 0}`;
}
