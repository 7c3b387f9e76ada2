/** Crypto maps and dynamic crypto maps in a configuration. */
import type { Origin } from "../base/origin.ts";
import type { GroupId } from "../crypto/names.ts";
import type { Secret } from "../crypto/secret.ts";
import type { IdleTime, ReverseRouteTerms } from "../ipsec/policy.ts";
import type { IpAddress } from "../net/ip-address.ts";
import type { KeptLines, ReplaySettings, Setting } from "./configuration.ts";

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

/** `crypto map … ipsec-isakmp` or `ipsec-manual`, and an entry of a dynamic map, which is of the first type. */
export interface CryptoMapEntrySettings {
  /** 1 to 65535. */
  readonly sequence: number;
  readonly type: "ipsec-isakmp" | "ipsec-manual";
  readonly description: Setting<string> | undefined;
  /** In order of preference. */
  readonly peers: readonly Setting<MapPeer>[];
  /** `set peer … default`: the first is tried before all others whenever SAs are wanted anew. */
  readonly hasDefaultPeer: boolean;
  /** Names in order of preference, at most six. */
  readonly transformSets: Setting<readonly string[]> | undefined;
  readonly pfsGroup: Setting<GroupId> | undefined;
  readonly lifetimeSeconds: Setting<number> | undefined;
  readonly lifetimeKilobytes: Setting<number> | undefined;
  readonly idleTime: Setting<IdleTime> | undefined;
  readonly replay: ReplaySettings;
  /** `set security-association level per-host`. */
  readonly isPerHost: Setting<true> | undefined;
  readonly reverseRoute: Setting<ReverseRouteSettings> | undefined;
  /** Name or number of an access list. */
  readonly matchAddress: Setting<string> | undefined;
  /** Of an entry of type ipsec-manual: at most one for each protocol and direction, in this order. */
  readonly sessionKeys: readonly SessionKeySettings[];
  readonly kept: KeptLines;
  readonly origin: Origin | undefined;
}

/** `reverse-route`. */
export interface ReverseRouteSettings extends ReverseRouteTerms {
  /** `remote-peer`, which may name another next hop: without one the routes lead to the peer, as they do anyhow. */
  readonly namesPeer: boolean;
}

/** `set session-key`. */
export interface SessionKeySettings {
  readonly direction: "inbound" | "outbound";
  readonly protocol: "ah" | "esp";
  readonly spi: number;
  /** ESP alone has one. */
  readonly cipher: Secret | undefined;
  readonly authenticator: Secret | undefined;
  readonly origin: Origin | undefined;
}

export type MapPeer =
  | { readonly kind: "address"; readonly address: IpAddress }
  | {
      readonly kind: "hostname";
      readonly name: string;
      /** Its address is asked for whenever SAs are begun. Of crypto map entries alone; absent is false. */
      readonly isDynamic?: true | undefined;
    };

/** Names of hosts are the same in any case. */
export function isSamePeer(a: MapPeer, b: MapPeer): boolean {
  return a.kind === "address"
    ? b.kind === "address" && a.address === b.address
    : b.kind === "hostname" && a.name.toLowerCase() === b.name.toLowerCase();
}
