/** An SA as IKE has keyed it, in the words of IPsec: neither knows the other. */
import { BugError } from "../base/errors.ts";
import type { Instant } from "../base/time.ts";
import type { KeyedSa } from "../ike/engine-contract.ts";
import type { SaParameters } from "../ipsec/security-association.ts";

/** Spelt out: a copy made by spreading takes twice as much, and gateways keep tens of thousands. */
export function saParameters(sa: KeyedSa, installedAt: Instant): SaParameters {
  // Sets with AH are not compiled to policy as long as IPsec does not have it.
  if (sa.ah !== undefined) throw new BugError("a bundle with AH, which IPsec cannot carry");
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
