/**
 * How we begin phase 1 with a peer. IOS's rule: main mode; aggressive mode with a peer for which it is configured, and
 * where nothing can authenticate the peer but a pre-shared key for its host name ("Configuring IKE").
 */
import type { IpAddress } from "../../net/ip-address.ts";
import type { FailureReason, Phase1Mode } from "../events.ts";
import type { ClientEndpoint, IkePolicy, PreSharedKey, ProtectionSuite } from "../policy.ts";
import { usableSuites } from "./authentication.ts";
import { findPreSharedKey } from "./pre-shared-key.ts";

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
  const key = findPreSharedKey(policy, peer);
  const isByNameAlone = key?.peer.kind === "hostname" && usableSuites(policy, undefined).length === 0;
  if (isByNameAlone && policy.aggressiveMode) return aggressively(policy, key, undefined);
  const [first, ...more] = usableSuites(policy, key);
  if (first !== undefined) return { mode: "main", suites: [first, ...more] };
  return key === undefined
    ? {
        mode: "main",
        reason: "no pre-shared key",
        explanation: `There is no pre-shared key for ${peer}: add "crypto isakmp key … address ${peer}".`,
      }
    : { mode: "main", ...NO_POLICY };
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
  const [first, ...more] = usableSuites(policy, key).filter(
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
