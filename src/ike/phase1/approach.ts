/**
 * How we begin phase 1 with a peer. IOS's rule: main mode; aggressive mode with a peer for which it is configured, and
 * where nothing can authenticate the peer but a pre-shared key for its host name ("Configuring IKE").
 */
import type { IpAddress } from "../../net/ip-address.ts";
import type { Failure } from "../action.ts";
import type { FailureReason, Phase1Mode } from "../events.ts";
import { noCompanions, noKey } from "../explain.ts";
import { type ClientEndpoint, DEFAULT_PRIORITY, type IkePolicy, type ProtectionSuite } from "../policy.ts";
import {
  type Authentication,
  authenticationBy,
  type Companions,
  companionsOf,
  missingFor,
  onlyKey,
  usableSuites,
} from "./authentication.ts";

export type Approach =
  | { readonly mode: "main"; readonly suites: Suites }
  | {
      readonly mode: "aggressive";
      readonly suites: Suites;
      readonly authentication: Authentication;
      /** What we say we are; undefined leaves it to `crypto isakmp identity`. */
      readonly endpoint: ClientEndpoint | undefined;
    };

type Suites = readonly [ProtectionSuite, ...ProtectionSuite[]];

/** Why nothing can be begun. */
export interface Hindrance {
  readonly mode: Phase1Mode;
  readonly reason: FailureReason;
  readonly explanation: string;
}

export function approachTo(policy: IkePolicy, peer: IpAddress): Approach | Hindrance {
  const companions = companionsOf(policy, peer, "initiator");
  const configured = policy.aggressivePeers.find((each) => each.peer === peer);
  if (configured !== undefined) {
    const { key: ownKey, identity } = configured;
    const usable = ownKey === undefined ? { ...companions, key: undefined } : onlyKey(ownKey);
    return aggressively(policy, peer, usable, identity);
  }
  const { key } = companions;
  const isByNameAlone =
    key?.peer.kind === "hostname" && usableSuites(policy, { ...companions, key: undefined }).length === 0;
  if (isByNameAlone && policy.aggressiveMode) return aggressively(policy, peer, onlyKey(key), undefined);
  const [first, ...more] = usableSuites(policy, companions);
  if (first !== undefined) return { mode: "main", suites: [first, ...more] };
  if (writtenSuites(policy).some(({ authentication }) => authentication !== "pre-share"))
    return {
      mode: "main",
      reason: "no keys for any policy",
      explanation: nothingUsable(policy, companions, peer),
    };
  return key === undefined
    ? {
        mode: "main",
        reason: "no pre-shared key",
        explanation: `There is no pre-shared key for ${peer}: add "crypto isakmp key … address ${peer}".`,
      }
    : { mode: "main", ...NO_POLICY };
}

/** Those of the operator, who most likely means to use one of them. */
function writtenSuites({ protectionSuites }: IkePolicy): readonly ProtectionSuite[] {
  return protectionSuites.filter(({ priority }) => priority !== DEFAULT_PRIORITY);
}

/** `policy 10 (rsa-encr): no RSA public key of this peer`, for each of these suites. */
function missingCompanions(suites: readonly ProtectionSuite[], companions: Companions): readonly string[] {
  return suites.map(
    (suite) => `policy ${suite.priority} (${suite.authentication}): ${missingFor(suite, companions)}`,
  );
}

/** As responder: what there is to say to somebody with whom none of our suites can be carried out. */
export function cannotRespond(policy: IkePolicy, companions: Companions, peer: IpAddress): Failure {
  const written = writtenSuites(policy);
  const suites = written.length > 0 ? written : policy.protectionSuites;
  if (suites.some(({ authentication }) => authentication === "pre-share")) return noKey(peer);
  return noCompanions(peer, missingCompanions(suites, companions), suites[0]?.origin);
}

function nothingUsable(policy: IkePolicy, companions: Companions, peer: IpAddress): string {
  const reasons = missingCompanions(writtenSuites(policy), companions);
  return `No ISAKMP policy can be used with ${peer}: ${reasons.join("; ")}.`;
}

function aggressively(
  policy: IkePolicy,
  peer: IpAddress,
  companions: Companions,
  endpoint: ClientEndpoint | undefined,
): Approach | Hindrance {
  if (!policy.aggressiveMode)
    return {
      mode: "aggressive",
      reason: "aggressive mode disabled",
      explanation: `Aggressive mode is configured for this peer and disabled for all: remove "crypto isakmp aggressive-mode disable", or the peer's "set aggressive-mode".`,
    };
  const usable = usableSuites(policy, companions);
  const [first] = usable;
  const authentication = first === undefined ? undefined : authenticationBy(first, companions);
  if (first === undefined || authentication === undefined || typeof authentication === "string")
    return companions.key === undefined
      ? {
          mode: "aggressive",
          reason: "no policy can be offered",
          explanation: nothingUsable(policy, companions, peer),
        }
      : { mode: "aggressive", ...NO_POLICY };
  // Proof goes with the offer, so that there can be one method only.
  const more = usable.slice(1).filter((suite) => suite.authentication === first.authentication);
  return { mode: "aggressive", suites: [first, ...more], authentication, endpoint };
}

const NO_POLICY = {
  reason: "no policy can be offered",
  explanation: `No ISAKMP policy uses pre-shared keys: add "authentication pre-share" to a "crypto isakmp policy".`,
} as const;
