/** Crypto maps and dynamic crypto maps in a configuration. */
import type { Origin } from "../base/origin.ts";
import type { GroupId } from "../crypto/names.ts";
import type { IdleTime } from "../ipsec/policy.ts";
import type { IpAddress } from "../net/ip-address.ts";
import type { KeptLines, Setting } from "./configuration.ts";

export interface CryptoMapSettings {
  readonly name: string;
  /** Name of the interface. */
  readonly localAddress: Setting<string> | undefined;
  /** Ascending sequence number; those of the other list are others. */
  readonly entries: readonly CryptoMapEntrySettings[];
  /** Ascending sequence number. */
  readonly dynamicEntries: readonly DynamicEntrySettings[];
  /** Settings that have no effect here. */
  readonly kept: KeptLines;
}

/** `crypto map … ipsec-isakmp dynamic`: the entries of a dynamic map in a crypto map. */
export interface DynamicEntrySettings {
  /** 1 to 65535. */
  readonly sequence: number;
  /** Name of the dynamic map. */
  readonly dynamicMap: string;
  /** Peers are looked for by Tunnel Endpoint Discovery. */
  readonly discovers: boolean;
  readonly origin: Origin | undefined;
}

/** `crypto dynamic-map`. */
export interface DynamicMapSettings {
  readonly name: string;
  /** Ascending sequence number. */
  readonly entries: readonly CryptoMapEntrySettings[];
}

/** `crypto map … ipsec-isakmp`, and an entry of a dynamic map. */
export interface CryptoMapEntrySettings {
  /** 1 to 65535. */
  readonly sequence: number;
  readonly description: Setting<string> | undefined;
  /** In order of preference. */
  readonly peers: readonly Setting<MapPeer>[];
  /** Names in order of preference, at most six. */
  readonly transformSets: Setting<readonly string[]> | undefined;
  readonly pfsGroup: Setting<GroupId> | undefined;
  readonly lifetimeSeconds: Setting<number> | undefined;
  readonly lifetimeKilobytes: Setting<number> | undefined;
  readonly idleTime: Setting<IdleTime> | undefined;
  /** Name or number of an access list. */
  readonly matchAddress: Setting<string> | undefined;
  readonly kept: KeptLines;
  readonly origin: Origin | undefined;
}

export type MapPeer =
  | { readonly kind: "address"; readonly address: IpAddress }
  | { readonly kind: "hostname"; readonly name: string };

/** Names of hosts are the same in any case. */
export function isSamePeer(a: MapPeer, b: MapPeer): boolean {
  return a.kind === "address"
    ? b.kind === "address" && a.address === b.address
    : b.kind === "hostname" && a.name.toLowerCase() === b.name.toLowerCase();
}
