/** Keys for both directions of a pair of IPsec SAs (RFC 2409 §5.5). */
import { u32Octets } from "../../base/octets.ts";
import { espKeyLength, HASHES, type HashName, isAh, type SaSuite } from "../../crypto/names.ts";
import { Secret } from "../../crypto/secret.ts";
import { suitesOf } from "../../crypto/transform-set.ts";
import { isWeakKey } from "../../crypto/weak-keys.ts";
import { PROTOCOL_ID } from "../../isakmp/numbers/domain.ts";
import type { KeyedAh, KeyedSa } from "../engine-contract.ts";
import type { NegotiatedAh, NegotiatedIpsecSa } from "../events.ts";
import { keymat } from "../keying.ts";
import { peerMayMove } from "../phase1/nat-traversal.ts";
import { spiOf } from "./quick-mode-parts.ts";
import type { Negotiated, QuickModeContext } from "./quick-mode-state.ts";

export interface KeyedPair {
  readonly pair: NegotiatedIpsecSa;
  readonly inbound: KeyedSa;
  readonly outbound: KeyedSa;
}

/** KEYMAT for both directions (RFC 2409 §5.5): each is keyed by the SPI its receiver chose. */
export function keyPair(
  context: QuickModeContext,
  negotiated: Negotiated,
  gqmxy: Uint8Array | undefined,
  isInitiator: boolean,
): KeyedPair | undefined {
  const { connection, selector, choice, originalAddresses } = negotiated;
  const { spi: ownSpi } = negotiated.ownSpis;
  const peerSpi = spiOf(choice.offer);
  // The last is what is nearest to the payload: ESP, or AH alone.
  const suite = suitesOf(choice.set).at(-1);
  if (suite === undefined) return undefined;
  const inboundKeys = keysFor(context, negotiated, gqmxy, ownSpi, suite);
  const outboundKeys = keysFor(context, negotiated, gqmxy, peerSpi, suite);
  if (inboundKeys === undefined || outboundKeys === undefined) return undefined;
  const ah = bundledAh(context, negotiated, gqmxy);
  const connIds = context.takeConnIds();
  const { lifetimeSeconds, lifetimeKilobytes } = choice;
  const common = {
    isInitiator,
    connectionId: connection.id,
    localAddress: context.sa.local.address,
    peer: context.sa.remote.address,
    udpEncapsulation:
      context.nat === undefined
        ? undefined
        : { localPort: context.sa.local.port, remotePort: context.sa.remote.port },
    peerMayMove: context.nat !== undefined && peerMayMove(context.nat.situation),
    selector,
    suite,
    mode: choice.mode,
    originalAddresses,
    lifetimeSeconds,
    lifetimeKilobytes,
  } as const;
  return {
    pair: {
      inboundSpi: ownSpi,
      outboundSpi: peerSpi,
      connectionId: connection.id,
      selector,
      suite,
      ...(ah === undefined ? {} : { ah: negotiatedAh(ah) }),
      mode: choice.mode,
      lifetimeSeconds,
      lifetimeKilobytes,
      pfsGroup: choice.offer.group,
      inboundConnId: connIds.inbound,
      outboundConnId: connIds.outbound,
    },
    inbound: {
      ...common,
      ...inboundKeys,
      ah: ah?.inbound,
      direction: "inbound",
      spi: ownSpi,
      pairSpi: peerSpi,
      connId: connIds.inbound,
    },
    outbound: {
      ...common,
      ...outboundKeys,
      ah: ah?.outbound,
      direction: "outbound",
      spi: peerSpi,
      pairSpi: ownSpi,
      connId: connIds.outbound,
    },
  };
}

function keysFor(
  context: QuickModeContext,
  negotiated: Negotiated,
  gqmxy: Uint8Array | undefined,
  spi: number,
  suite: SaSuite,
): { readonly encryptionKey: Secret; readonly integrityKey: Secret } | undefined {
  if (isAh(suite))
    return { encryptionKey: NO_KEY, integrityKey: ahKey(context, negotiated, gqmxy, suite.ah, spi) };
  const encryptionLength = espKeyLength(suite.encryption);
  const integrityLength = suite.integrity === undefined ? 0 : HASHES[suite.integrity].length;
  const length = encryptionLength + integrityLength;
  const material = materialFor(context, negotiated, gqmxy, PROTOCOL_ID.PROTO_IPSEC_ESP, spi, length);
  const encryptionKey = material.slice(0, encryptionLength);
  if (isWeakKey(suite.encryption, encryptionKey)) return undefined;
  return {
    encryptionKey: new Secret(encryptionKey),
    integrityKey: new Secret(material.slice(encryptionLength)),
  };
}

interface BundledAh {
  readonly inbound: KeyedAh;
  readonly outbound: KeyedAh;
}

/** AH around ESP has KEYMAT of its own, by its protocol and SPIs. */
function bundledAh(
  context: QuickModeContext,
  negotiated: Negotiated,
  gqmxy: Uint8Array | undefined,
): BundledAh | undefined {
  const { choice, ownSpis } = negotiated;
  const { ahSpi: ownSpi } = ownSpis;
  const hash = choice.ah?.hash;
  if (choice.ah === undefined || hash === undefined || ownSpi === undefined) return undefined;
  const connIds = context.takeConnIds();
  const peerSpi = spiOf(choice.ah);
  const keyOf = (spi: number) => ahKey(context, negotiated, gqmxy, hash, spi);
  return {
    inbound: { hash, spi: ownSpi, pairSpi: peerSpi, key: keyOf(ownSpi), connId: connIds.inbound },
    outbound: { hash, spi: peerSpi, pairSpi: ownSpi, key: keyOf(peerSpi), connId: connIds.outbound },
  };
}

function negotiatedAh({ inbound, outbound }: BundledAh): NegotiatedAh {
  return {
    hash: inbound.hash,
    inboundSpi: inbound.spi,
    outboundSpi: outbound.spi,
    inboundConnId: inbound.connId,
    outboundConnId: outbound.connId,
  };
}

function ahKey(
  context: QuickModeContext,
  negotiated: Negotiated,
  gqmxy: Uint8Array | undefined,
  hash: HashName,
  spi: number,
): Secret {
  const { length } = HASHES[hash];
  return new Secret(materialFor(context, negotiated, gqmxy, PROTOCOL_ID.PROTO_IPSEC_AH, spi, length));
}

function materialFor(
  { protection }: QuickModeContext,
  { Ni_b, Nr_b }: Negotiated,
  gqmxy: Uint8Array | undefined,
  protocol: number,
  spi: number,
  length: number,
): Uint8Array {
  const input = { protocol, spi: u32Octets(spi), Ni_b, Nr_b, gqmxy };
  return keymat(protection.hash, protection.SKEYID_d, input, length);
}

const NO_KEY = new Secret(new Uint8Array());
