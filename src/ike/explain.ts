/** Sentences that say why a negotiation failed: what was offered, what we accept, and which line of ours says so. */
import { describeOrigin, type Origin } from "../base/origin.ts";
import { NOTIFY_TYPE } from "../isakmp/numbers/notify-type.ts";
import type { IpAddress } from "../net/ip-address.ts";
import type { Failure } from "./action.ts";
import type { Mismatch, Role, Step } from "./events.ts";
import { type Authentication, preSharedKeyOf } from "./phase1/authentication.ts";
import type { SuiteCheck } from "./phase1/protection-suite.ts";
import { DEFAULT_PRIORITY, type PreSharedKey } from "./policy.ts";

const WORDS: { readonly [A in Mismatch["attribute"]]: string } = {
  encryption: "encryption",
  hash: "hash",
  authentication: "authentication",
  group: "Diffie-Hellman group",
  lifetime: "lifetime",
  protocol: "protocol",
  transform: "transform",
  integrity: "integrity",
  mode: "mode",
  pfs: "PFS",
  proxy: "proxy identity",
  key: "companion configuration",
  certificate: "certificate",
};

/** `encryption: the peer offers 3des, we accept des` for each difference. */
export function describeMismatches(mismatches: readonly Mismatch[]): string {
  return mismatches
    .map((m) => `${WORDS[m.attribute]}: the peer offers ${m.offered}, we accept ${m.accepted}`)
    .join("; ");
}

export function at(origin: Origin | undefined): string {
  return origin === undefined ? "" : ` (${describeOrigin(origin)})`;
}

/** No suite matched: tells the closest pair, which is the one somebody most likely meant to match. */
export function noProposalChosen(
  peer: IpAddress,
  checks: readonly SuiteCheck[],
  notify: number | undefined,
): Failure {
  let closest: SuiteCheck | undefined;
  // The default policy is nobody's intention where the operator has written others.
  const written = checks.filter(({ priority }) => priority !== DEFAULT_PRIORITY);
  for (const check of written.length > 0 ? written : checks)
    if (closest === undefined || check.mismatches.length < closest.mismatches.length) closest = check;
  const mismatches = closest?.mismatches ?? [];
  const origin = mismatches.find((m) => m.origin !== undefined)?.origin;
  const policy =
    closest?.priority === DEFAULT_PRIORITY ? "default policy 65535" : `policy ${closest?.priority}`;
  const explanation =
    closest === undefined
      ? `${peer} offered no ISAKMP transform.`
      : `No ISAKMP policy matches what ${peer} offers; closest is its transform ${closest.transformNumber} to our ${policy}${at(origin)}: ${describeMismatches(mismatches)}.`;
  return { reason: "no proposal chosen", explanation, mismatches, origin, notify };
}

/** Somebody we share no key with. */
export function noKey(peer: IpAddress): Failure {
  return {
    reason: "no pre-shared key",
    explanation: `${peer} asks for an ISAKMP SA, and there is no pre-shared key for it: add "crypto isakmp key … address ${peer}" if it should get one.`,
    mismatches: [],
    origin: undefined,
    notify: NOTIFY_TYPE["NO-PROPOSAL-CHOSEN"],
  };
}

/** Somebody with whom none of our policies can be carried out, none of them by a pre-shared key; `missing` says why of each. */
export function noCompanions(
  peer: IpAddress,
  missing: readonly string[],
  origin: Origin | undefined,
): Failure {
  return {
    reason: "no proposal chosen",
    explanation: `${peer} asks for an ISAKMP SA, and none of our ISAKMP policies can be carried out with it${at(origin)}: ${missing.join("; ")}.`,
    mismatches: [],
    origin,
    notify: NOTIFY_TYPE["NO-PROPOSAL-CHOSEN"],
  };
}

/** Somebody whose identity no key of ours is for. It is not told so. */
export function noKeyForIdentity(peer: IpAddress, identity: string): Failure {
  return {
    reason: "no pre-shared key",
    explanation: `${peer} begins aggressive mode as ${identity}, and there is no pre-shared key for that: add "crypto isakmp key … hostname ${identity}" if it should get one. It is answered with a random key, so that it does not learn this.`,
    mismatches: [],
    origin: undefined,
    notify: undefined,
  };
}

/** A second message of aggressive mode whose HASH_R our key does not give. */
export function unprovenAnswer(peer: IpAddress, key: PreSharedKey | undefined): Failure {
  return {
    reason: "wrong pre-shared key",
    explanation: `The answer of ${peer} in aggressive mode does not verify: its pre-shared key differs from ours${at(key?.origin)}, or it has none for what we say we are.`,
    mismatches: [
      { attribute: "key", offered: "another pre-shared key", accepted: "ours", origin: key?.origin },
    ],
    origin: key?.origin,
    notify: undefined,
  };
}

/** An initiator of aggressive mode whose third message never came: it has seen our proof, and most likely not believed it. */
export function unconfirmedAnswer(peer: IpAddress, authentication: Authentication): Failure {
  const key = preSharedKeyOf(authentication);
  const begun = `${peer} has begun aggressive mode and does not confirm our answer`;
  if (key === undefined)
    return {
      reason: "no response",
      explanation: `${begun}: most likely it does not accept our proof.`,
      mismatches: [],
      origin: undefined,
      notify: undefined,
    };
  return {
    reason: "wrong pre-shared key",
    explanation: `${begun}: most likely its pre-shared key differs from ours${at(key.origin)}.`,
    mismatches: [
      { attribute: "key", offered: "another pre-shared key", accepted: "ours", origin: key.origin },
    ],
    origin: key.origin,
    notify: undefined,
  };
}

/** An exchange that got no answer to `step`. What that most likely means depends on how far it came. */
export function noResponse(
  peer: IpAddress,
  step: Step,
  key: PreSharedKey | undefined,
  hints: readonly string[],
): Failure {
  const heard = heardFrom(hints);
  if (step === "MM5")
    return {
      reason: "wrong pre-shared key",
      explanation: `${peer} does not answer the first encrypted message: most likely its pre-shared key differs from ours${at(key?.origin)}.${heard}`,
      mismatches: [
        { attribute: "key", offered: "another pre-shared key", accepted: "ours", origin: key?.origin },
      ],
      origin: key?.origin,
      notify: undefined,
    };
  const what = hints.includes(UNOFFERED)
    ? "has answered with a suite that is none of our offers"
    : step === "MM1" || step === "AM1"
      ? hints.includes("NO-PROPOSAL-CHOSEN")
        ? "most likely accepts none of our ISAKMP policies, or has nothing to authenticate us by"
        : `is not reachable on UDP port 500, runs no IKE, ${step === "AM1" ? "takes no aggressive mode, " : ""}or accepts none of our ISAKMP policies`
      : "has stopped answering";
  return {
    reason: "no response",
    explanation: `${peer} does not answer ${step}: it ${what}.${heard}`,
    mismatches: [],
    origin: undefined,
    notify: undefined,
  };
}

/** What came from the peer's address meanwhile, as a sentence to append. */
export function heardFrom(hints: readonly string[]): string {
  return hints.length === 0
    ? ""
    : ` Without proof of who said it, ${hints.join(" and ")} came from that address.`;
}

/** A proof of the peer that our key does not verify: the fifth message of main mode, the third of aggressive mode. */
export function wrongPreSharedKey(peer: IpAddress, key: PreSharedKey | undefined): Failure {
  return {
    reason: "wrong pre-shared key",
    explanation: `The proof of ${peer} does not verify: its pre-shared key differs from ours${at(key?.origin)}.`,
    mismatches: [
      { attribute: "key", offered: "another pre-shared key", accepted: "ours", origin: key?.origin },
    ],
    origin: key?.origin,
    notify: undefined,
  };
}

/** One more ISAKMP SA would exceed what the configuration allows. */
export function tooManySas(
  peer: IpAddress,
  role: Role,
  { limit, maximum, origin }: { limit: string; maximum: number; origin: Origin | undefined },
): Failure {
  const who = role === "responder" ? `${peer} asks for an ISAKMP SA` : `An ISAKMP SA with ${peer} is wanted`;
  const what = limit === "ike sa" ? "ISAKMP SAs" : "ISAKMP SAs in negotiation";
  return {
    reason: "limit reached",
    explanation: `${who}, and there are already as many ${what} as are allowed, ${maximum}${at(origin)}.`,
    mismatches: [],
    origin,
    notify: undefined,
  };
}

/** Somebody begins aggressive mode with us where it is switched off. */
export function aggressiveModeOff(peer: IpAddress): Failure {
  return {
    reason: "aggressive mode disabled",
    explanation: `${peer} begins aggressive mode, which is disabled here: have it begin main mode, or remove "crypto isakmp aggressive-mode disable".`,
    mismatches: [],
    origin: undefined,
    notify: undefined,
  };
}

/** A hint: somebody answered MM1 with another suite than was offered. */
export const UNOFFERED = "an answer that is none of our offers";
