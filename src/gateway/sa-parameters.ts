/** An SA as IKE has keyed it, in the words of IPsec: neither knows the other. */
import type { Instant } from "../base/time.ts";
import type { KeyedSa } from "../ike/engine-contract.ts";
import type { SaParameters } from "../ipsec/security-association.ts";

/** Spelt out: a copy made by spreading takes twice as much, and gateways keep tens of thousands. */
export function saParameters(sa: KeyedSa, installedAt: Instant): SaParameters {
  return {
    direction: sa.direction,
    spi: sa.spi,
    pairSpi: sa.pairSpi,
    connectionId: sa.connectionId,
    localAddress: sa.localAddress,
    peer: sa.peer,
    selector: sa.selector,
    suite: sa.suite,
    encryptionKey: sa.encryptionKey,
    integrityKey: sa.integrityKey,
    ah: sa.ah,
    mode: sa.mode,
    lifetimeSeconds: sa.lifetimeSeconds,
    lifetimeKilobytes: sa.lifetimeKilobytes,
    installedAt,
    connId: sa.connId,
    isInitiator: sa.isInitiator,
    udpEncapsulation: sa.udpEncapsulation,
    peerMayMove: sa.peerMayMove,
    originalAddresses: sa.originalAddresses,
  };
}
