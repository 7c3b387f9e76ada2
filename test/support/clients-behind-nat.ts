/** Several clients behind one NAT, each with an engine of its own, and the gateway that they share. */
import type { IkeEngine } from "../../src/ike/engine.ts";
import type { IkePolicy } from "../../src/ike/policy.ts";
import { NAT_TRAVERSING_CONVENTIONS } from "../../src/ike/wire-conventions.ts";
import { ipv4 } from "../../src/net/ip-address.ts";
import { blockOf, host, type TrafficSelector } from "../../src/net/selector.ts";
import { A, B, IkePair, NAT, type PolicyChanges, policyOf, SELECTOR, seededRandom } from "./ike-pair.ts";

/** Half of the inner addresses of `SELECTOR`, seen from a client: a line for all is the gateway's. */
export const UPPER_HALF: TrafficSelector = {
  ...SELECTOR,
  local: blockOf(ipv4("10.1.1.128"), ipv4("255.255.255.128")),
};

/** A client and its gateway, which is a new one unless it is given; `start` tells one start of the client from another. */
export function behindNat(
  hostname: string,
  start: string,
  gateway?: IkeEngine,
  changes?: PolicyChanges,
): IkePair {
  const conventions = NAT_TRAVERSING_CONVENTIONS;
  const base = policyOf(B, A, changes);
  const policy: IkePolicy = {
    ...base,
    preSharedKeys: base.preSharedKeys.map((key) => ({ ...key, peer: { kind: "address", block: host(NAT) } })),
    connections: base.connections.map((connection) => ({ ...connection, peers: [NAT] })),
  };
  const pair = new IkePair(
    {
      conventions,
      exportKeys: true,
      random: seededRandom(`${hostname}, ${start}`),
      policy: { ...policyOf(A, B), identity: "hostname", hostname },
    },
    { conventions, policy },
  );
  pair.isNatted = true;
  if (gateway !== undefined) Object.assign(pair.engines, { B: gateway });
  return pair;
}
