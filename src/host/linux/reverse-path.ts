/**
 * Linux's reverse path filter and our steering. Strict, it drops what comes in clear for the machine itself and must be
 * protected, for the answer would leave by our TUN device. But it holds against the same rules what carries IKE and IPsec.
 * Where a line is about the traffic of our end point itself, it has to be loose: neighbours would get no answer to ARP, and
 * later fragments of UDP, which do not show that they are of IKE or ESP, would be lost. Under a dynamic map without an
 * access list a peer may ask for that.
 */
import type { OriginatedRule, ProtectedInterface } from "../../ipsec/policy.ts";
import { PROTOCOL } from "../../net/protocols.ts";
import { type AddressBlock, blockContains, blockCovers } from "../../net/selector.ts";

/** Of an interface whose subnet is `prefix`. */
export function reversePathFilter(
  { entries, localAddress }: ProtectedInterface,
  prefix: AddressBlock,
): "strict" | "loose" {
  const peers = entries.flatMap((entry) => entry.peers);
  const isInTheWay = ({ action, selector }: OriginatedRule): boolean => {
    const { protocol, local, remote } = selector;
    if (action !== "permit" || !blockContains(local, localAddress)) return false;
    const reachesNeighbours = blockCovers(prefix, remote) || blockCovers(remote, prefix);
    const reachesPeer = peers.some((peer) => blockContains(remote, peer));
    return protocol === 0 ? reachesNeighbours || reachesPeer : protocol === PROTOCOL.UDP && reachesPeer;
  };
  const isLoose = entries.some(({ rules, template }) =>
    rules.length === 0 ? template !== undefined : rules.some(isInTheWay),
  );
  return isLoose ? "loose" : "strict";
}
