/**
 * The parameters of an SA as it keeps them while it lives. What thousands of SAs have agreed on alike is one object for all of
 * them, and both keys are one text: the plain object takes nearly twice as much.
 */
import type { Instant } from "../base/time.ts";
import { espKeyLength, isAh, type SaSuite } from "../crypto/names.ts";
import { joinSecrets, type Secret, secretIn } from "../crypto/secret.ts";
import type { EncapsulationMode } from "../crypto/transform-set.ts";
import type { IpAddress } from "../net/ip-address.ts";
import type { TrafficSelector } from "../net/selector.ts";
import type { Addresses } from "../net/transport-checksum.ts";
import type { BundledAh, SaParameters } from "./security-association.ts";

/** What is the same for many SAs. */
export type Agreement = {
  readonly [K in
    | "suite"
    | "mode"
    | "lifetimeSeconds"
    | "lifetimeKilobytes"
    | "isInitiator"
    | "isManual"
    | "peerMayMove"]: SaParameters[K];
};

export class KeptParameters implements SaParameters {
  readonly agreement: Agreement;
  readonly direction: SaParameters["direction"];
  readonly spi: number;
  readonly pairSpi: number;
  readonly connectionId: string;
  readonly localAddress: IpAddress;
  readonly selector: TrafficSelector;
  readonly ah: BundledAh | undefined;
  readonly installedAt: Instant;
  readonly connId: number;
  readonly originalAddresses: Addresses | undefined;
  /** The encryption key, then the integrity key. */
  readonly #keys: string;
  #peer: IpAddress;
  #udpEncapsulation: SaParameters["udpEncapsulation"];

  /** `selector` says the same as that of `given`; `known` is the agreement of another SA, shared where it is the same. */
  constructor(given: SaParameters, selector: TrafficSelector, known: Agreement | undefined) {
    this.agreement = agreementOf(given, known);
    this.direction = given.direction;
    this.spi = given.spi;
    this.pairSpi = given.pairSpi;
    this.connectionId = given.connectionId;
    this.localAddress = given.localAddress;
    this.selector = selector;
    this.ah = given.ah;
    this.installedAt = given.installedAt;
    this.connId = given.connId;
    this.originalAddresses = given.originalAddresses;
    this.#keys = joinSecrets(given.encryptionKey, given.integrityKey);
    this.#peer = given.peer;
    this.#udpEncapsulation = given.udpEncapsulation;
  }

  get suite(): SaSuite {
    return this.agreement.suite;
  }

  get mode(): EncapsulationMode {
    return this.agreement.mode;
  }

  get lifetimeSeconds(): number {
    return this.agreement.lifetimeSeconds;
  }

  get lifetimeKilobytes(): number {
    return this.agreement.lifetimeKilobytes;
  }

  get isInitiator(): boolean | undefined {
    return this.agreement.isInitiator;
  }

  get isManual(): boolean | undefined {
    return this.agreement.isManual;
  }

  get peerMayMove(): boolean | undefined {
    return this.agreement.peerMayMove;
  }

  get encryptionKey(): Secret {
    return secretIn(this.#keys, 0, encryptionLength(this.suite));
  }

  get integrityKey(): Secret {
    return secretIn(this.#keys, encryptionLength(this.suite), this.#keys.length);
  }

  get peer(): IpAddress {
    return this.#peer;
  }

  get udpEncapsulation(): SaParameters["udpEncapsulation"] {
    return this.#udpEncapsulation;
  }

  /** A NAT has moved the peer. */
  movePeer(address: IpAddress, udpEncapsulation: SaParameters["udpEncapsulation"]): void {
    this.#peer = address;
    this.#udpEncapsulation = udpEncapsulation;
  }
}

function agreementOf(given: SaParameters, known: Agreement | undefined): Agreement {
  const { suite, mode, lifetimeSeconds, lifetimeKilobytes, isInitiator, isManual, peerMayMove } = given;
  const isSame =
    known !== undefined &&
    suite === known.suite &&
    mode === known.mode &&
    lifetimeSeconds === known.lifetimeSeconds &&
    lifetimeKilobytes === known.lifetimeKilobytes &&
    isInitiator === known.isInitiator &&
    isManual === known.isManual &&
    peerMayMove === known.peerMayMove;
  if (isSame) return known;
  return { suite, mode, lifetimeSeconds, lifetimeKilobytes, isInitiator, isManual, peerMayMove };
}

/** Octets. */
function encryptionLength(suite: SaSuite): number {
  return isAh(suite) ? 0 : espKeyLength(suite.encryption);
}
