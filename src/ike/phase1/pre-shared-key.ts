/** Which pre-shared key belongs to a peer: by its address, as main mode must (RFC 2409 §5.4). */
import { type IpAddress, ipv4ToNumber } from "../../net/ip-address.ts";
import { blockContains } from "../../net/selector.ts";
import type { IkePolicy, PreSharedKey } from "../policy.ts";

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

/** How many addresses the key is for, as an order of preference; undefined where the peer is not among them. */
function widthFor(policy: IkePolicy, key: PreSharedKey, peer: IpAddress): number | undefined {
  if (key.peer.kind === "hostname") return policy.hosts.get(key.peer.name)?.includes(peer) ? 0.5 : undefined;
  return blockContains(key.peer.block, peer) ? ipv4ToNumber(key.peer.block.wildcard) : undefined;
}
