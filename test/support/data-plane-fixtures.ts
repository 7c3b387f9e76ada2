/** Policies, SAs and packets for tests of the data plane: two sites, 10.1.1.0/24 behind A and 10.1.2.0/24 behind B. */
import type { Random } from "../../src/base/random.ts";
import { type Instant, instant } from "../../src/base/time.ts";
import {
  type EspSuite,
  espKeyLength,
  HASHES,
  type HashName,
  isAh,
  type SaSuite,
} from "../../src/crypto/names.ts";
import { Secret } from "../../src/crypto/secret.ts";
import type { EncapsulationMode, TransformSet } from "../../src/crypto/transform-set.ts";
import type { CryptoMapEntry, IpsecPolicy, ProtectedInterface } from "../../src/ipsec/policy.ts";
import type { SaParameters } from "../../src/ipsec/security-association.ts";
import { ipv4 } from "../../src/net/ip-address.ts";
import { buildIpv4Packet, type Ipv4Fields } from "../../src/net/ipv4-packet.ts";
import {
  type AccessRule,
  type AddressBlock,
  ANY_PORT,
  blockOf,
  mirror,
  type PortRange,
  selectorOfRule,
  type TrafficSelector,
} from "../../src/net/selector.ts";
import { buildUdp } from "../../src/net/udp.ts";

export const A = ipv4("172.16.172.10");
export const B = ipv4("172.16.172.20");
export const NET_A = blockOf(ipv4("10.1.1.0"), ipv4("255.255.255.0"));
export const NET_B = blockOf(ipv4("10.1.2.0"), ipv4("255.255.255.0"));
export const HOST_A = ipv4("10.1.1.1");
export const HOST_B = ipv4("10.1.2.1");
export const WAN = "Ethernet1/0";
export const CONNECTION = "vpn 10 Ethernet1/0";

export const AES_SHA: EspSuite = { encryption: "aes-128", integrity: "sha1" };

export function at(seconds: number): Instant {
  return instant(seconds * 1000);
}

/** The same octets for the same seed, whatever they are drawn for. */
export function seededRandom(seed: number): Random {
  let state = seed | 0;
  return {
    bytes: (_purpose, length) => {
      const octets = new Uint8Array(length);
      for (let i = 0; i < length; i++) {
        state = (state + 0x9e3779b9) | 0;
        let mixed = Math.imul(state ^ (state >>> 16), 0x85ebca6b);
        mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
        octets[i] = mixed >>> 24;
      }
      return octets;
    },
  };
}

export function rule(
  action: "permit" | "deny",
  source: AddressBlock,
  destination: AddressBlock,
  more: {
    readonly protocol?: number;
    readonly sourcePorts?: PortRange;
    readonly destinationPorts?: PortRange;
  } = {},
): AccessRule {
  return {
    action,
    protocol: more.protocol ?? 0,
    source,
    sourcePorts: more.sourcePorts ?? ANY_PORT,
    destination,
    destinationPorts: more.destinationPorts ?? ANY_PORT,
  };
}

export function transformSet(esp: EspSuite): TransformSet {
  return { name: "myset", esp, mode: "tunnel", origin: undefined };
}

export function mapEntry(rules: readonly AccessRule[], more: Partial<CryptoMapEntry> = {}): CryptoMapEntry {
  return {
    id: CONNECTION,
    sequence: 10,
    accessListName: "101",
    rules: rules.map((one) => ({ action: one.action, selector: selectorOfRule(one), origin: undefined })),
    peers: [B],
    transformSets: [transformSet(AES_SHA)],
    lifetimeSeconds: 3600,
    lifetimeKilobytes: 4_608_000,
    idleTime: undefined,
    replayWindow: 64,
    origin: undefined,
    ...more,
  };
}

export function policyOf(
  entries: readonly CryptoMapEntry[],
  more: Partial<Omit<ProtectedInterface, "entries">> = {},
): IpsecPolicy {
  const usual = { name: WAN, mapName: "vpn", localAddress: A, mtu: 1500 } as const;
  const path = { dfBit: "copy", fragmentation: "before-encryption" } as const;
  return { interfaces: [{ ...usual, ...path, ...more, entries }] };
}

/** A's policy: everything between the two networks is protected. */
export const POLICY_A = policyOf([mapEntry([rule("permit", NET_A, NET_B)])]);
export const POLICY_B = policyOf([mapEntry([rule("permit", NET_B, NET_A)], { peers: [A] })], {
  localAddress: B,
});

export const SELECTOR_A: TrafficSelector = selectorOfRule(rule("permit", NET_A, NET_B));

export interface PairOptions {
  readonly suite?: SaSuite;
  /** AH around it. */
  readonly ah?: HashName | undefined;
  readonly mode?: EncapsulationMode;
  readonly selector?: TrafficSelector;
  readonly installedAt?: Instant;
  readonly lifetimeSeconds?: number;
  readonly lifetimeKilobytes?: number;
  /** SPI of what A receives; B's is one higher. */
  readonly spiOfA?: number;
  readonly initiator?: "a" | "b";
  readonly connectionId?: string;
}

export interface KeyedPair {
  readonly inboundA: SaParameters;
  readonly outboundA: SaParameters;
  readonly inboundB: SaParameters;
  readonly outboundB: SaParameters;
}

/** Both directions of a pair as either end is given them. */
export function keyedPair(options: PairOptions = {}): KeyedPair {
  const { suite = AES_SHA, spiOfA = 0x1000, selector = SELECTOR_A, initiator = "a" } = options;
  const spiOfB = spiOfA + 1;
  const common = {
    connectionId: options.connectionId ?? CONNECTION,
    suite,
    mode: options.mode ?? ("tunnel" as const),
    lifetimeSeconds: options.lifetimeSeconds ?? 3600,
    lifetimeKilobytes: options.lifetimeKilobytes ?? 4_608_000,
    installedAt: options.installedAt ?? at(0),
    udpEncapsulation: undefined,
  };
  const toA = { ...keysFor(suite, spiOfA), ...ahFor(options.ah, spiOfA, spiOfB) };
  const toB = { ...keysFor(suite, spiOfB), ...ahFor(options.ah, spiOfB, spiOfA) };
  const endA = { ...common, localAddress: A, peer: B, selector, isInitiator: initiator === "a" };
  const endB = {
    ...common,
    localAddress: B,
    peer: A,
    selector: mirror(selector),
    isInitiator: initiator === "b",
  };
  return {
    inboundA: { ...endA, ...toA, direction: "inbound", spi: spiOfA, pairSpi: spiOfB, connId: 2029 },
    outboundA: { ...endA, ...toB, direction: "outbound", spi: spiOfB, pairSpi: spiOfA, connId: 2030 },
    inboundB: { ...endB, ...toB, direction: "inbound", spi: spiOfB, pairSpi: spiOfA, connId: 2029 },
    outboundB: { ...endB, ...toA, direction: "outbound", spi: spiOfA, pairSpi: spiOfB, connId: 2030 },
  };
}

/** Keys that differ from SPI to SPI. */
export function keysFor(suite: SaSuite, spi: number): { encryptionKey: Secret; integrityKey: Secret } {
  const random = seededRandom(spi);
  if (isAh(suite)) {
    const integrityKey = new Secret(random.bytes("padding", HASHES[suite.ah].length));
    return { encryptionKey: new Secret(new Uint8Array()), integrityKey };
  }
  const integrity = suite.integrity === undefined ? 0 : HASHES[suite.integrity].length;
  return {
    encryptionKey: new Secret(random.bytes("padding", espKeyLength(suite.encryption))),
    integrityKey: new Secret(random.bytes("padding", integrity)),
  };
}

/** With SPIs of its own. */
function ahFor(hash: HashName | undefined, spi: number, pairSpi: number) {
  if (hash === undefined) return {};
  const key = new Secret(seededRandom(spi + 1).bytes("padding", HASHES[hash].length));
  return { ah: { hash, key, spi: spi + 0x500, pairSpi: pairSpi + 0x500, connId: spi } };
}

/** A UDP packet from A's host to B's, unless the fields say otherwise. */
export function udpPacket(
  payloadLength = 56,
  fields: Partial<Ipv4Fields> & { readonly sourcePort?: number; readonly destinationPort?: number } = {},
): Uint8Array {
  const { sourcePort = 1024, destinationPort = 7, ...header } = fields;
  const base = {
    source: HOST_A,
    destination: HOST_B,
    protocol: 17,
    timeToLive: 63,
    identification: 1,
    ...header,
  };
  const datagram = { sourcePort, destinationPort, payload: new Uint8Array(payloadLength) };
  return buildIpv4Packet(base, buildUdp(datagram, base.source, base.destination));
}
