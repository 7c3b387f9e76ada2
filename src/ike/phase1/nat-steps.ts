/** Where phase 1 meets NAT traversal: whether it is wanted, what the NAT-D payloads tell, and the change of port. */
import type { HashName } from "../../crypto/names.ts";
import type { NatDiscovery } from "../../isakmp/payloads/nat-discovery.ts";
import { tell } from "../action.ts";
import { discover, discoveryPayloads, type Ends, type NatSituation } from "./nat-traversal.ts";
import type { Agreed, Exchanged, Phase1Actions, Phase1Context } from "./phase1-state.ts";

type Found = Pick<Agreed & Exchanged, "natMethod" | "nat">;

/** We can and may. */
export function traversesNats({ conventions, policy }: Phase1Context): boolean {
  return conventions.traverseNats && policy.natTransparency;
}

/** Our NAT-D payloads; none without a common method. */
export function natPayloads(context: Phase1Context, { natMethod, choice }: Agreed): NatDiscovery[] {
  return natMethod === undefined ? [] : discoveryPayloads(natMethod, natEnds(context, choice.suite.hash));
}

/** What the peer's NAT-D payloads say. */
export function natSituation(
  context: Phase1Context,
  { natMethod, choice }: Agreed,
  payloads: readonly NatDiscovery[],
): NatSituation {
  if (natMethod === undefined) return { localBehindNat: false, remoteBehindNat: false };
  return discover(payloads, natEnds(context, choice.suite.hash));
}

/**
 * The situation by the last message of aggressive mode, which has changed ports already if its sender found a NAT; its hashes are
 * of those ports or of the ones before, for RFC 3947 does not say.
 */
export function natSituationOnArrival(
  context: Phase1Context,
  agreed: Agreed,
  payloads: readonly NatDiscovery[],
): NatSituation {
  const before = natSituation(context, agreed, payloads);
  const after = natSituation({ ...context, sa: { ...context.sa, ...context.arrival } }, agreed, payloads);
  return {
    localBehindNat: before.localBehindNat && after.localBehindNat,
    remoteBehindNat: before.remoteBehindNat && after.remoteBehindNat,
  };
}

export function isTranslated({ localBehindNat, remoteBehindNat }: NatSituation): boolean {
  return localBehindNat || remoteBehindNat;
}

/** What is told of it; nothing where it was not looked for. */
export function natEvents({ sa }: Phase1Context, { natMethod, nat }: Found): Phase1Actions {
  if (natMethod === undefined) return [];
  const { name: method, payloadType } = natMethod;
  return [tell({ kind: "nat-discovered", sa, method, payloadType, ...nat })];
}

/** The change to UDP 4500, if there is a NAT on the way. */
export function traverse({ natMethod: method, nat: situation }: Found): Phase1Actions {
  return method === undefined || !isTranslated(situation) ? [] : [{ do: "traverse", method, situation }];
}

/** Both ends as they are after the change. */
export function onNatPorts(context: Phase1Context): Phase1Context {
  const { sa } = context;
  const local = { ...sa.local, port: NAT_PORT };
  return { ...context, sa: { ...sa, local, remote: { ...sa.remote, port: NAT_PORT } } };
}

/** UDP port of IKE and of IPsec in UDP (RFC 3947 §4). */
export const NAT_PORT = 4500;

function natEnds({ sa, initiatorCookie, responderCookie }: Phase1Context, hash: HashName): Ends {
  return { hash, initiatorCookie, responderCookie, local: sa.local, remote: sa.remote };
}
