/**
 * ESP or AH with an SPI that stands for nothing: its sender has SAs that we have lost, after a restart for instance. It is told so
 * under an ISAKMP SA. With `crypto isakmp invalid-spi-recovery` one is made for that where there is none. The packet proves
 * nothing of its sender: only peers of the configuration are made one with, and the data plane reports few such packets.
 */
import { u32Octets } from "../base/octets.ts";
import type { SaProtocol } from "../crypto/names.ts";
import { DOI, PROTOCOL_ID } from "../isakmp/numbers/domain.ts";
import { NOTIFY_TYPE } from "../isakmp/numbers/notify-type.ts";
import type { Notification } from "../isakmp/payloads/notification.ts";
import type { IpAddress } from "../net/ip-address.ts";
import type { EngineState } from "./engine-state.ts";
import type { IsakmpSa } from "./isakmp-sa.ts";
import { sendInformational } from "./notices.ts";
import { beginPhase1, usualEnds } from "./phase1-start.ts";
import { mayEnd } from "./sa-lifecycle.ts";

/** As a peer numbers the SAs of each protocol for itself. */
export interface UnknownSpi {
  readonly protocol: SaProtocol;
  readonly spi: number;
}

export function recoverFromInvalidSpi(
  state: EngineState,
  localAddress: IpAddress,
  peer: IpAddress,
  { protocol, spi }: UnknownSpi,
): void {
  const unknown = { protocol, spi };
  const established = state.table.newestWith(localAddress, peer);
  if (established !== undefined) return tell(state, established, unknown);
  if (!state.policy.invalidSpiRecovery || !state.policy.enabled) return;
  const [connection] = state.connections.configuredBetween(localAddress, peer);
  const isUnderWay = state.table.ofPeer(peer).some((sa) => sa.local.address === localAddress);
  if (connection === undefined || isUnderWay) return;
  const sa = beginPhase1(state, connection, usualEnds(connection, peer), []);
  if (sa !== undefined) sa.invalidSpi = unknown;
}

/** The ISAKMP SA that was made for it is there. */
export function tellInvalidSpi(state: EngineState, sa: IsakmpSa): void {
  if (sa.invalidSpi !== undefined) tell(state, sa, sa.invalidSpi);
  sa.invalidSpi = undefined;
}

function tell(state: EngineState, sa: IsakmpSa, { protocol, spi }: UnknownSpi): void {
  sendInformational(state, sa, [
    {
      kind: "NOTIFY",
      doi: DOI.IPSEC,
      protocolId: protocol === "ah" ? PROTOCOL_ID.PROTO_IPSEC_AH : PROTOCOL_ID.PROTO_IPSEC_ESP,
      spi: u32Octets(spi),
      notifyType: NOTIFY_TYPE["INVALID-SPI"],
      data: u32Octets(spi),
    },
  ]);
}

/** The peer knows nothing of an SA of ours towards it: the pair goes. */
export function obeyInvalidSpi(
  state: EngineState,
  sa: IsakmpSa,
  { protocolId, spi, data }: Notification,
): void {
  const octets = spi.length === SPI_LENGTH ? spi : data;
  if (octets.length !== SPI_LENGTH) return;
  const outboundSpi = new DataView(octets.buffer, octets.byteOffset).getUint32(0);
  if (!mayEnd(state, sa, state.spis.identityBySpiOfPeer(sa.remote.address, outboundSpi))) return;
  state.output({
    kind: "remove-ipsec-sa",
    peer: sa.remote.address,
    direction: "outbound",
    protocol: protocolId === PROTOCOL_ID.PROTO_IPSEC_AH ? "ah" : "esp",
    spi: outboundSpi,
    reason: "peer deleted",
  });
}

const SPI_LENGTH = 4;
