/**
 * How two ends prove to each other who they are (RFC 2409 §5.1 to §5.4): what each method needs of us, and the SKEYID that
 * follows from it.
 */
import type { Secret } from "../../crypto/secret.ts";
import { skeyidPreShared } from "../keying.ts";
import type { PreSharedKey, ProtectionSuite } from "../policy.ts";

/** The method of the chosen suite, with what it takes to carry it out with this peer. */
export interface Authentication {
  readonly method: "pre-share";
  readonly key: PreSharedKey;
}

export function byPreSharedKey(key: PreSharedKey): Authentication {
  return { method: "pre-share", key };
}

/** SKEYID, from which all keys of the SA follow. */
export function skeyidOf(
  { key }: Authentication,
  { hash }: ProtectionSuite,
  { Ni_b, Nr_b }: { readonly Ni_b: Uint8Array; readonly Nr_b: Uint8Array },
): Secret {
  return skeyidPreShared(hash, key.key.reveal(), Ni_b, Nr_b);
}
