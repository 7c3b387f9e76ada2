/**
 * The proofs at the end of phase 1, by any method: HASH_I and HASH_R (RFC 2409 §5), sent as they are or signed. Ours is
 * prepared here, and the peer's is checked.
 */
import { constantTimeEqual } from "../../base/octets.ts";
import type { Job } from "../../crypto/jobs.ts";
import type { Payload } from "../../isakmp/payload.ts";
import { encodeBody } from "../../isakmp/payload-chain.ts";
import type { Certificate } from "../../isakmp/payloads/certificate.ts";
import type { CertificateRequest } from "../../isakmp/payloads/certificate-request.ts";
import type { Identification } from "../../isakmp/payloads/identification.ts";
import type { Notification } from "../../isakmp/payloads/notification.ts";
import { drop, type Failure, type Refusal, tell } from "../action.ts";
import type { Role } from "../events.ts";
import { notTheKeysOwner } from "../explain-rsa.ts";
import { hashI, hashR } from "../keying.ts";
import { isShapeProblem, MM_AUTH, MM_AUTH_SEALED, MM_AUTH_SIGNED, open } from "../message-shape.ts";
import type { OwnCertificate } from "../policy.ts";
import type { Authentication } from "./authentication.ts";
import { certifiedIdentity, describeIdentity, identityProblem, ownIdentity } from "./identity.ts";
import { isRsaKeyOf } from "./peer-rsa-key.ts";
import type { Phase1Actions as Actions, Agreed, Introduced, Keyed, Phase1Context } from "./phase1-state.ts";
import { certificatePayloads, checkSignature, chooseCertificate } from "./signature-proof.ts";

/** What proves who we are. */
export interface OwnProof {
  readonly id: Identification;
  readonly hash: Uint8Array;
  /** Whose key signs the hash; undefined where it is sent as it is. */
  readonly certificate: OwnCertificate | undefined;
  /** The identity has gone out before, encrypted. */
  readonly isIntroduced: boolean;
}

type Proving = Agreed & Keyed & Introduced;

export function ownProof(context: Phase1Context, state: Proving, throughNat: boolean): OwnProof {
  const { authentication, hashInput, identities } = state;
  const certificate =
    authentication.method === "rsa-sig"
      ? chooseCertificate(authentication.certificates, state.requests)
      : undefined;
  const id =
    identities?.own ??
    (certificate === undefined
      ? ownIdentity(context, throughNat)
      : certifiedIdentity(context, certificate.certificate, throughNat));
  const hashOf = context.sa.role === "initiator" ? hashI : hashR;
  return { id, hash: hashOf(hashInput, encodeBody(id)), certificate, isIntroduced: identities !== undefined };
}

/** Undefined where the proof needs no signature. */
export function signing({ certificate, hash }: OwnProof): Job | undefined {
  if (certificate === undefined) return undefined;
  return { kind: "rsa-sign", privateKey: certificate.key.privateKey.reveal(), content: hash };
}

/** With the identity, where that has not gone out before. `signature` is there where `signing` asked for one. */
export function proofPayloads(proof: OwnProof, signature: Uint8Array | undefined): Payload[] {
  return proof.isIntroduced ? bareProof(proof, signature) : [proof.id, ...bareProof(proof, signature)];
}

/** Without the identity. */
export function bareProof({ hash, certificate }: OwnProof, signature: Uint8Array | undefined): Payload[] {
  return certificate !== undefined && signature !== undefined
    ? [...certificatePayloads(certificate), { kind: "SIG", data: signature }]
    : [{ kind: "HASH", data: hash }];
}

/** What a peer shows to prove that it is who it has said before. */
export type PeerProof =
  | { readonly kind: "hash"; readonly data: Uint8Array }
  | { readonly kind: "signature"; readonly data: Uint8Array; readonly certificates: readonly Certificate[] };

/** Whether it does; ends in a drop or a failure where it does not. */
export function checkPeerProof(
  context: Phase1Context,
  { authentication, ...state }: Pick<Agreed, "authentication"> & Pick<Keyed, "hashInput">,
  id: Identification,
  proof: PeerProof,
): { readonly isBelieved: boolean; readonly actions: Actions } {
  const { sa } = context;
  const hash = peersHash(sa.role, state, id);
  if (proof.kind === "signature" && authentication.method === "rsa-sig") {
    const { data: signature, certificates } = proof;
    const own = chooseCertificate(authentication.certificates, []);
    return checkSignature(context, own, { id, hash, signature, certificates });
  }
  if (proof.kind === "hash" && constantTimeEqual(proof.data, hash))
    return {
      isBelieved: true,
      actions: [tell({ kind: "payload-processing", sa, payload: "HASH", messageId: 0 })],
    };
  const name = sa.role === "responder" ? "HASH_I" : "HASH_R";
  return { isBelieved: false, actions: [drop("hash mismatch", `${name} does not verify`)] };
}

/** What a peer has proven. */
export interface Proven {
  readonly identity: string;
  readonly notifications: readonly Notification[];
  /** The peer's requests, those of this message too. */
  readonly requests: readonly CertificateRequest[];
}

export interface CheckedProof {
  /** Undefined where it is no proof; the actions then end in a drop or a failure. */
  readonly proven: Proven | undefined;
  readonly actions: Actions;
}

/** The peer's last message of main mode: MM5 of an initiator, MM6 of a responder. */
export function checkProof(
  context: Phase1Context,
  state: Proving,
  payloads: readonly Payload[],
): CheckedProof {
  switch (state.authentication.method) {
    case "pre-share": {
      const bag = open(MM_AUTH, payloads);
      if (isShapeProblem(bag)) return refused("undecryptable", bag.detail);
      return checkHash(context, state, bag.ID, bag.HASH.data, bag.all.NOTIFY);
    }
    case "rsa-encr": {
      const bag = open(MM_AUTH_SEALED, payloads);
      if (isShapeProblem(bag)) return refused("undecryptable", bag.detail);
      return checkOpenedHash(context, state, bag.HASH.data, bag.all.NOTIFY);
    }
    case "rsa-sig":
      return checkSigned(context, state, payloads);
  }
}

function checkHash(
  context: Phase1Context,
  state: Proving,
  id: Identification,
  hash: Uint8Array,
  notifications: readonly Notification[],
): CheckedProof {
  const { sa } = context;
  // First the hash: an identity that did not decrypt fails as any wrong proof does, and counts as one.
  if (!constantTimeEqual(hash, peersHash(sa.role, state, id)))
    return refused("hash mismatch", `${sa.role === "responder" ? "HASH_I" : "HASH_R"} does not verify`);
  const problem = identityProblem(id);
  if (problem !== undefined) return refused("malformed", problem);
  return {
    proven: { identity: describeIdentity(id), notifications, requests: state.requests },
    actions: [
      ...(state.identities === undefined
        ? [tell({ kind: "payload-processing", sa, payload: "ID", messageId: 0 })]
        : []),
      tell({ kind: "payload-processing", sa, payload: "HASH", messageId: 0 }),
    ],
  };
}

/** The hash shows that the peer has the private key; the key must be of who it said it is. */
function checkOpenedHash(
  context: Phase1Context,
  state: Proving,
  hash: Uint8Array,
  notifications: readonly Notification[],
): CheckedProof {
  const { authentication, identities } = state;
  const peerKey = authentication.method === "rsa-encr" ? authentication.peerKey : undefined;
  if (identities === undefined || peerKey === undefined)
    return refused("unexpected", "the peer has no identity");
  const checked = checkHash(context, state, identities.peer, hash, notifications);
  const failure = claimProblem(context, authentication, identities.peer);
  if (checked.proven === undefined || failure === undefined) return checked;
  return { proven: undefined, actions: [...checked.actions, { do: "fail", failure }] };
}

/** With encrypted nonces: why a peer that has shown to hold a key is not who it has said it is. */
export function claimProblem(
  { policy, sa }: Phase1Context,
  authentication: Authentication,
  id: Identification,
): Failure | undefined {
  const peerKey = authentication.method === "rsa-encr" ? authentication.peerKey : undefined;
  return peerKey === undefined || isRsaKeyOf(policy, peerKey, id)
    ? undefined
    : notTheKeysOwner(sa.remote.address, describeIdentity(id), peerKey.origin);
}

function checkSigned(context: Phase1Context, state: Proving, payloads: readonly Payload[]): CheckedProof {
  const { sa } = context;
  const { authentication } = state;
  const bag = open(MM_AUTH_SIGNED, payloads);
  if (isShapeProblem(bag)) return refused("undecryptable", bag.detail);
  const problem = identityProblem(bag.ID);
  if (problem !== undefined) return refused("malformed", problem);
  if (authentication.method !== "rsa-sig")
    return refused("unexpected", "a signature where none was agreed on");
  const requests = [...state.requests, ...bag.all.CERTREQ];
  const { isBelieved, actions } = checkSignature(
    context,
    chooseCertificate(authentication.certificates, requests),
    {
      id: bag.ID,
      hash: peersHash(sa.role, state, bag.ID),
      signature: bag.SIG.data,
      certificates: bag.all.CERT,
    },
  );
  const told = [tell({ kind: "payload-processing", sa, payload: "ID", messageId: 0 }), ...actions];
  return {
    proven: isBelieved
      ? { identity: describeIdentity(bag.ID), notifications: bag.all.NOTIFY, requests }
      : undefined,
    actions: told,
  };
}

function peersHash(ownRole: Role, { hashInput }: Pick<Keyed, "hashInput">, id: Identification): Uint8Array {
  return ownRole === "responder" ? hashI(hashInput, encodeBody(id)) : hashR(hashInput, encodeBody(id));
}

function refused(reason: Refusal["reason"], detail: string): CheckedProof {
  return { proven: undefined, actions: [drop(reason, detail)] };
}
