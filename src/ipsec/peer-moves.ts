/** A peer behind a NAT is at another address or port than before (RFC 3947 §7): all SAs whose ESP goes there follow. */
import { type Endpoint, type IpAddress, isSameEndpoint } from "../net/ip-address.ts";
import type { DataPlaneParts } from "./data-plane-parts.ts";
import type { InboundSa, LiveSa, OutboundSa } from "./live-sa.ts";
import type { Sad } from "./sad.ts";

export interface PeerMove {
  readonly localAddress: IpAddress;
  readonly from: Endpoint;
  readonly to: Endpoint;
}

/**
 * What came by the SA, authentic and newer than all before, says where a peer behind a NAT is now. `port` is of the UDP that
 * ESP came in, if it did.
 */
export function followPeer(
  parts: DataPlaneParts,
  { parameters, replayWindow }: InboundSa,
  address: IpAddress,
  port: number | undefined,
): void {
  const { peer, localAddress, udpEncapsulation, peerMayMove } = parameters;
  if (udpEncapsulation === undefined || peerMayMove !== true || port === undefined) return;
  const from = { address: peer, port: udpEncapsulation.remotePort };
  const move = { localAddress, from, to: { address, port } };
  // Without an ICV anybody could call us away.
  if (isSameEndpoint(from, move.to) || replayWindow === undefined) return;
  if (movePeer(parts, move)) parts.outbox.push({ kind: "peer-moved", ...move });
}

/** False where nothing follows. */
export function movePeer({ sad, outbox, carried }: DataPlaneParts, move: PeerMove): boolean {
  // Who carries the packets for us knows an SA by its address.
  if (carried !== undefined && move.from.address !== move.to.address) return false;
  const moving = sad
    .outboundBetween(move.localAddress, move.from.address)
    .filter((sa) => isMeant(sa, move))
    .map((sa) => [sa, sad.partnerOf(sa)] as const);
  for (const [outbound, inbound] of moving) {
    relocate(sad, outbound, move.to);
    if (inbound !== undefined) relocate(sad, inbound, move.to);
    for (const one of inbound === undefined ? [outbound] : [outbound, inbound]) carried?.moveToPort(one);
    outbound.outerHeader = undefined;
    outbound.path = undefined;
  }
  if (moving.length > 0) outbox.event({ kind: "encapsulation-moved", ...move });
  return moving.length > 0;
}

/** In transport mode the address is part of what the SA is for: only the port can change. */
function isMeant({ parameters }: OutboundSa, { from, to }: PeerMove): boolean {
  const { udpEncapsulation, peer: address, mode } = parameters;
  if (udpEncapsulation === undefined || (mode === "transport" && from.address !== to.address)) return false;
  return isSameEndpoint({ address, port: udpEncapsulation.remotePort }, from);
}

function relocate(sad: Sad, sa: LiveSa, { address, port }: Endpoint): void {
  const { udpEncapsulation } = sa.parameters;
  if (udpEncapsulation === undefined) return;
  sad.remove(sa);
  sa.parameters.movePeer(address, { ...udpEncapsulation, remotePort: port });
  sad.add(sa);
}
