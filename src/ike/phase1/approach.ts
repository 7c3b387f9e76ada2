/**
 * How we begin phase 1 with a peer. IOS's rule: main mode; aggressive mode with a peer for which it is configured, and
 * where nothing can authenticate the peer but a pre-shared key for its host name ("Configuring IKE").
 */
import type { IpAddress } from "../../net/ip-address.ts";
import type { FailureReason, Phase1Mode } from "../events.ts";
import {
  type ClientEndpoint,
  DEFAULT_PRIORITY,
  type IkePolicy,
  type PreSharedKey,
  type ProtectionSuite,
} from "../policy.ts";
import { type Companions, companionsOf, missingFor, onlyKey, usableSuites } from "./authentication.ts";

export type Approach =
  | { readonly mode: "main"; readonly suites: Suites }
  | {
      readonly mode: "aggressive";
      readonly suites: Suites;
      readonly key: PreSharedKey;
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
  const configured = policy.aggressivePeers.find(
    ({ key }) => key.peer.kind === "address" && key.peer.block.address === peer,
  );
  if (configured !== undefined) return aggressively(policy, configured.key, configured.identity);
  const companions = companionsOf(policy, peer, "initiator");
  const { key } = companions;
  const isByNameAlone =
    key?.peer.kind === "hostname" && usableSuites(policy, { ...companions, key: undefined }).length === 0;
  if (isByNameAlone && policy.aggressiveMode) return aggressively(policy, key, undefined);
  const [first, ...more] = usableSuites(policy, companions);
  if (first !== undefined) return { mode: "main", suites: [first, ...more] };
  if (writtenSuites(policy).some(({ authentication }) => authentication !== "pre-share"))
    return {
      mode: "main",
      reason: "no policy can be offered",
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

function nothingUsable(policy: IkePolicy, companions: Companions, peer: IpAddress): string {
  const reasons = writtenSuites(policy).map(
    (suite) => `policy ${suite.priority} (${suite.authentication}): ${missingFor(suite, companions)}`,
  );
  return `No ISAKMP policy can be used with ${peer}: ${reasons.join("; ")}.`;
}

function aggressively(
  policy: IkePolicy,
  key: PreSharedKey,
  endpoint: ClientEndpoint | undefined,
): Approach | Hindrance {
  if (!policy.aggressiveMode)
    return {
      mode: "aggressive",
      reason: "aggressive mode disabled",
      explanation: `Aggressive mode is configured for this peer and disabled for all: remove "crypto isakmp aggressive-mode disable", or the peer's "set aggressive-mode".`,
    };
  // The key is for aggressive mode, which other methods begin in their own way.
  const [first, ...more] = usableSuites(policy, onlyKey(key)).filter(
    ({ authentication }) => authentication === "pre-share",
  );
  return first === undefined
    ? { mode: "aggressive", ...NO_POLICY }
    : { mode: "aggressive", suites: [first, ...more], key, endpoint };
}

const NO_POLICY = {
  reason: "no policy can be offered",
  explanation: `No ISAKMP policy uses pre-shared keys: add "authentication pre-share" to a "crypto isakmp policy".`,
} as const;
