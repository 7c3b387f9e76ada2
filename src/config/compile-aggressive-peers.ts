/** The peers with whom aggressive mode is begun, and whether what that takes is there. */
import type { AggressivePeer, RsaPolicy } from "../ike/policy.ts";
import type { IpAddress } from "../net/ip-address.ts";
import { host } from "../net/selector.ts";
import type { IsakmpPeerSettings, IsakmpSettings, MapPeer } from "./configuration.ts";
import type { Problems } from "./problem.ts";

export function compileAggressivePeers(
  { peers, aggressiveModeDisabled }: IsakmpSettings,
  hosts: ReadonlyMap<string, readonly IpAddress[]>,
  rsa: RsaPolicy,
  problems: Problems,
): AggressivePeer[] {
  const hasRsa =
    (rsa.certificates.length > 0 && rsa.authorities.length > 0) ||
    (rsa.encryptionKey !== undefined && rsa.peerKeys.length > 0);
  const compiled = peers.flatMap((settings) => compilePeer(settings, hosts, hasRsa, problems));
  if (compiled.length > 0 && aggressiveModeDisabled.value)
    problems.warning({
      kind: "wrong",
      origin: aggressiveModeDisabled.origin,
      message: "Aggressive mode is disabled, and there are peers with which it is to be begun.",
      advice: "Remove `crypto isakmp aggressive-mode disable`, or these peers' `set aggressive-mode` lines.",
    });
  return compiled;
}

function compilePeer(
  { peer, password, clientEndpoint, origin }: IsakmpPeerSettings,
  hosts: ReadonlyMap<string, readonly IpAddress[]>,
  hasRsa: boolean,
  problems: Problems,
): AggressivePeer[] {
  if (password === undefined && clientEndpoint === undefined) return [];
  // With RSA keys no password is needed.
  if (clientEndpoint === undefined || (password === undefined && !hasRsa)) {
    const [is, lacks] =
      password === undefined
        ? ["identity", "set aggressive-mode password KEY"]
        : ["password", "set aggressive-mode client-endpoint fqdn NAME"];
    problems.warning({
      kind: "incomplete",
      origin,
      message: `The peer ${nameOf(peer)} has an aggressive-mode ${is} alone: main mode is begun with it.`,
      advice: `Enter \`${lacks}\` below it.`,
    });
    return [];
  }
  const addresses = peer.kind === "address" ? [peer.address] : hosts.get(peer.name.toLowerCase());
  if (addresses === undefined)
    problems.warning({
      kind: "incomplete",
      origin,
      message: `The address of ${nameOf(peer)} is unknown, so aggressive mode is never begun with it.`,
      advice: `Enter \`ip host ${nameOf(peer)} A.B.C.D\`.`,
    });
  return (addresses ?? []).map((address) => ({
    peer: address,
    key:
      password === undefined
        ? undefined
        : {
            peer: { kind: "address", block: host(address) },
            key: password.value.text,
            origin: password.origin,
          },
    identity: clientEndpoint.value,
  }));
}

function nameOf(peer: MapPeer): string {
  return peer.kind === "address" ? peer.address : peer.name;
}
