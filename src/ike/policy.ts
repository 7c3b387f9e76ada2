/** What the operator wants of IKE, compiled: a value that the engine reads and never changes. */
import type { Origin } from "../base/origin.ts";
import type { CipherName, GroupId, HashName } from "../crypto/names.ts";
import type { RsaPublicKey } from "../crypto/rsa.ts";
import type { Secret } from "../crypto/secret.ts";
import type { TransformSet } from "../crypto/transform-set.ts";
import type { IpAddress } from "../net/ip-address.ts";
import type { AddressBlock, TrafficSelector } from "../net/selector.ts";
import type { Certificate } from "../pki/certificate.ts";
import type { Revocation } from "../pki/revocation.ts";

export interface IkePolicy {
  /** `no crypto isakmp enable` makes it false: nothing is sent, everything received is dropped. */
  readonly enabled: boolean;
  /** Ascending priority number, which is descending preference; the default suite (65535) comes last, always. */
  readonly protectionSuites: readonly ProtectionSuite[];
  readonly preSharedKeys: readonly PreSharedKey[];
  /** What we say we are in phase 1. */
  readonly identity: "address" | "hostname";
  /** Fully qualified where a domain name is configured. */
  readonly hostname: string;
  /** `ip host`: names, in lower case, to their addresses. */
  readonly hosts: ReadonlyMap<string, readonly IpAddress[]>;
  readonly connections: readonly Connection[];
  /** `no crypto ipsec nat-transparency udp-encapsulation` makes it false. */
  readonly natTransparency: boolean;
  /** `crypto isakmp fragmentation`: long messages may go and come in pieces. */
  readonly fragmentation: boolean;
  /** `crypto isakmp invalid-spi-recovery`: a peer whose ESP we have no SA for is told so, if need be under a new ISAKMP SA. */
  readonly invalidSpiRecovery: boolean;
  /** `crypto isakmp keepalive`; undefined asks no peer whether it is there. */
  readonly deadPeerDetection: DeadPeerDetection | undefined;
  /** `crypto isakmp nat keepalive` (RFC 3948 §4). */
  readonly natKeepaliveSeconds: number;
  /** `crypto isakmp aggressive-mode disable` makes it false; else a router answers whoever begins it. */
  readonly aggressiveMode: boolean;
  /** `crypto isakmp peer` with `set aggressive-mode`. */
  readonly aggressivePeers: readonly AggressivePeer[];
  /** `crypto call admission limit ike`. */
  readonly admission: AdmissionPolicy;
  /** What authentication by RSA signatures and by encrypted nonces stands on. */
  readonly rsa: RsaPolicy;
}

/** How many ISAKMP SAs there may be, and how many of them not yet authenticated; no limit where none is said. */
export interface AdmissionPolicy {
  readonly maximumSas: LimitSetting | undefined;
  readonly maximumInNegotiation: LimitSetting | undefined;
}

export interface LimitSetting {
  readonly value: number;
  readonly origin: Origin | undefined;
}

export const NO_ADMISSION_LIMITS: AdmissionPolicy = {
  maximumSas: undefined,
  maximumInNegotiation: undefined,
};

/** RSA keys and certificates: ours with their private keys, and whom we believe. */
export interface RsaPolicy {
  /** Certificates of ours that sign, the preferred one first. */
  readonly certificates: readonly OwnCertificate[];
  /** The authorities of the trust points. */
  readonly authorities: readonly Certificate[];
  /** Of each of the authorities, the lines that an explanation points at. */
  readonly authorityLines?: ReadonlyMap<Certificate, AuthorityLines>;
  /** Where it is absent, certificates are believed until they expire. */
  readonly revocation?: Revocation;
  /** What decrypts nonces for us. */
  readonly encryptionKey: OwnRsaKey | undefined;
  /** `crypto key pubkey-chain rsa`: keys that may encrypt, of peers known beforehand. */
  readonly peerKeys: readonly PeerRsaKey[];
}

export interface AuthorityLines {
  readonly trustpoint: Origin | undefined;
  /** `certificate ca`. */
  readonly certificate: Origin | undefined;
  /** `crl`, below the certificates. */
  readonly revocationList: Origin | undefined;
}

export const NO_RSA: RsaPolicy = {
  certificates: [],
  authorities: [],
  encryptionKey: undefined,
  peerKeys: [],
};

export interface OwnRsaKey {
  readonly publicKey: RsaPublicKey;
  /** In the DER of PKCS #8. */
  readonly privateKey: Secret;
}

export interface OwnCertificate {
  readonly certificate: Certificate;
  /** What leads from it towards an authority, the authority itself left out. */
  readonly intermediates: readonly Certificate[];
  readonly key: OwnRsaKey;
  readonly origin: Origin | undefined;
}

/** A peer's public key, entered by hand. */
export interface PeerRsaKey {
  /** In lower case, where it is for a name. */
  readonly name: string | undefined;
  readonly address: IpAddress | undefined;
  readonly publicKey: RsaPublicKey;
  readonly origin: Origin | undefined;
}

export type AuthenticationMethod = "pre-share" | "rsa-sig" | "rsa-encr";

/** Of the built-in suite. */
export const DEFAULT_PRIORITY = 65535;

/** One `crypto isakmp policy`. */
export interface ProtectionSuite {
  /** 1 to 10000, or `DEFAULT_PRIORITY`. */
  readonly priority: number;
  readonly encryption: CipherName;
  readonly hash: HashName;
  readonly authentication: AuthenticationMethod;
  readonly group: GroupId;
  readonly lifetimeSeconds: number;
  readonly origin: Origin | undefined;
}

export interface PreSharedKey {
  /** An address block (one address, or a wildcard `0.0.0.0 0.0.0.0`), or a host's name in lower case. */
  readonly peer:
    | { readonly kind: "address"; readonly block: AddressBlock }
    | { readonly kind: "hostname"; readonly name: string };
  readonly key: Secret;
  readonly origin: Origin | undefined;
}

/** When a peer is asked whether it is there (RFC 3706). */
export interface DeadPeerDetection {
  /** On demand: after so long a silence, when something is sent. Periodic: every so often. */
  readonly seconds: number;
  /** Between two questions that are not answered. */
  readonly retrySeconds: number;
  readonly mode: "on-demand" | "periodic";
}

/** A peer with whom we begin aggressive mode. */
export interface AggressivePeer {
  readonly peer: IpAddress;
  /** For this peer alone; undefined: the ends authenticate each other by RSA. */
  readonly key: PreSharedKey | undefined;
  /** What we say we are to it. */
  readonly identity: ClientEndpoint;
}

/** `set aggressive-mode client-endpoint`. */
export type ClientEndpoint =
  | { readonly kind: "ipv4-address"; readonly address: IpAddress }
  | { readonly kind: "fqdn" | "user-fqdn"; readonly name: string };

/** One crypto map entry applied to one interface, as far as IKE must know it. */
export interface Connection {
  /** Unique and stable: `vpn 10 Ethernet1/0`. */
  readonly id: string;
  readonly mapName: string;
  readonly sequence: number;
  readonly interfaceName: string;
  readonly localAddress: IpAddress;
  /** Of a dynamic crypto map: nothing is begun by it, and it comes after all others where a peer begins. Absent is false. */
  readonly isTemplate?: boolean;
  /** In order of preference; never empty, but in a template, which is then for any peer. */
  readonly peers: readonly IpAddress[];
  /** In order of preference; never empty. */
  readonly transformSets: readonly TransformSet[];
  readonly pfsGroup: GroupId | undefined;
  readonly lifetimeSeconds: number;
  readonly lifetimeKilobytes: number;
  /** The permit lines of the crypto access list, in order; a template may have none, and then takes what its peers propose. */
  readonly selectors: readonly ConnectionSelector[];
  /** What an explanation points at. */
  readonly source: ConnectionSource;
}

export interface ConnectionSelector {
  readonly selector: TrafficSelector;
  readonly origin: Origin | undefined;
}

/** Where its settings are written, as the entry of the configuration that it was compiled from says. */
export interface ConnectionSource extends Written {
  readonly peers: readonly Written[];
  readonly transformSets: Written | undefined;
  /** The crypto access list. */
  readonly matchAddress: Written | undefined;
  readonly pfsGroup: Written | undefined;
}

export interface Written {
  readonly origin: Origin | undefined;
}
