/** Which pre-shared key belongs to a peer (RFC 2409 §5.4): by its address in main mode, by its identity in aggressive mode. */
import type { Identification } from "../../isakmp/payloads/identification.ts";
import { type IpAddress, ipv4FromOctets, ipv4ToNumber } from "../../net/ip-address.ts";
import { blockContains } from "../../net/selector.ts";
import type { IkePolicy, PreSharedKey } from "../policy.ts";
import { ID_FQDN, ID_IPV4_ADDR, ID_USER_FQDN } from "./identity.ts";

/**
 * The key whose address block holds the peer, the most specific block first; a key by host name stands behind a key for
 * exactly this address and before wider blocks, where `ip host` gives the name this address.
 */
export function findPreSharedKey(policy: IkePolicy, peer: IpAddress): PreSharedKey | undefined {
  let best: PreSharedKey | undefined;
  let bestWidth = Number.POSITIVE_INFINITY;
  for (const candidate of policy.preSharedKeys) {
    const width = widthFor(policy, candidate, peer);
    if (width !== undefined && width < bestWidth) {
      best = candidate;
      bestWidth = width;
    }
  }
  return best;
}

/** The key for what a peer says it is, or else for the address that it says so from. */
export function findKeyByIdentity(
  policy: IkePolicy,
  { idType, data }: Identification,
  peer: IpAddress,
): PreSharedKey | undefined {
  const named =
    idType === ID_FQDN || idType === ID_USER_FQDN
      ? findKeyByName(policy, new TextDecoder().decode(data))
      : idType === ID_IPV4_ADDR
        ? findPreSharedKey(policy, ipv4FromOctets(data))
        : undefined;
  return named ?? findPreSharedKey(policy, peer);
}

function findKeyByName(policy: IkePolicy, name: string): PreSharedKey | undefined {
  const wanted = name.toLowerCase();
  return policy.preSharedKeys.find((key) => key.peer.kind === "hostname" && key.peer.name === wanted);
}

/** How many addresses the key is for, as an order of preference; undefined where the peer is not among them. */
function widthFor(policy: IkePolicy, key: PreSharedKey, peer: IpAddress): number | undefined {
  if (key.peer.kind === "hostname") return policy.hosts.get(key.peer.name)?.includes(peer) ? 0.5 : undefined;
  return blockContains(key.peer.block, peer) ? ipv4ToNumber(key.peer.block.wildcard) : undefined;
}
