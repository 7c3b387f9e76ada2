/**
 * One direction of a pair of IPsec SAs, as whoever keys it hands it over (RFC 2401 §4.4.3). An SA is of one protocol; where AH
 * and ESP were negotiated together, AH comes with the SA of ESP that it is around.
 */
import type { Instant } from "../base/time.ts";
import { type HashName, isAh, type SaProtocol, type SaSuite } from "../crypto/names.ts";
import type { Secret } from "../crypto/secret.ts";
import type { EncapsulationMode } from "../crypto/transform-set.ts";
import type { IpAddress } from "../net/ip-address.ts";
import type { TrafficSelector } from "../net/selector.ts";
import type { Addresses } from "../net/transport-checksum.ts";

export interface SaParameters {
  readonly direction: "inbound" | "outbound";
  /** Never 0 to 255. */
  readonly spi: number;
  /** SPI of the other direction of the pair. */
  readonly pairSpi: number;
  /** Crypto map entry it belongs to. */
  readonly connectionId: string;
  /** Our end. */
  readonly localAddress: IpAddress;
  readonly peer: IpAddress;
  /** Seen from us in both directions. */
  readonly selector: TrafficSelector;
  readonly suite: SaSuite;
  /** Empty for AH, as for ESP that does not encrypt. */
  readonly encryptionKey: Secret;
  readonly integrityKey: Secret;
  /** AH around ESP. */
  readonly ah?: BundledAh | undefined;
  readonly mode: EncapsulationMode;
  readonly lifetimeSeconds: number;
  /** In units of 1024 octets (RFC 2407 §4.5). */
  readonly lifetimeKilobytes: number;
  readonly installedAt: Instant;
  /** IOS's `conn id`. */
  readonly connId: number;
  /** We began the negotiation, so we renew first; false leaves the peer time to do it. Unknown counts as true. */
  readonly isInitiator?: boolean | undefined;
  /** Keyed by the operator: no replay is recognised, numbers begin anew at their end, and no peer removes it. Absent is false. */
  readonly isManual?: boolean | undefined;
  /** UDP ports of the peer's NAT-T encapsulation; undefined is raw ESP. */
  readonly udpEncapsulation: { readonly localPort: number; readonly remotePort: number } | undefined;
  /** The peer is behind a NAT and we are not: where it sends from is where it is (RFC 3947 §7). Unknown counts as false. */
  readonly peerMayMove?: boolean | undefined;
  /** Of packets as the peer sends them, in transport mode through NATs (RFC 3947 §5.2); undefined where it has not said. */
  readonly originalAddresses?: Addresses | undefined;
}

/** What the SA of AH in a bundle has of its own. */
export interface BundledAh {
  readonly hash: HashName;
  readonly key: Secret;
  /** Never 0 to 255; in number it may be that of ESP, which is another SA even so (RFC 2401 §4.1). */
  readonly spi: number;
  /** SPI of AH in the other direction. */
  readonly pairSpi: number;
  /** IOS's `conn id`. */
  readonly connId: number;
}

/** The SPI of a protocol's SA in it, or undefined where it has none of that protocol. */
export function spiFor({ suite, spi, ah }: SaParameters, protocol: SaProtocol): number | undefined {
  const isOwn = isAh(suite) === (protocol === "ah");
  return isOwn ? spi : protocol === "ah" ? ah?.spi : undefined;
}

/** The SAs of both protocols that it is, from the outside in. */
export function membersOf(
  parameters: SaParameters,
): readonly Pick<SaParameters, "suite" | "spi" | "pairSpi" | "connId">[] {
  const { ah } = parameters;
  return ah === undefined ? [parameters] : [{ ...ah, suite: { ah: ah.hash } }, parameters];
}
