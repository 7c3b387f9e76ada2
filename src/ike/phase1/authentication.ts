/**
 * How two ends prove to each other who they are (RFC 2409 §5.1 to §5.4): what each method needs of us, and the SKEYID that
 * follows from it.
 */
import { group } from "../../crypto/groups.ts";
import type { Secret } from "../../crypto/secret.ts";
import { skeyidPreShared } from "../keying.ts";
import type { IkePolicy, PreSharedKey, ProtectionSuite } from "../policy.ts";

/** The method of the chosen suite, with what it takes to carry it out with this peer. */
export interface Authentication {
  readonly method: "pre-share";
  readonly key: PreSharedKey;
}

export function byPreSharedKey(key: PreSharedKey): Authentication {
  return { method: "pre-share", key };
}

/** The suites for which this peer's companion configuration is there; only those are offered (IOS "Configuring IKE"). */
export function usableSuites(policy: IkePolicy, key: PreSharedKey | undefined): readonly ProtectionSuite[] {
  return policy.protectionSuites.filter((suite) => missingFor(suite, key) === undefined);
}

/** What keeps a suite from being carried out with this peer. */
export function missingFor(suite: ProtectionSuite, key: PreSharedKey | undefined): string | undefined {
  if (suite.authentication !== "pre-share")
    return `${suite.authentication} needs keys this router does not have`;
  if (!group(suite.group).available) return `group ${suite.group} is not available on this machine`;
  return key === undefined ? "no pre-shared key for this peer" : undefined;
}

/** SKEYID, from which all keys of the SA follow. */
export function skeyidOf(
  { key }: Authentication,
  { hash }: ProtectionSuite,
  { Ni_b, Nr_b }: { readonly Ni_b: Uint8Array; readonly Nr_b: Uint8Array },
): Secret {
  return skeyidPreShared(hash, key.key.reveal(), Ni_b, Nr_b);
}
