/** A peer behind a NAT is at another address or port than before (RFC 3947 §7): all SAs whose ESP goes there follow. */
import { type Endpoint, type IpAddress, isSameEndpoint } from "../net/ip-address.ts";
import type { DataPlaneParts } from "./data-plane-parts.ts";
import type { LiveSa, OutboundSa } from "./live-sa.ts";
import type { Sad } from "./sad.ts";

export interface PeerMove {
  readonly localAddress: IpAddress;
  readonly from: Endpoint;
  readonly to: Endpoint;
}

/** False where nothing follows. */
export function movePeer({ sad, outbox, carried }: DataPlaneParts, move: PeerMove): boolean {
  // A kernel that carries the packets has to be told in ways of its own.
  if (carried !== undefined) return false;
  const moving = sad
    .outboundBetween(move.localAddress, move.from.address)
    .filter((sa) => isMeant(sa, move))
    .map((sa) => [sa, sad.partnerOf(sa)] as const);
  for (const [outbound, inbound] of moving) {
    relocate(sad, outbound, move.to);
    if (inbound !== undefined) relocate(sad, inbound, move.to);
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
  sa.parameters = {
    ...sa.parameters,
    peer: address,
    udpEncapsulation: { ...udpEncapsulation, remotePort: port },
  };
  sad.add(sa);
}
