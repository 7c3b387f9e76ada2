/** A crypto map entry on an interface at work: its permit lines and its SAs. */
import { type Few, few, itemsOf } from "../base/few.ts";
import type { IpAddress } from "../net/ip-address.ts";
import type { TrafficSelector } from "../net/selector.ts";
import type { InboundSa, OutboundSa } from "./live-sa.ts";
import type { CompiledSelector } from "./packet-flow.ts";
import type { CryptoMapEntry, ProtectedInterface } from "./policy.ts";
import type { DropCounts, FlowCounters } from "./view.ts";

/** On several interfaces, where its map has the same local address there: their SAs are the same, too. */
export class ProtectedConnection {
  /** That of the entry; in a temporary one followed by the peer, for IKE knows its template alone. */
  readonly id: string;
  readonly entry: CryptoMapEntry;
  /** The first of them. */
  readonly interface: ProtectedInterface;
  /** Whom to negotiate with; another one of the entry's peers after a failure. */
  currentPeer: IpAddress | undefined;
  /** Rises whenever `outbound` changes: what was cached before is void. */
  version = 0;
  #lines: Few<ProtectedLine>;
  #inbound: Few<InboundSa>;
  #outbound: Few<OutboundSa>;

  constructor(
    id: string,
    entry: CryptoMapEntry,
    protectedInterface: ProtectedInterface,
    currentPeer: IpAddress | undefined,
  ) {
    this.id = id;
    this.entry = entry;
    this.interface = protectedInterface;
    this.currentPeer = currentPeer;
  }

  /** In a temporary entry they come and go with their SAs. */
  get lines(): readonly ProtectedLine[] {
    return itemsOf(this.#lines);
  }

  set lines(lines: readonly ProtectedLine[]) {
    this.#lines = few(lines);
  }

  /** Newest last. */
  get inbound(): readonly InboundSa[] {
    return itemsOf(this.#inbound);
  }

  set inbound(sas: readonly InboundSa[]) {
    this.#inbound = few(sas);
  }

  get outbound(): readonly OutboundSa[] {
    return itemsOf(this.#outbound);
  }

  set outbound(sas: readonly OutboundSa[]) {
    this.#outbound = few(sas);
    this.version++;
  }
}

/** A permit line. */
export interface ProtectedLine {
  readonly connection: ProtectedConnection;
  readonly selector: TrafficSelector;
  readonly compiledSelector: CompiledSelector;
  /** Undefined while there is nothing to count. */
  counters: LineCounters | undefined;
}

export type LineCounters = { -readonly [K in keyof Omit<FlowCounters, "drops">]: number } & {
  drops: { -readonly [R in keyof DropCounts]: DropCounts[R] };
};
