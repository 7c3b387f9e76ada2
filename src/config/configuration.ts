/**
 * An IOS configuration as a value: what the operator has written, each setting with the line that says it. It knows
 * nothing of the language it was written in, and decides nothing: `compile` does.
 */
import type { Origin } from "../base/origin.ts";
import type { CipherName, EspCipherName, GroupId, HashName } from "../crypto/names.ts";
import type { EncapsulationMode } from "../crypto/transform-set.ts";
import type { AuthenticationMethod, ClientEndpoint, DeadPeerDetection } from "../ike/policy.ts";
import type { DfBit, FragmentationOrder } from "../ipsec/policy.ts";
import type { IpAddress } from "../net/ip-address.ts";
import type { AddressBlock } from "../net/selector.ts";
import type { AccessListSettings } from "./access-list-settings.ts";
import type { CryptoMapSettings, DynamicMapSettings, MapPeer } from "./crypto-map-settings.ts";
import type { LineSettings } from "./line-settings.ts";
import type { LoggingSettings } from "./logging-settings.ts";
import type { EncryptedPassword, HashedPassword, HiddenPassword } from "./password.ts";
import type { PixSettings } from "./pix-settings.ts";
import type { PrivilegeSettings } from "./privilege-settings.ts";
import type { RipSettings } from "./rip-settings.ts";
import type { SshSettings, UserSettings } from "./user-settings.ts";

export type {
  AccessListEntry,
  AccessListRemark,
  AccessListRule,
  AccessListSettings,
  PortCondition,
} from "./access-list-settings.ts";
export {
  type CryptoMapEntrySettings,
  type CryptoMapSettings,
  type DynamicEntrySettings,
  type DynamicMapSettings,
  isSamePeer,
  type MapPeer,
  type SessionKeySettings,
} from "./crypto-map-settings.ts";
export { emptyConfiguration } from "./defaults.ts";

/** A value and the line that sets it; no line means that it is IOS's default. */
export interface Setting<T> {
  readonly value: T;
  readonly origin: Origin | undefined;
}

export type ReplayWindowSize = 32 | 64 | 128 | 256 | 512 | 1024;

/** `security-association replay`. */
export interface ReplaySettings {
  /** Packets. */
  readonly windowSize: Setting<ReplayWindowSize> | undefined;
  readonly disabled: Setting<true> | undefined;
}

export interface Configuration {
  readonly hostname: Setting<string>;
  readonly domainName: Setting<string> | undefined;
  readonly hosts: readonly HostSettings[];
  /** `service password-encryption`: passwords do not print in clear. */
  readonly passwordEncryption: Setting<boolean>;
  /** `password encryption aes`: nor do pre-shared keys. */
  readonly aesEncryption: Setting<boolean>;
  readonly enableSecrets: readonly EnablePassword<HashedPassword>[];
  readonly enablePasswords: readonly EnablePassword<HiddenPassword>[];
  readonly privileges: readonly PrivilegeSettings[];
  readonly isakmp: IsakmpSettings;
  readonly transformSets: readonly TransformSetSettings[];
  readonly lifetimeSeconds: Setting<number>;
  readonly lifetimeKilobytes: Setting<number>;
  /** Seconds. */
  readonly idleTime: Setting<number> | undefined;
  readonly replay: ReplaySettings;
  /** Of outer headers. */
  readonly dfBit: Setting<DfBit>;
  readonly fragmentation: Setting<FragmentationOrder>;
  /** ESP goes in UDP where there is a NAT on the way. */
  readonly natTransparency: Setting<boolean>;
  /** By form, those of one form in the order in which they were entered; so are the chains, and the keys by kind of peer. */
  readonly trustpoints: readonly TrustpointSettings[];
  readonly certificateChains: readonly CertificateChainSettings[];
  readonly publicKeys: readonly PublicKeySettings[];
  /** By name. */
  readonly dynamicMaps: readonly DynamicMapSettings[];
  /** By name. */
  readonly cryptoMaps: readonly CryptoMapSettings[];
  readonly interfaces: readonly InterfaceSettings[];
  readonly routes: readonly RouteSettings[];
  readonly rip: RipSettings | undefined;
  readonly nat: NatSettings;
  /** `ip local policy`: for packets of the router itself. */
  readonly localPolicyRouteMap: Setting<string> | undefined;
  /** By name as they were made, then by ascending sequence number. */
  readonly routeMaps: readonly RouteMapEntrySettings[];
  /** Named ones first, then numbered ones ascending, as IOS prints them. */
  readonly accessLists: readonly AccessListSettings[];
  /** Terminal lines that the configuration names: console, auxiliary port and virtual ones, ascending. */
  readonly lines: readonly LineSettings[];
  readonly users: readonly UserSettings[];
  readonly ssh: SshSettings;
  readonly logging: LoggingSettings;
  /** Of a PIX, whose configuration is written in its own dialect; undefined for IOS. */
  readonly pix: PixSettings | undefined;
  readonly kept: KeptLines;
}

/** By statement, so that the order of unlike lines does not matter; lines of one statement as they were entered. */
export type KeptLines = readonly KeptLine[];

/** A line that is recognised, has no effect here, and prints back. */
export interface KeptLine {
  /** The words of the statement that keeps it: they decide where it prints. */
  readonly statement: string;
  /** As it prints, `no ` included. */
  readonly text: string;
  /** The lines below it, indented as they print. */
  readonly block: readonly string[];
  readonly origin: Origin | undefined;
}

/** `enable secret`, `enable password`: by which a level is reached. */
export interface EnablePassword<P> {
  /** 1 to 15. */
  readonly level: number;
  readonly password: P;
  readonly origin: Origin | undefined;
}

/** `ip host`. */
export interface HostSettings {
  readonly name: string;
  /** 1 to 8. */
  readonly addresses: readonly IpAddress[];
  readonly origin: Origin | undefined;
}

export interface IsakmpSettings {
  readonly enabled: Setting<boolean>;
  readonly identity: Setting<"address" | "dn" | "hostname">;
  /** Ascending priority number. */
  readonly policies: readonly IsakmpPolicySettings[];
  readonly keys: readonly KeySettings[];
  readonly aggressiveModeDisabled: Setting<boolean>;
  readonly peers: readonly IsakmpPeerSettings[];
  /** `crypto call admission limit ike sa`. */
  readonly maximumSas: Setting<number> | undefined;
  /** `crypto call admission limit ike in-negotiation-sa`. */
  readonly maximumInNegotiation: Setting<number> | undefined;
  /** What keeps a NAT from forgetting us is sent this often. */
  readonly natKeepaliveSeconds: Setting<number> | undefined;
  /** `crypto isakmp fragmentation`. */
  readonly fragmentation: Setting<boolean>;
  /** `crypto isakmp invalid-spi-recovery`. */
  readonly invalidSpiRecovery: Setting<boolean>;
  /** `crypto isakmp keepalive`. */
  readonly deadPeerDetection: Setting<DeadPeerDetection> | undefined;
}

export interface IsakmpPolicySettings {
  /** 1 to 10000. */
  readonly priority: number;
  readonly encryption: Setting<CipherName>;
  readonly hash: Setting<HashName>;
  readonly authentication: Setting<AuthenticationMethod>;
  readonly group: Setting<GroupId>;
  readonly lifetimeSeconds: Setting<number>;
  readonly origin: Origin | undefined;
}

/** `crypto isakmp peer`. */
export interface IsakmpPeerSettings {
  readonly peer: MapPeer;
  /** `set aggressive-mode password`. */
  readonly password: Setting<EncryptedPassword> | undefined;
  /** `set aggressive-mode client-endpoint`. */
  readonly clientEndpoint: Setting<ClientEndpoint> | undefined;
  readonly kept: KeptLines;
  readonly origin: Origin | undefined;
}

export interface KeySettings {
  readonly peer: KeyPeer;
  readonly key: EncryptedPassword;
  /** `no-xauth`. */
  readonly withoutXauth: boolean;
  /** `no-config-mode`, which the PIX alone has. */
  readonly withoutModeConfig: boolean;
  readonly origin: Origin | undefined;
}

export type KeyPeer =
  | { readonly kind: "address"; readonly block: AddressBlock }
  /** As written. */
  | { readonly kind: "hostname"; readonly name: string };

/** `crypto ca identity`, `crypto ca trustpoint`, `crypto pki trustpoint`: an authority we believe. */
export interface TrustpointSettings {
  readonly form: "ca identity" | "ca trustpoint" | "pki trustpoint";
  readonly name: string;
  /** `crl optional`: a peer is believed even where nobody can say whether its certificate was revoked. */
  readonly crlOptional: Setting<boolean>;
  readonly kept: KeptLines;
  readonly origin: Origin | undefined;
}

/** `crypto ca certificate chain`, `crypto pki certificate chain`. */
export interface CertificateChainSettings {
  readonly form: "ca" | "pki";
  /** Of its trustpoint. */
  readonly name: string;
  readonly certificates: readonly CertificateSettings[];
  /** `crl`: what its authority has revoked. */
  readonly revocationList: RevocationListSettings | undefined;
  readonly origin: Origin | undefined;
}

export interface CertificateSettings {
  /** Whose it is: ours, the authority's, or a registration authority's. */
  readonly owner: "router" | "ca" | "ra-sign" | "ra-encrypt" | "ra-general";
  /** As written, upper case. */
  readonly serialNumber: string;
  /** Undefined where the line stands without them. */
  readonly octets: Uint8Array | undefined;
  readonly origin: Origin | undefined;
}

export interface RevocationListSettings {
  /** Undefined where the line stands without them. */
  readonly octets: Uint8Array | undefined;
  readonly origin: Origin | undefined;
}

/** `named-key` and `addressed-key` below `crypto key pubkey-chain rsa`. */
export interface PublicKeySettings {
  readonly peer: PublicKeyPeer;
  readonly usage: "encryption" | "signature" | undefined;
  /** `address` of a named key. */
  readonly address: Setting<IpAddress> | undefined;
  /** `key-string`: a SubjectPublicKeyInfo. */
  readonly octets: Uint8Array | undefined;
  readonly origin: Origin | undefined;
}

export type PublicKeyPeer =
  | { readonly kind: "name"; readonly name: string }
  | { readonly kind: "address"; readonly address: IpAddress };

export type AhTransform =
  | "ah-md5-hmac"
  | "ah-sha-hmac"
  | "ah-sha256-hmac"
  | "ah-sha384-hmac"
  | "ah-sha512-hmac";

/** At least one of the three transforms is there. */
export interface TransformSetSettings {
  readonly name: string;
  readonly ah: AhTransform | undefined;
  readonly encryption: EspCipherName | undefined;
  readonly integrity: HashName | undefined;
  readonly mode: Setting<EncapsulationMode>;
  readonly origin: Origin | undefined;
}

export interface InterfaceSettings {
  /** Canonical: `Ethernet0/0`. */
  readonly name: string;
  readonly description: Setting<string> | undefined;
  readonly address: Setting<InterfaceAddress> | undefined;
  /** Octets, of the medium. */
  readonly mtu: Setting<number>;
  /** Octets, of IP packets; the medium's where absent. */
  readonly ipMtu: Setting<number> | undefined;
  /** Octets: the largest TCP segment size that may be announced through it. */
  readonly adjustMss: Setting<number> | undefined;
  /** Instead of the global one; so `fragmentation`. */
  readonly dfBit: Setting<DfBit> | undefined;
  readonly fragmentation: Setting<FragmentationOrder> | undefined;
  /** Name of the crypto map applied to it. */
  readonly cryptoMap: Setting<string> | undefined;
  readonly shutdown: Setting<boolean>;
  /** Names or numbers of access lists (`ip access-group`). */
  readonly accessGroups: { readonly [D in Direction]: Setting<string> | undefined };
  readonly natInside: Setting<boolean>;
  readonly natOutside: Setting<boolean>;
  /** Name of a route map that what comes in by it is held against. */
  readonly policyRouteMap: Setting<string> | undefined;
  /** Of a `Tunnel` interface. */
  readonly tunnel: TunnelSettings;
  readonly kept: KeptLines;
  readonly origin: Origin | undefined;
}

export type Direction = "in" | "out";

export interface TunnelSettings {
  readonly source: Setting<AddressSource> | undefined;
  readonly destination: Setting<IpAddress> | undefined;
  readonly mode: Setting<TunnelMode>;
  /** Of GRE. */
  readonly key: Setting<number> | undefined;
  readonly checksum: Setting<boolean>;
}

/** An address, or that of an interface. */
export type AddressSource =
  | { readonly kind: "address"; readonly address: IpAddress }
  | { readonly kind: "interface"; readonly name: string };

export type TunnelMode = "gre ip" | "gre multipoint" | "ipip" | "ipsec ipv4";

export interface InterfaceAddress {
  readonly address: IpAddress;
  /** Contiguous. */
  readonly mask: IpAddress;
}

/** `ip route`. One of next hop and interface is there, or both. */
export interface RouteSettings {
  readonly prefix: AddressBlock;
  readonly nextHop: IpAddress | undefined;
  readonly interfaceName: string | undefined;
  /** 1 to 255. */
  readonly distance: Setting<number>;
  /** `name`, `tag` and `permanent`, which change nothing here. */
  readonly label: string | undefined;
  readonly tag: number | undefined;
  readonly isPermanent: boolean;
  readonly origin: Origin | undefined;
}

/** Address translation. */
export interface NatSettings {
  readonly pools: readonly NatPoolSettings[];
  readonly sources: readonly NatSourceSettings[];
  readonly statics: readonly NatStaticSettings[];
}

/** `ip nat pool`. */
export interface NatPoolSettings {
  readonly name: string;
  readonly first: IpAddress;
  readonly last: IpAddress;
  readonly mask: IpAddress;
  readonly origin: Origin | undefined;
}

/** `ip nat inside source list | route-map`: what is translated, and to which addresses. */
export interface NatSourceSettings {
  readonly match: { readonly kind: "list" | "route-map"; readonly name: string };
  readonly to: { readonly kind: "interface" | "pool"; readonly name: string };
  /** Many share an address, told apart by ports. */
  readonly overload: boolean;
  readonly origin: Origin | undefined;
}

/** `ip nat inside source static`. */
export interface NatStaticSettings {
  readonly local: IpAddress;
  readonly global: AddressSource;
  /** One service alone. */
  readonly ports: NatStaticPorts | undefined;
  readonly extendable: boolean;
  readonly origin: Origin | undefined;
}

export interface NatStaticPorts {
  readonly protocol: "tcp" | "udp";
  readonly local: number;
  readonly global: number;
}

/** `route-map NAME permit | deny SEQUENCE`. */
export interface RouteMapEntrySettings {
  readonly name: string;
  /** 0 to 65535. */
  readonly sequence: number;
  readonly action: "permit" | "deny";
  /** Access lists, one of which is to permit the packet; none is any packet. */
  readonly accessLists: readonly string[];
  readonly nextHops: readonly IpAddress[];
  /** Names of interfaces. */
  readonly interfaces: readonly string[];
  readonly kept: KeptLines;
  readonly origin: Origin | undefined;
}
