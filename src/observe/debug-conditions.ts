/** `debug crypto condition`: debugging about some peers alone, of a gateway that has many. */
import type { GatewayEvent } from "../gateway/contract.ts";
import type { IpAddress } from "../net/ip-address.ts";
import { type AddressBlock, blockContains } from "../net/selector.ts";

export interface DebugConditions {
  readonly peers: readonly AddressBlock[];
  /** Of ISAKMP SAs and of IPsec SAs. */
  readonly connIds: readonly number[];
  /** What is about no peer that is known is told too. */
  readonly unmatched: boolean;
}

/** Everything is told. */
export const NO_CONDITIONS: DebugConditions = { peers: [], connIds: [], unmatched: false };

export function isConditional({ peers, connIds }: DebugConditions): boolean {
  return peers.length > 0 || connIds.length > 0;
}

/** One of the conditions suffices. */
export function admits(conditions: DebugConditions, event: GatewayEvent): boolean {
  if (!isConditional(conditions)) return true;
  const subject = subjectOf(event);
  if (subject.peers.length === 0) return conditions.unmatched;
  return (
    subject.peers.some((peer) => conditions.peers.some((block) => blockContains(block, peer))) ||
    (subject.connId !== undefined && conditions.connIds.includes(subject.connId))
  );
}

interface Subject {
  /** One; of a packet that was lost, both of its ends, as either may be the peer. */
  readonly peers: readonly IpAddress[];
  readonly connId?: number | undefined;
}

function subjectOf(event: GatewayEvent): Subject {
  if ("sa" in event && event.sa !== undefined)
    return { peers: [event.sa.remote.address], connId: event.sa.connId };
  switch (event.kind) {
    case "negotiation-requested":
    case "message-dropped":
      return { peers: [event.remote.address] };
    case "sa-request-denied":
      return { peers: [event.remote] };
    case "negotiation-failed":
    case "sa-requested":
    case "path-mtu-changed":
      return { peers: [event.peer] };
    case "sa-installed":
    case "sa-removed":
      return { peers: [event.peer], connId: event.connId };
    case "encapsulation-moved":
      return { peers: [event.to.address] };
    case "flow-taken-over":
      return { peers: [event.from, event.to] };
    case "packet-dropped":
      return { peers: [event.source, event.destination], connId: event.connId };
    // Our own mistake is about nobody; every other kind has an ISAKMP SA.
    default:
      return { peers: [] };
  }
}
