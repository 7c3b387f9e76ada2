/** One direction of a pair of IPsec SAs, as whoever keys it hands it over (RFC 2401 §4.4.3). */
import type { Instant } from "../base/time.ts";
import type { EspSuite } from "../crypto/names.ts";
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
  readonly suite: EspSuite;
  readonly encryptionKey: Secret;
  readonly integrityKey: Secret;
  readonly mode: EncapsulationMode;
  readonly lifetimeSeconds: number;
  /** In units of 1024 octets (RFC 2407 §4.5). */
  readonly lifetimeKilobytes: number;
  readonly installedAt: Instant;
  /** IOS's `conn id`. */
  readonly connId: number;
  /** We began the negotiation, so we renew first; false leaves the peer time to do it. Unknown counts as true. */
  readonly isInitiator?: boolean;
  /** UDP ports of the peer's NAT-T encapsulation; undefined is raw ESP. */
  readonly udpEncapsulation: { readonly localPort: number; readonly remotePort: number } | undefined;
  /** The peer is behind a NAT and we are not: where it sends from is where it is (RFC 3947 §7). Unknown counts as false. */
  readonly peerMayMove?: boolean;
  /** Of packets as the peer sends them, in transport mode through NATs (RFC 3947 §5.2); undefined where it has not said. */
  readonly originalAddresses?: Addresses | undefined;
}
