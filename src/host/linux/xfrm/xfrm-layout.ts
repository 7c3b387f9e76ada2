/**
 * The structures of Linux's <linux/xfrm.h> that more than one message has. Numbers are little-endian; addresses, ports and
 * SPIs are in network order. An address takes 16 octets, of which IPv4 uses the first four.
 */
import type { SaProtocol } from "../../../crypto/names.ts";
import { type IpAddress, ipv4FromNumber, ipv4ToNumber } from "../../../net/ip-address.ts";
import { type AddressBlock, blockOf } from "../../../net/selector.ts";
import { AF_INET } from "../socket-address.ts";

/** Ports that equal `port` in the bits of `mask`; a mask of 0 is any port. */
export interface PortBlock {
  readonly port: number;
  readonly mask: number;
}

export const ANY_PORTS: PortBlock = { port: 0, mask: 0 };

/** `struct xfrm_selector`: packets as they are, source first. Blocks are prefixes. */
export interface XfrmSelector {
  /** 0 is any. */
  readonly protocol: number;
  readonly source: AddressBlock;
  readonly sourcePorts: PortBlock;
  readonly destination: AddressBlock;
  readonly destinationPorts: PortBlock;
  /** Index of the device that packets leave or came by; 0 is any. */
  readonly device: number;
}

/** Octets of structures. */
export const SIZES = {
  selector: 56,
  id: 24,
  address: 16,
  lifetime: 64,
  usage: 32,
  sa: 224,
  saId: 24,
  policy: 168,
  policyId: 64,
  template: 64,
} as const;

export function putSelector(view: DataView, at: number, selector: XfrmSelector): void {
  const { protocol, source, sourcePorts, destination, destinationPorts, device } = selector;
  putAddress(view, at, destination.address);
  putAddress(view, at + 16, source.address);
  view.setUint16(at + 32, destinationPorts.port);
  view.setUint16(at + 34, destinationPorts.mask);
  view.setUint16(at + 36, sourcePorts.port);
  view.setUint16(at + 38, sourcePorts.mask);
  view.setUint16(at + 40, AF_INET, true);
  view.setUint8(at + 42, prefixLength(destination));
  view.setUint8(at + 43, prefixLength(source));
  view.setUint8(at + 44, protocol);
  view.setInt32(at + 48, device, true);
}

export function selectorAt(view: DataView, at: number): XfrmSelector {
  return {
    protocol: view.getUint8(at + 44),
    source: blockAt(view, at + 16, view.getUint8(at + 43)),
    sourcePorts: { port: view.getUint16(at + 36), mask: view.getUint16(at + 38) },
    destination: blockAt(view, at, view.getUint8(at + 42)),
    destinationPorts: { port: view.getUint16(at + 32), mask: view.getUint16(at + 34) },
    device: view.getInt32(at + 48, true),
  };
}

/** `struct xfrm_lifetime_cfg`. What is left out has no limit. */
export interface XfrmLifetime {
  readonly softOctets?: number;
  readonly hardOctets?: number;
  readonly softPackets?: number;
  /** Seconds from the installation on. */
  readonly hardSeconds?: number;
}

export function putLifetime(view: DataView, at: number, lifetime: XfrmLifetime): void {
  const { softOctets, hardOctets, softPackets, hardSeconds = 0 } = lifetime;
  for (const [i, limit] of [softOctets, hardOctets, softPackets, undefined].entries())
    view.setBigUint64(at + i * 8, limit === undefined ? UNLIMITED : BigInt(Math.floor(limit)), true);
  view.setBigUint64(at + 40, BigInt(hardSeconds), true);
}

export function putAddress(view: DataView, at: number, address: IpAddress): void {
  view.setUint32(at, ipv4ToNumber(address));
}

export function addressAt(view: DataView, at: number): IpAddress {
  return ipv4FromNumber(view.getUint32(at));
}

export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
}

export function prefixLength({ wildcard }: AddressBlock): number {
  return Math.clz32(ipv4ToNumber(wildcard));
}

function blockAt(view: DataView, at: number, length: number): AddressBlock {
  const mask = ipv4FromNumber(2 ** 32 - 2 ** (32 - Math.min(length, 32)));
  return blockOf(addressAt(view, at), length === 0 ? ipv4FromNumber(0) : mask);
}

export const MODES = { transport: 0, tunnel: 1 } as const;
export const PROTOCOLS: { readonly [P in SaProtocol]: number } = { esp: 50, ah: 51 };

/** Undefined for what is neither. */
export function protocolAt(view: DataView, at: number): SaProtocol | undefined {
  const number = view.getUint8(at);
  if (number === PROTOCOLS.esp) return "esp";
  return number === PROTOCOLS.ah ? "ah" : undefined;
}
/** XFRM_INF. */
const UNLIMITED = 2n ** 64n - 1n;
