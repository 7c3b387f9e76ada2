/** A configuration, compiled: policies for a gateway, interfaces and routes for whoever moves its packets. */
import type { Origin } from "../base/origin.ts";
import type { IkePolicy } from "../ike/policy.ts";
import type { IpsecPolicy } from "../ipsec/policy.ts";
import type { AccessList } from "../net/access-list.ts";
import type { IpAddress } from "../net/ip-address.ts";
import type { ConversationEnd } from "../net/readdressing.ts";
import type { AddressBlock } from "../net/selector.ts";
import type { Direction } from "./configuration.ts";
import type { RipTimers } from "./rip-settings.ts";

export interface RouterPolicy {
  readonly hostname: string;
  readonly ike: IkePolicy;
  readonly ipsec: IpsecPolicy;
  /** Those with an address. */
  readonly interfaces: readonly InterfaceConfiguration[];
  readonly routes: readonly StaticRoute[];
  readonly nat: NatPolicy;
  /** What the router itself sends and this takes goes where this says, whatever the routes. */
  readonly localPolicyRoutes: RouteMap | undefined;
  readonly rip: RipPolicy | undefined;
}

export interface InterfaceConfiguration {
  readonly name: string;
  readonly address: IpAddress;
  readonly mask: IpAddress;
  /** The subnet it is connected to. */
  readonly prefix: AddressBlock;
  /** Octets, of IP packets. */
  readonly mtu: number;
  /** Octets: the largest TCP segment size that connections through it may announce. */
  readonly adjustMss: number | undefined;
  /** Not shut down. */
  readonly up: boolean;
  /** Packets that pass from an inside interface to an outside one are translated. */
  readonly natSide: "inside" | "outside" | undefined;
  /** What comes in by it and this takes goes where this says, whatever the routes. */
  readonly policyRoutes: RouteMap | undefined;
  /** Undefined for what is no tunnel. */
  readonly tunnel: TunnelEnds | undefined;
  /** What may pass it; undefined is everything. */
  readonly accessGroups: { readonly [D in Direction]: AccessList | undefined };
}

/** Where GRE carries the packets of a tunnel interface. */
export interface TunnelEnds {
  /** One of our addresses. */
  readonly source: IpAddress;
  readonly destination: IpAddress;
  readonly key: number | undefined;
  readonly hasChecksum: boolean;
}

/** One of next hop and interface is there, or both. */
export interface StaticRoute {
  readonly prefix: AddressBlock;
  readonly nextHop: IpAddress | undefined;
  readonly interfaceName: string | undefined;
  /** Between routes to the same prefix the lower one is taken. */
  readonly distance: number;
  readonly origin: Origin | undefined;
}

/** RIP version 2, as a lab's routers speak it. */
export interface RipPolicy {
  /** Those whose networks are told of, and that are listened at. */
  readonly interfaces: readonly { readonly name: string; readonly isPassive: boolean }[];
  readonly timers: RipTimers;
  readonly distance: number;
  /** Networks are told of as wholes where they are not part of the same one. */
  readonly summarises: boolean;
  readonly offsets: readonly RipOffset[];
}

export interface RipOffset {
  /** Undefined: for all networks. */
  readonly list: AccessList | undefined;
  readonly direction: Direction;
  readonly hops: number;
  /** Undefined: on all. */
  readonly interfaceName: string | undefined;
}

/** Ascending; the first entry that takes a packet decides. */
export type RouteMap = readonly RouteMapEntry[];

export interface RouteMapEntry {
  readonly action: "permit" | "deny";
  /** One of them is to permit the packet; none is any packet. */
  readonly accessLists: readonly AccessList[];
  /** In order of preference, before the interfaces. */
  readonly nextHops: readonly IpAddress[];
  readonly interfaces: readonly string[];
  /** What it was made from: its packets are counted by this. */
  readonly source: object | undefined;
}

/** Translation of inside addresses. */
export interface NatPolicy {
  readonly rules: readonly TranslationRule[];
  readonly statics: readonly StaticTranslation[];
}

export interface TranslationRule {
  readonly match: RouteMap;
  /** Global addresses, both included. */
  readonly first: IpAddress;
  readonly last: IpAddress;
  /** Many share one, told apart by ports. */
  readonly overload: boolean;
}

/** An address that is always known under another one; with a protocol, only one service of it. */
export interface StaticTranslation {
  /** 0 is the whole address; ports then are 0 too. */
  readonly protocol: number;
  readonly local: ConversationEnd;
  readonly global: ConversationEnd;
}
