/**
 * Aggressive mode as responder (RFC 2409 §5.4): the key is found by who the peer says it is, AM2 proves our end, AM3 its.
 *
 * Whoever asks under a name that has no key gets an AM2 as well, made with a random key, so that nobody can find out by
 * asking which names there are. It fails where a wrong key fails.
 */
import { MalformedError, tolerant } from "../../base/errors.ts";
import { Reader } from "../../base/reader.ts";
import { group } from "../../crypto/groups.ts";
import { Secret } from "../../crypto/secret.ts";
import { NOTIFY_TYPE } from "../../isakmp/numbers/notify-type.ts";
import type { Payload } from "../../isakmp/payload.ts";
import { encodeBody } from "../../isakmp/payload-chain.ts";
import { decodeIdentification, type Identification } from "../../isakmp/payloads/identification.ts";
import type { VendorId } from "../../isakmp/payloads/vendor-id.ts";
import { drop, type Failure, tell } from "../action.ts";
import { noKeyForIdentity, noProposalChosen } from "../explain.ts";
import {
  AM_OFFER,
  AM_OFFER_SEALED,
  AM_PROOF,
  AM_PROOF_SIGNED,
  isShapeProblem,
  open,
} from "../message-shape.ts";
import type { PreSharedKey } from "../policy.ts";
import type { AggressiveModeState, Asked, Stranger } from "./aggressive-mode-state.ts";
import { cannotRespond } from "./approach.ts";
import {
  type Authentication,
  authenticationBy,
  companionsOf,
  missingFor,
  usableSuites,
} from "./authentication.ts";
import {
  keyToAnswer,
  opened,
  opening,
  sealableIdentity,
  sealedIdentity,
  sealedPayloads,
} from "./encrypted-nonces.ts";
import { describeIdentity, ID_FQDN, identityProblem } from "./identity.ts";
import { saysInitialContact } from "./initial-contact.ts";
import {
  deriveKeys,
  firstIv,
  fragmentationVendorId,
  keyExchangeFailed,
  keyProblem,
  ownVendorIds,
} from "./keys.ts";
import { natEvents, natPayloads, natSituationOnArrival, traverse, traversesNats } from "./nat-steps.ts";
import { bestMethod, vendorIdOf } from "./nat-traversal.ts";
import { checkEvent, identityBuilt, keyFound, keysGenerated, vendorIdEvents } from "./phase1-events.ts";
import {
  type Phase1Actions as Actions,
  type Agreed,
  agreedOf,
  establishedWith,
  type Phase1Context,
} from "./phase1-state.ts";
import { findKeyByIdentity } from "./pre-shared-key.ts";
import { bareProof, checkPeerProof, claimProblem, ownProof, signing } from "./proof.ts";
import { answerSuite, chooseSuite, situationProblem } from "./protection-suite.ts";
import { certificateRequests } from "./signature-proof.ts";

export function respond(context: Phase1Context, payloads: readonly Payload[]): Actions {
  const { sa, policy } = context;
  const read = readOffer(payloads);
  if (isShapeProblem(read)) return [drop("malformed", read.detail)];
  const { bag, id, sealedId } = read;
  const problem = situationProblem(bag.SA) ?? (sealedId === undefined ? objectionTo(id) : undefined);
  if (problem !== undefined) return [drop("malformed", problem)];
  const peer = sa.remote.address;
  const found = id instanceof MalformedError ? undefined : findKeyByIdentity(policy, id, peer);
  const started: Actions = [
    tell({ kind: "phase1-started", sa, exchange: "aggressive" }),
    tell({ kind: "payload-processing", sa, payload: "SA", messageId: 0 }),
    tell({ kind: "payload-processing", sa, payload: "ID", messageId: 0 }),
  ];
  // Where there are no keys at all there are no names to be found out.
  const key = found ?? (policy.preSharedKeys.length === 0 ? undefined : strangersKey(context));
  const companions = { ...companionsOf(policy, peer, "responder"), key };
  if (key === undefined && usableSuites(policy, companions).length === 0)
    return [...started, { do: "fail", failure: cannotRespond(policy, companions, peer) }];
  const { choice, checks } = chooseSuite(policy.protectionSuites, bag.SA, (suite) =>
    missingFor(suite, companions),
  );
  const authentication = choice === undefined ? undefined : authenticationBy(choice.suite, companions);
  const actions: Actions = [
    ...started,
    ...vendorIdEvents(context, bag.all.VID),
    ...keyFound(sa, found),
    ...checks.map((check) => tell(checkEvent(sa, check))),
  ];
  if (choice === undefined || authentication === undefined || typeof authentication === "string")
    return [
      ...actions,
      { do: "fail", failure: noProposalChosen(peer, checks, NOTIFY_TYPE["NO-PROPOSAL-CHOSEN"]) },
    ];
  const isSealed = authentication.method === "rsa-encr";
  const gxi = bag.KE.publicValue;
  const badKey = keyProblem(choice.suite.group, gxi, isSealed ? undefined : bag.NONCE.data);
  if (badKey !== undefined) return [drop("malformed", badKey.detail, badKey.notify)];
  const asked = {
    choice,
    SAi_b: encodeBody(bag.SA),
    natMethod: traversesNats(context) ? bestMethod(bag.all.VID) : undefined,
    vendorIds: bag.all.VID,
    SA: bag.SA,
    gxi,
    requests: bag.all.CERTREQ,
  };
  const processed = [...actions, tell({ kind: "payload-processing", sa, payload: "KE", messageId: 0 })];
  if (isSealed && sealedId !== undefined)
    return [
      ...processed,
      { do: "become", state: { ...asked, at: "opens AM1", authentication } },
      { do: "work", job: opening(context, authentication.ownKey, sealedId, bag.NONCE.data) },
    ];
  const objection = objectionTo(id);
  if (id instanceof MalformedError || objection !== undefined)
    return [drop("malformed", objection ?? "no identity")];
  const isStranger = authentication.method === "pre-share" && found === undefined;
  return [
    ...processed,
    ...(isStranger ? [toldOfStranger(context, id)] : []),
    ...prepareAnswer(context, { ...asked, authentication, IDii: id, isStranger }, bag.NONCE.data),
  ];
}

/** The initiator's nonce and identity are decrypted: well or not, the exchange goes on. */
export function offerOpened(
  context: Phase1Context,
  state: AggressiveModeState & { at: "opens AM1" },
  contents: readonly Uint8Array[],
): Actions {
  const { authentication } = state;
  if (authentication.method !== "rsa-encr") return [];
  const { peerId, nonce } = opened(context, contents);
  const peerKey = keyToAnswer(context, authentication.peerKey, peerId);
  return prepareAnswer(
    context,
    { ...state, authentication: { ...authentication, peerKey }, IDii: peerId, isStranger: false },
    nonce,
  );
}

function prepareAnswer(
  context: Phase1Context,
  asked: Agreed & Asked & Stranger & { readonly vendorIds: readonly VendorId[] },
  Ni_b: Uint8Array,
): Actions {
  const { sa, random, conventions } = context;
  const { SA, gxi, IDii, requests, isStranger, vendorIds } = asked;
  const groupId = asked.choice.suite.group;
  const privateValue = random.bytes("dh private", group(groupId).privateLength);
  return [
    tell({ kind: "payload-processing", sa, payload: "NONCE", messageId: 0 }),
    {
      do: "become",
      state: {
        ...agreedOf(asked),
        at: "prepares AM2",
        Ni_b,
        Nr_b: random.bytes("nonce", conventions.nonceLength),
        vendorIds,
        // Only AM3 can tell.
        nat: { localBehindNat: false, remoteBehindNat: false },
        SA,
        gxi,
        IDii,
        requests,
        isStranger,
      },
    },
    { do: "work", job: { kind: "dh-both", group: groupId, privateValue, peerPublicValue: gxi } },
  ];
}

/** AM1: with an identity, or with octets that may be one, or an encrypted one. */
function readOffer(payloads: readonly Payload[]) {
  const sealedId = sealedIdentity(payloads);
  if (sealedId === undefined) {
    const bag = open(AM_OFFER, payloads);
    return isShapeProblem(bag) ? bag : { bag, id: bag.ID, sealedId };
  }
  const bag = open(AM_OFFER_SEALED, payloads);
  if (isShapeProblem(bag)) return bag;
  return { bag, id: tolerant(() => decodeIdentification(new Reader(sealedId, { name: "ID" }))), sealedId };
}

function objectionTo(id: Identification | MalformedError): string | undefined {
  return id instanceof MalformedError ? id.message : identityProblem(id);
}

function strangersKey({ random }: Phase1Context): PreSharedKey {
  return {
    peer: { kind: "hostname", name: "" },
    key: new Secret(random.bytes("stranger's key", STRANGERS_KEY_LENGTH)),
    origin: undefined,
  };
}

/** Octets; as long as the longest hash, so that nothing of its making is cheaper than with a key of ours. */
const STRANGERS_KEY_LENGTH = 32;

/** The operator is told what the peer is not. */
function toldOfStranger({ sa }: Phase1Context, id: Identification): Actions[number] {
  const name = describeIdentity(id);
  const { reason, mismatches, origin, explanation }: Failure = noKeyForIdentity(sa.remote.address, name);
  return tell({
    kind: "negotiation-failed",
    sa,
    peer: sa.remote.address,
    exchange: "aggressive",
    role: sa.role,
    reason,
    ...(id.idType === ID_FQDN ? { hostname: name } : {}),
    mismatches,
    origin,
    explanation,
  });
}

export function sayAnswer(
  context: Phase1Context,
  state: AggressiveModeState & { at: "prepares AM2" },
  gxr: Uint8Array,
  gxy: Uint8Array,
): Actions {
  const { sa } = context;
  const { choice, natMethod, SA, IDii, isStranger, requests, Nr_b } = state;
  const keyed = deriveKeys(context, state, state.gxi, gxr, gxy);
  if (keyed === undefined) return [keyExchangeFailed(context, "the derived encryption key is a weak one")];
  const peerKey = state.authentication.method === "rsa-encr" ? state.authentication.peerKey : undefined;
  const identities =
    peerKey === undefined ? undefined : { own: sealableIdentity(context, peerKey), peer: IDii };
  const proving = { ...agreedOf(state), ...keyed, requests, identities };
  const proof = ownProof(context, proving, natMethod !== undefined);
  const job = signing(proof);
  const signs = {
    ...agreedOf(state),
    ...keyed,
    at: "signs AM2",
    proof,
    Nr_b,
    gxi: state.gxi,
    gxr,
    SA,
    IDii,
    requests,
    isStranger,
  } as const;
  return [
    keysGenerated(sa, choice),
    identityBuilt(sa, choice, proof.id),
    ...(job === undefined
      ? saySignedAnswer(context, signs, undefined)
      : ([
          { do: "become", state: signs },
          { do: "work", job },
        ] as const)),
  ];
}

/** AM2, where the hash is signed, once it is; where it is not, at once. */
export function saySignedAnswer(
  context: Phase1Context,
  state: AggressiveModeState & { at: "signs AM2" },
  signature: Uint8Array | undefined,
): Actions {
  const { choice, natMethod, SA, IDii, isStranger, proof, hashInput, protection, authentication } = state;
  const peerKey = authentication.method === "rsa-encr" ? authentication.peerKey : undefined;
  return [
    {
      do: "become",
      state: { ...agreedOf(state), hashInput, protection, at: "awaits AM3", IDii, isStranger },
    },
    {
      do: "say",
      step: "AM2",
      payloads: [
        answerSuite(SA, choice),
        ...ownVendorIds(context),
        ...(natMethod === undefined ? [] : [vendorIdOf(natMethod)]),
        ...fragmentationVendorId(context),
        { kind: "KE", publicValue: state.gxr },
        ...(peerKey === undefined
          ? ([proof.id, { kind: "NONCE", data: state.Nr_b }] as const)
          : sealedPayloads(context, peerKey, proof.id, state.Nr_b)),
        ...bareProof(proof, signature),
        ...(signature === undefined ? [] : certificateRequests(context)),
        ...natPayloads(context, state),
      ],
    },
    { do: "protect", protection, iv: firstIv(state, choice) },
  ];
}

export function receiveProof(
  context: Phase1Context,
  state: AggressiveModeState & { at: "awaits AM3" },
  payloads: readonly Payload[],
): Actions {
  const { sa } = context;
  const read = readProof(state.authentication, payloads);
  // Under a wrong key an encrypted one is noise.
  if (isShapeProblem(read)) return [drop("undecryptable", read.detail)];
  const { bag, proof } = read;
  const { choice, hashInput, IDii } = state;
  const checked = checkPeerProof(context, state, IDii, proof);
  if (!checked.isBelieved) return checked.actions;
  const failure = claimProblem(context, state.authentication, IDii);
  if (failure !== undefined) return [...checked.actions, { do: "fail", failure }];
  const identity = describeIdentity(IDii);
  const nat = natSituationOnArrival(context, state, bag.all["NAT-D"]);
  return [
    ...checked.actions,
    ...natEvents(context, { ...state, nat }),
    tell({ kind: "peer-authenticated", sa, identity }),
    { do: "become", state: establishedWith(choice) },
    ...traverse({ ...state, nat }),
    {
      do: "establish",
      choice,
      SKEYID: hashInput.SKEYID,
      identity,
      // HASH_I does not cover it: in clear anybody may have added it.
      initialContact: context.isProtected && saysInitialContact(context, bag.all.NOTIFY),
      notifications: [],
    },
  ];
}

/** AM3, by hash or by signature. */
function readProof({ method }: Authentication, payloads: readonly Payload[]) {
  if (method === "rsa-sig") {
    const bag = open(AM_PROOF_SIGNED, payloads);
    if (isShapeProblem(bag)) return bag;
    return { bag, proof: { kind: "signature", data: bag.SIG.data, certificates: bag.all.CERT } as const };
  }
  const bag = open(AM_PROOF, payloads);
  return isShapeProblem(bag) ? bag : { bag, proof: { kind: "hash", data: bag.HASH.data } as const };
}
