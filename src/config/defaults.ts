/** IOS's defaults, and things of a configuration as they are before anything is said of them. */
import type { Origin } from "../base/origin.ts";
import type { ProtectionSuite } from "../ike/policy.ts";
import type { DfBit, FragmentationOrder } from "../ipsec/policy.ts";
import type {
  Configuration,
  CryptoMapEntrySettings,
  CryptoMapSettings,
  InterfaceSettings,
  IsakmpPeerSettings,
  IsakmpPolicySettings,
  MapPeer,
  ReplaySettings,
  RouteMapEntrySettings,
  Setting,
  TrustpointSettings,
  TunnelMode,
} from "./configuration.ts";
import { DEFAULT_LOGGING } from "./logging-settings.ts";
import { DEFAULT_SSH } from "./user-settings.ts";

/** The suite below all others, and where each policy's unsaid attributes come from ("Default protection suite"). */
export const DEFAULT_SUITE: ProtectionSuite = {
  priority: 65535,
  encryption: "des",
  hash: "sha1",
  authentication: "rsa-sig",
  group: 1,
  lifetimeSeconds: 86_400,
  origin: undefined,
};

export const DEFAULT_HOSTNAME = "Router";
/** Of IPsec SAs. */
export const DEFAULT_LIFETIME_SECONDS = 3600;
export const DEFAULT_LIFETIME_KILOBYTES = 4_608_000;
/** RFC 3948 §4; IOS sends none unless it is told to, and is then forgotten by NATs. */
export const DEFAULT_NAT_KEEPALIVE_SECONDS = 20;
/** Between two questions of dead peer detection. */
export const DEFAULT_DPD_RETRY_SECONDS = 2;
/** Octets. */
export const DEFAULT_MTU = 1500;
export const DEFAULT_DISTANCE = 1;
/** Path MTU discovery goes through the tunnel (RFC 2401 §6.1.1). */
export const DEFAULT_DF_BIT: DfBit = "copy";
/** Since 12.2(13)T, the first IOS with AES and NAT traversal: the peer then need not put packets together. */
export const DEFAULT_FRAGMENTATION: FragmentationOrder = "before-encryption";

export const DEFAULT_TUNNEL_MODE: TunnelMode = "gre ip";
/** `route-map NAME` alone. */
export const DEFAULT_ROUTE_MAP_ACTION: RouteMapEntrySettings["action"] = "permit";
export const DEFAULT_ROUTE_MAP_SEQUENCE = 10;

export function defaultSetting<T>(value: T): Setting<T> {
  return { value, origin: undefined };
}

/** What a router without a configuration has. */
export function emptyConfiguration(): Configuration {
  return {
    hostname: defaultSetting(DEFAULT_HOSTNAME),
    domainName: undefined,
    hosts: [],
    passwordEncryption: defaultSetting(false),
    aesEncryption: defaultSetting(false),
    enableSecrets: [],
    enablePasswords: [],
    privileges: [],
    isakmp: {
      enabled: defaultSetting(true),
      identity: defaultSetting("address"),
      policies: [],
      keys: [],
      aggressiveModeDisabled: defaultSetting(false),
      peers: [],
      maximumSas: undefined,
      maximumInNegotiation: undefined,
      natKeepaliveSeconds: undefined,
      deadPeerDetection: undefined,
      fragmentation: defaultSetting(false),
      invalidSpiRecovery: defaultSetting(false),
    },
    transformSets: [],
    lifetimeSeconds: defaultSetting(DEFAULT_LIFETIME_SECONDS),
    lifetimeKilobytes: defaultSetting(DEFAULT_LIFETIME_KILOBYTES),
    idleTime: undefined,
    replay: NO_REPLAY_SETTINGS,
    dfBit: defaultSetting(DEFAULT_DF_BIT),
    fragmentation: defaultSetting(DEFAULT_FRAGMENTATION),
    natTransparency: defaultSetting(true),
    trustpoints: [],
    certificateChains: [],
    publicKeys: [],
    dynamicMaps: [],
    cryptoMaps: [],
    interfaces: [],
    routes: [],
    rip: undefined,
    accessLists: [],
    nat: { pools: [], sources: [], statics: [] },
    localPolicyRouteMap: undefined,
    routeMaps: [],
    lines: [],
    users: [],
    ssh: DEFAULT_SSH,
    logging: DEFAULT_LOGGING,
    pix: undefined,
    kept: [],
  };
}

/** RFC 2406 §3.4.3: 64 is the default and should be used. */
export const DEFAULT_REPLAY_WINDOW = 64;

const NO_REPLAY_SETTINGS: ReplaySettings = { windowSize: undefined, disabled: undefined };

/** The PIX's own, where they differ from IOS's. */
export const PIX_DEFAULTS = { hostname: "pixfirewall", lifetimeSeconds: 28_800 } as const;

/** What a PIX without a configuration has: IKE is off until an interface has it. */
export function emptyPixConfiguration(version: string): Configuration {
  const empty = emptyConfiguration();
  return {
    ...empty,
    hostname: defaultSetting(PIX_DEFAULTS.hostname),
    isakmp: { ...empty.isakmp, enabled: defaultSetting(false) },
    lifetimeSeconds: defaultSetting(PIX_DEFAULTS.lifetimeSeconds),
    pix: { version, interfaces: [], isakmpOn: [], permitsIpsec: defaultSetting(false) },
  };
}

export function newIsakmpPolicy(priority: number, origin: Origin | undefined): IsakmpPolicySettings {
  return {
    priority,
    encryption: defaultSetting(DEFAULT_SUITE.encryption),
    hash: defaultSetting(DEFAULT_SUITE.hash),
    authentication: defaultSetting(DEFAULT_SUITE.authentication),
    group: defaultSetting(DEFAULT_SUITE.group),
    lifetimeSeconds: defaultSetting(DEFAULT_SUITE.lifetimeSeconds),
    origin,
  };
}

export function newIsakmpPeer(peer: MapPeer, origin: Origin | undefined): IsakmpPeerSettings {
  return { peer, password: undefined, clientEndpoint: undefined, kept: [], origin };
}

export function newTrustpoint(
  form: TrustpointSettings["form"],
  name: string,
  origin: Origin | undefined,
): TrustpointSettings {
  return { form, name, crlOptional: defaultSetting(false), kept: [], origin };
}

export function newCryptoMap(name: string): CryptoMapSettings {
  return { name, localAddress: undefined, entries: [], dynamicEntries: [], kept: [] };
}

export function newCryptoMapEntry(
  sequence: number,
  origin: Origin | undefined,
  type: CryptoMapEntrySettings["type"] = "ipsec-isakmp",
): CryptoMapEntrySettings {
  return {
    sequence,
    type,
    description: undefined,
    peers: [],
    hasDefaultPeer: false,
    transformSets: undefined,
    pfsGroup: undefined,
    lifetimeSeconds: undefined,
    lifetimeKilobytes: undefined,
    idleTime: undefined,
    replay: NO_REPLAY_SETTINGS,
    isPerHost: undefined,
    reverseRoute: undefined,
    matchAddress: undefined,
    sessionKeys: [],
    kept: [],
    origin,
  };
}

export function newInterface(name: string, origin: Origin | undefined): InterfaceSettings {
  return {
    name,
    description: undefined,
    address: undefined,
    mtu: defaultSetting(DEFAULT_MTU),
    ipMtu: undefined,
    adjustMss: undefined,
    dfBit: undefined,
    fragmentation: undefined,
    cryptoMap: undefined,
    shutdown: defaultSetting(false),
    accessGroups: { in: undefined, out: undefined },
    natInside: defaultSetting(false),
    natOutside: defaultSetting(false),
    policyRouteMap: undefined,
    tunnel: NO_TUNNEL,
    kept: [],
    origin,
  };
}

/** Shared: most interfaces are none. */
const NO_TUNNEL: InterfaceSettings["tunnel"] = {
  source: undefined,
  destination: undefined,
  mode: defaultSetting(DEFAULT_TUNNEL_MODE),
  key: undefined,
  checksum: defaultSetting(false),
};

export function newRouteMapEntry(
  name: string,
  action: RouteMapEntrySettings["action"],
  sequence: number,
  origin: Origin | undefined,
): RouteMapEntrySettings {
  return { name, sequence, action, accessLists: [], nextHops: [], interfaces: [], kept: [], origin };
}
