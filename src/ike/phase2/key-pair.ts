/** Keys for both directions of a pair of IPsec SAs (RFC 2409 §5.5). */
import { u32Octets } from "../../base/octets.ts";
import { type EspSuite, espKeyLength, HASHES } from "../../crypto/names.ts";
import { Secret } from "../../crypto/secret.ts";
import { isWeakKey } from "../../crypto/weak-keys.ts";
import { PROTOCOL_ID } from "../../isakmp/numbers/domain.ts";
import type { KeyedAh, KeyedSa } from "../engine-contract.ts";
import type { NegotiatedIpsecSa } from "../events.ts";
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
  const { connection, selector, choice, originalAddresses, ownSpi, peerSpi } = negotiated;
  const suite = choice.set.esp;
  const inboundKeys = keysFor(context, negotiated, gqmxy, ownSpi, suite);
  const outboundKeys = keysFor(context, negotiated, gqmxy, peerSpi, suite);
  if (inboundKeys === undefined || outboundKeys === undefined) return undefined;
  const ahFor = (spi: number) => keyedAh(context, negotiated, gqmxy, spi);
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
      ah: ahFor(ownSpi),
      direction: "inbound",
      spi: ownSpi,
      pairSpi: peerSpi,
      connId: connIds.inbound,
    },
    outbound: {
      ...common,
      ...outboundKeys,
      ah: choice.ah === undefined ? undefined : ahFor(spiOf(choice.ah)),
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
  suite: EspSuite,
): { readonly encryptionKey: Secret; readonly integrityKey: Secret } | undefined {
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

/** AH has KEYMAT of its own, by its protocol and SPI; our own SPI is that of ESP. */
function keyedAh(
  context: QuickModeContext,
  negotiated: Negotiated,
  gqmxy: Uint8Array | undefined,
  spi: number,
): KeyedAh | undefined {
  const hash = negotiated.choice.ah?.hash;
  if (hash === undefined) return undefined;
  const { length } = HASHES[hash];
  const key = materialFor(context, negotiated, gqmxy, PROTOCOL_ID.PROTO_IPSEC_AH, spi, length);
  return { hash, spi, key: new Secret(key) };
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
