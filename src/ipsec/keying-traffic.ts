/** What carries IPsec itself, and is therefore never held against the policy: IKE, and ESP and AH packets. */
import type { IpAddress } from "../net/ip-address.ts";
import { ipv4ToNumber } from "../net/ip-address.ts";
import { PROTOCOL } from "../net/protocols.ts";
import type { PacketFlow } from "./packet-flow.ts";

/** A flow that our end point sends; for what it receives, ask for the flow of what answers it. */
export function isKeyingTraffic(flow: PacketFlow, localAddress: IpAddress): boolean {
  const { protocol, sourcePort } = flow;
  const carriesIpsec =
    protocol === PROTOCOL.ESP ||
    protocol === PROTOCOL.AH ||
    (protocol === PROTOCOL.UDP && (sourcePort === IKE_PORT || sourcePort === NAT_TRAVERSAL_PORT));
  return carriesIpsec && flow.source === ipv4ToNumber(localAddress);
}

const IKE_PORT = 500;
/** RFC 3948 §2. */
const NAT_TRAVERSAL_PORT = 4500;
