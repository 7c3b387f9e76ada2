/**
 * NAT-OA payloads (RFC 3947 §5.2): in transport mode through a NAT each end tells the other the addresses of initiator and
 * responder as it sees them. TCP's and UDP's checksums are made for these, and the receiver sees others.
 */
import { ID_TYPE } from "../../isakmp/numbers/identification-type.ts";
import type { NatOriginalAddress } from "../../isakmp/payloads/nat-original-address.ts";
import { type IpAddress, ipv4FromOctets, ipv4Octets } from "../../net/ip-address.ts";
import type { Addresses } from "../../net/transport-checksum.ts";
import type { QuickModeContext } from "./quick-mode-state.ts";

/** The initiator's address, then the responder's; for a quick mode in which we are `role`. */
export function originalAddressPayloads(
  { nat, sa }: QuickModeContext,
  role: "initiator" | "responder",
): NatOriginalAddress[] {
  if (nat === undefined) return [];
  const { originalAddressType: payloadType } = nat.method;
  const ends = [sa.local.address, sa.remote.address];
  return (role === "initiator" ? ends : ends.reverse()).map((address) => ({
    kind: "NAT-OA",
    payloadType,
    idType: ID_TYPE.ID_IPV4_ADDR,
    address: ipv4Octets(address),
  }));
}

/** Of the packets that the peer sends. Undefined where it has not told both, as drafts had it. */
export function originalAddresses(
  payloads: readonly NatOriginalAddress[],
  role: "initiator" | "responder",
): Addresses | undefined {
  const [initiator, responder, ...others] = payloads.map(addressOf);
  if (initiator === undefined || responder === undefined || others.length > 0) return undefined;
  return role === "initiator"
    ? { source: responder, destination: initiator }
    : { source: initiator, destination: responder };
}

function addressOf({ idType, address }: NatOriginalAddress): IpAddress | undefined {
  return idType === ID_TYPE.ID_IPV4_ADDR ? ipv4FromOctets(address) : undefined;
}
