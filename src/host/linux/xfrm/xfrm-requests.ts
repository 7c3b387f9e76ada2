/** Requests to Linux's IPsec: what a netlink message of each type has as its body. */
import { concat } from "../../../base/octets.ts";
import { isAh, protocolOf, type SaProtocol, type SaSuite } from "../../../crypto/names.ts";
import type { EncapsulationMode } from "../../../crypto/transform-set.ts";
import type { IpAddress } from "../../../net/ip-address.ts";
import { AF_INET } from "../socket-address.ts";
import { attribute, withAttributes } from "./netlink-message.ts";
import { algorithmAttributes } from "./xfrm-algorithms.ts";
import {
  MODES,
  PROTOCOLS,
  putAddress,
  putLifetime,
  putSelector,
  SIZES,
  viewOf,
  type XfrmLifetime,
  type XfrmSelector,
} from "./xfrm-layout.ts";

/** A type of message and its body. */
export interface XfrmRequest {
  readonly type: number;
  readonly body: Uint8Array;
}

export interface XfrmSa {
  readonly source: IpAddress;
  readonly destination: IpAddress;
  readonly spi: number;
  /** Joins SAs to the policies that want them. */
  readonly requestId: number;
  readonly mode: EncapsulationMode;
  /** What it may carry. */
  readonly selector: XfrmSelector;
  readonly suite: SaSuite;
  readonly encryptionKey: Uint8Array;
  readonly integrityKey: Uint8Array;
  readonly lifetime: XfrmLifetime;
  /** Packets; a multiple of 32, or 0 for none. */
  readonly replayWindow: number;
  /** Its sequence numbers, at their end; else it would send nothing more. */
  readonly numbersBeginAnew: boolean;
  /** Outer packets may be fragmented whatever the inner ones say. */
  readonly clearsDontFragment: boolean;
  readonly udpEncapsulation: { readonly sourcePort: number; readonly destinationPort: number } | undefined;
}

export type PolicyDirection = "in" | "out" | "forward";

export interface XfrmPolicy {
  readonly direction: PolicyDirection;
  readonly selector: XfrmSelector;
  /** The lowest that matches decides. */
  readonly priority: number;
  /** The SAs that a packet needs, from the inside out; without any it passes in clear. */
  readonly needs: readonly XfrmTemplate[];
  /** A packet is dropped. */
  readonly isBlocked: boolean;
}

export interface XfrmTemplate {
  readonly protocol: SaProtocol;
  readonly source: IpAddress;
  readonly destination: IpAddress;
  readonly mode: EncapsulationMode;
  readonly requestId: number;
}

export function addSa(sa: XfrmSa): XfrmRequest {
  const fixed = new Uint8Array(SIZES.sa);
  const view = viewOf(fixed);
  putSelector(view, 0, sa.selector);
  putAddress(view, 56, sa.destination);
  view.setUint32(72, sa.spi);
  view.setUint8(76, PROTOCOLS[protocolOf(sa.suite)]);
  putAddress(view, 80, sa.source);
  putLifetime(view, 96, sa.lifetime);
  view.setUint32(208, sa.requestId, true);
  view.setUint16(212, AF_INET, true);
  view.setUint8(214, MODES[sa.mode]);
  view.setUint8(216, (sa.clearsDontFragment ? STATE_NO_PATH_MTU : 0) | (isAh(sa.suite) ? STATE_ALIGN4 : 0));
  const attributes = [...algorithmAttributes(sa.suite, sa.encryptionKey, sa.integrityKey)];
  const { udpEncapsulation: udp } = sa;
  if (udp !== undefined) attributes.push(attribute(XFRMA_ENCAP, encapsulation(udp)));
  attributes.push(attribute(XFRMA_REPLAY_ESN_VAL, replayState(sa.replayWindow)));
  if (sa.numbersBeginAnew) attributes.push(attribute(XFRMA_SA_EXTRA_FLAGS, extraFlags()));
  return { type: XFRM_TYPES.newSa, body: withAttributes(fixed, ...attributes) };
}

/** Other limits and another port for ESP in UDP; in all else the SA goes on as it is. */
export function updateSa(sa: XfrmSa): XfrmRequest {
  return { type: XFRM_TYPES.updateSa, body: addSa(sa).body };
}

/** An SA is named by where it leads to, its protocol and its SPI. */
export function deleteSa(destination: IpAddress, protocol: SaProtocol, spi: number): XfrmRequest {
  return { type: XFRM_TYPES.deleteSa, body: saId(destination, protocol, spi) };
}

export function getSa(destination: IpAddress, protocol: SaProtocol, spi: number): XfrmRequest {
  return { type: XFRM_TYPES.getSa, body: saId(destination, protocol, spi) };
}

/** To be sent as a dump. */
export function getAllSas(): XfrmRequest {
  return { type: XFRM_TYPES.getSa, body: new Uint8Array() };
}

/** Makes a policy, or puts it in place of the one with the same direction and selector. */
export function putPolicy({ direction, selector, priority, needs, isBlocked }: XfrmPolicy): XfrmRequest {
  const fixed = new Uint8Array(SIZES.policy);
  const view = viewOf(fixed);
  putSelector(view, 0, selector);
  putLifetime(view, 56, {});
  view.setUint32(152, priority, true);
  view.setUint8(160, DIRECTIONS[direction]);
  view.setUint8(161, isBlocked ? POLICY_BLOCK : 0);
  const attributes = needs.length === 0 ? [] : [attribute(XFRMA_TMPL, concat(...needs.map(template)))];
  return { type: XFRM_TYPES.updatePolicy, body: withAttributes(fixed, ...attributes) };
}

export function deletePolicy(direction: PolicyDirection, selector: XfrmSelector): XfrmRequest {
  const body = new Uint8Array(SIZES.policyId);
  putSelector(viewOf(body), 0, selector);
  body[60] = DIRECTIONS[direction];
  return { type: XFRM_TYPES.deletePolicy, body };
}

/** To be sent as a dump. */
export function getAllPolicies(): XfrmRequest {
  return { type: XFRM_TYPES.getPolicy, body: new Uint8Array() };
}

export const XFRM_TYPES = {
  newSa: 0x10,
  deleteSa: 0x11,
  getSa: 0x12,
  newPolicy: 0x13,
  deletePolicy: 0x14,
  getPolicy: 0x15,
  acquire: 0x17,
  expire: 0x18,
  updatePolicy: 0x19,
  updateSa: 0x1a,
  mapping: 0x26,
} as const;

export const DIRECTIONS: { readonly [D in PolicyDirection]: number } = { in: 0, out: 1, forward: 2 };

export const XFRMA_REPLAY_ESN_VAL = 23;

function saId(destination: IpAddress, protocol: SaProtocol, spi: number): Uint8Array {
  const body = new Uint8Array(SIZES.saId);
  const view = viewOf(body);
  putAddress(view, 0, destination);
  view.setUint32(16, spi);
  view.setUint16(20, AF_INET, true);
  view.setUint8(22, PROTOCOLS[protocol]);
  return body;
}

function template({ source, destination, protocol, mode, requestId }: XfrmTemplate): Uint8Array {
  const bytes = new Uint8Array(SIZES.template);
  const view = viewOf(bytes);
  putAddress(view, 0, destination);
  view.setUint8(20, PROTOCOLS[protocol]);
  view.setUint16(24, AF_INET, true);
  putAddress(view, 28, source);
  view.setUint32(44, requestId, true);
  view.setUint8(48, MODES[mode]);
  // Whatever algorithms its SA has: IKE has seen to them.
  for (const at of [52, 56, 60]) view.setUint32(at, 0xffffffff, true);
  return bytes;
}

function encapsulation({ sourcePort, destinationPort }: NonNullable<XfrmSa["udpEncapsulation"]>): Uint8Array {
  const bytes = new Uint8Array(24);
  const view = viewOf(bytes);
  view.setUint16(0, UDP_ENCAP_ESPINUDP, true);
  view.setUint16(2, sourcePort);
  view.setUint16(4, destinationPort);
  return bytes;
}

/** `struct xfrm_replay_state_esn`, which also serves 32-bit sequence numbers with a window of more than 32; nothing seen yet. */
function replayState(window: number): Uint8Array {
  const bytes = new Uint8Array(24);
  const view = viewOf(bytes);
  view.setUint32(0, window / 32, true);
  view.setUint32(20, window, true);
  return bytes;
}

/** XFRM_SA_XFLAG_OSEQ_MAY_CYCLE. */
function extraFlags(): Uint8Array {
  const bytes = new Uint8Array(4);
  viewOf(bytes).setUint32(0, 2, true);
  return bytes;
}

const XFRMA_ENCAP = 4;
const XFRMA_TMPL = 5;
const XFRMA_SA_EXTRA_FLAGS = 24;
/** XFRM_POLICY_BLOCK. */
const POLICY_BLOCK = 1;
const UDP_ENCAP_ESPINUDP = 2;
/** XFRM_STATE_NOPMTUDISC. */
const STATE_NO_PATH_MTU = 4;
/** XFRM_STATE_ALIGN4: AH's length is a multiple of 4 octets, as RFC 2402 §2.6 has it for IPv4, and not of 8. */
const STATE_ALIGN4 = 64;
