/**
 * How two ends prove to each other who they are (RFC 2409 §5.1 to §5.4): what each method needs of us, and the SKEYID that
 * follows from it.
 */
import { concat } from "../../base/octets.ts";
import { group } from "../../crypto/groups.ts";
import type { Secret } from "../../crypto/secret.ts";
import type { IpAddress } from "../../net/ip-address.ts";
import type { Role } from "../events.ts";
import { skeyidEncryption, skeyidPreShared, skeyidSignature } from "../keying.ts";
import type {
  IkePolicy,
  OwnCertificate,
  OwnRsaKey,
  PeerRsaKey,
  PreSharedKey,
  ProtectionSuite,
} from "../policy.ts";
import { findPeerRsaKey } from "./peer-rsa-key.ts";
import type { Phase1Context } from "./phase1-state.ts";
import { findPreSharedKey } from "./pre-shared-key.ts";

/** The method of the chosen suite, with what it takes to carry it out with this peer. */
export type Authentication =
  | { readonly method: "pre-share"; readonly key: PreSharedKey }
  /** Ours, of which the peer may ask for one. */
  | { readonly method: "rsa-sig"; readonly certificates: readonly [OwnCertificate, ...OwnCertificate[]] }
  /** The peer's key may be known only after it has said who it is. */
  | { readonly method: "rsa-encr"; readonly ownKey: OwnRsaKey; readonly peerKey: PeerRsaKey | undefined };

/** What we have to authenticate ourselves and one peer with: IOS's companion configuration. */
export interface Companions {
  readonly key: PreSharedKey | undefined;
  readonly certificates: readonly OwnCertificate[];
  readonly knowsAuthority: boolean;
  readonly ownKey: OwnRsaKey | undefined;
  readonly peerKey: PeerRsaKey | undefined;
  /** A responder learns who the peer is before it must use its key. */
  readonly mayFindPeerKeyLater: boolean;
}

export function companionsOf(policy: IkePolicy, peer: IpAddress, role: Role): Companions {
  const { certificates, authorities, encryptionKey, peerKeys } = policy.rsa;
  return {
    key: findPreSharedKey(policy, peer),
    certificates,
    knowsAuthority: authorities.length > 0,
    ownKey: encryptionKey,
    peerKey: findPeerRsaKey(policy, peer),
    mayFindPeerKeyLater: role === "responder" && peerKeys.length > 0,
  };
}

/** Nothing but a pre-shared key, or not even that. */
export function onlyKey(key: PreSharedKey | undefined): Companions {
  return {
    key,
    certificates: [],
    knowsAuthority: false,
    ownKey: undefined,
    peerKey: undefined,
    mayFindPeerKeyLater: false,
  };
}

export function byPreSharedKey(key: PreSharedKey): Authentication {
  return { method: "pre-share", key };
}

/** The suites for which this peer's companion configuration is there; only those are offered (IOS "Configuring IKE"). */
export function usableSuites(policy: IkePolicy, companions: Companions): readonly ProtectionSuite[] {
  return policy.protectionSuites.filter((suite) => missingFor(suite, companions) === undefined);
}

/** What keeps a suite from being carried out with this peer. */
export function missingFor(suite: ProtectionSuite, companions: Companions): string | undefined {
  if (!group(suite.group).available) return `group ${suite.group} is not available on this machine`;
  const found = authenticationBy(suite, companions);
  return typeof found === "string" ? found : undefined;
}

/** How the ends authenticate themselves under this suite, or what is missing for it. */
export function authenticationBy(suite: ProtectionSuite, companions: Companions): Authentication | string {
  const { key, certificates, knowsAuthority, ownKey, peerKey, mayFindPeerKeyLater } = companions;
  switch (suite.authentication) {
    case "pre-share":
      return key === undefined ? "no pre-shared key for this peer" : byPreSharedKey(key);
    case "rsa-sig": {
      const [first, ...more] = certificates;
      if (first === undefined) return "no certificate of ours whose private key is here";
      return knowsAuthority
        ? { method: "rsa-sig", certificates: [first, ...more] }
        : "no certificate of an authority";
    }
    case "rsa-encr":
      if (ownKey === undefined) return "no RSA key of ours that may decrypt";
      return peerKey === undefined && !mayFindPeerKeyLater
        ? "no RSA public key of this peer"
        : { method: "rsa-encr", ownKey, peerKey };
  }
}

/** The pre-shared key, where that is how the ends authenticate themselves. */
export function preSharedKeyOf(authentication: Authentication | undefined): PreSharedKey | undefined {
  return authentication?.method === "pre-share" ? authentication.key : undefined;
}

/** SKEYID, from which all keys of the SA follow. */
export function skeyidOf(
  { conventions, initiatorCookie, responderCookie }: Phase1Context,
  authentication: Authentication,
  { hash }: ProtectionSuite,
  { Ni_b, Nr_b }: { readonly Ni_b: Uint8Array; readonly Nr_b: Uint8Array },
  gxy: Uint8Array,
): Secret {
  switch (authentication.method) {
    case "pre-share":
      return skeyidPreShared(hash, authentication.key.key.reveal(), Ni_b, Nr_b);
    case "rsa-sig":
      return skeyidSignature(hash, Ni_b, Nr_b, gxy);
    case "rsa-encr": {
      const cookies = concat(initiatorCookie, responderCookie);
      return skeyidEncryption(hash, Ni_b, Nr_b, cookies, conventions.encryptedNonceSkeyid);
    }
  }
}
