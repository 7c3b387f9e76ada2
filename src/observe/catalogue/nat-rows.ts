/** Events of NAT traversal. */
import type { Endpoint } from "../../net/ip-address.ts";
import { type DebugMessage, ipsec, isakmp, isakmpPlain } from "../debug-message.ts";
import type { EventOf, Rows } from "../entry.ts";
import { ownLog } from "../syslog-message.ts";

export const NAT_ROWS: Rows<"nat-discovered" | "peer-moved" | "encapsulation-moved"> = {
  "nat-discovered": {
    debug: discoveryLines,
    ladder: (event) => ({ mark: "noted", where: event.sa.local.address, note: whereNatIs(event) }),
  },
  "encapsulation-moved": {
    debug: (event) => [ipsec("peer_moved", encapsulationMovement(event))],
    syslog: (event) => [ownLog(6, "PEER_MOVED", event.to.address, encapsulationMovement(event))],
  },
  "peer-moved": {
    debug: ({ sa, from }) => [isakmp(sa, `peer is now at ${movement(sa, from)}`)],
    ladder: ({ sa, from }) => ({
      mark: "noted",
      where: sa.local.address,
      note: `peer is now at ${movement(sa, from)}`,
    }),
  },
};

/** A line for each NAT-D payload, and IOS's verdict. */
function discoveryLines(event: EventOf<"nat-discovered">): readonly DebugMessage[] {
  const { sa, payloadType, localBehindNat, remoteBehindNat } = event;
  const payload = isakmpPlain(`received payload type ${payloadType}`);
  if (localBehindNat && remoteBehindNat)
    return [payload, payload, isakmp(sa, "NAT found, both nodes inside NAT")];
  if (localBehindNat) return [payload, payload, isakmp(sa, "My hash no match -  this node inside NAT")];
  if (remoteBehindNat) return [payload, payload, isakmp(sa, "His hash no match - this node outside NAT")];
  return [payload, payload, isakmp(sa, "No NAT Found for self or peer")];
}

function encapsulationMovement({ from, to }: EventOf<"encapsulation-moved">): string {
  return `peer behind a NAT is now at ${to.address} port ${to.port}; it was at ${from.address} port ${from.port}`;
}

function whereNatIs({ localBehindNat, remoteBehindNat }: EventOf<"nat-discovered">): string {
  if (localBehindNat && remoteBehindNat) return "NATs in front of both ends";
  if (localBehindNat) return "a NAT in front of this end";
  return remoteBehindNat ? "a NAT in front of the peer" : "no NAT on the way";
}

function movement(
  { local, remote }: { readonly local: Endpoint; readonly remote: Endpoint },
  from: { readonly local: Endpoint; readonly remote: Endpoint },
): string {
  const ownPort = local.port === from.local.port ? "" : `, and we at our port ${local.port}`;
  return `${remote.address} port ${remote.port}${ownPort}; it was at ${from.remote.address} port ${from.remote.port}`;
}
