/** Aggressive mode as initiator (RFC 2409 §5.4): AM1 with everything at once, AM2 checked, AM3 with the proof. */
import { equal } from "../../base/octets.ts";
import { group } from "../../crypto/groups.ts";
import { NOTIFY_TYPE } from "../../isakmp/numbers/notify-type.ts";
import type { Payload } from "../../isakmp/payload.ts";
import { encodeBody } from "../../isakmp/payload-chain.ts";
import { drop, tell } from "../action.ts";
import { unprovenAnswer } from "../explain.ts";
import { proofNotVerified } from "../explain-rsa.ts";
import { AM_ANSWER, AM_ANSWER_SEALED, AM_ANSWER_SIGNED, isShapeProblem, open } from "../message-shape.ts";
import type { ClientEndpoint, PeerRsaKey, ProtectionSuite } from "../policy.ts";
import type { AggressiveModeState, Answered } from "./aggressive-mode-state.ts";
import { type Authentication, preSharedKeyOf } from "./authentication.ts";
import { opened, opening, sealableIdentity, sealedIdentity, sealedPayloads } from "./encrypted-nonces.ts";
import {
  certifiedIdentity,
  describeIdentity,
  endpointIdentity,
  identityProblem,
  ownIdentity,
} from "./identity.ts";
import { initialContact } from "./initial-contact.ts";
import {
  deriveKeys,
  firstIv,
  fragmentationVendorId,
  keyExchangeFailed,
  keyProblem,
  ownVendorIds,
} from "./keys.ts";
import {
  isTranslated,
  natEvents,
  natPayloads,
  natSituation,
  onNatPorts,
  traverse,
  traversesNats,
} from "./nat-steps.ts";
import { bestMethod, offeredMethods } from "./nat-traversal.ts";
import { checkEvent, identityBuilt, keyFound, keysGenerated, vendorIdEvents } from "./phase1-events.ts";
import {
  type Phase1Actions as Actions,
  type Agreed,
  agreedOf,
  type Exchanged,
  establishedWith,
  type Phase1Context,
} from "./phase1-state.ts";
import { bareProof, checkPeerProof, claimProblem, ownProof, signing } from "./proof.ts";
import { checkAnswer, offerSuites } from "./protection-suite.ts";
import { certificateRequests } from "./signature-proof.ts";

export interface AggressiveOffer {
  /** In order of preference. The group of the first is the one that is offered: its public value goes with it. */
  readonly suites: readonly [ProtectionSuite, ...ProtectionSuite[]];
  readonly authentication: Authentication;
  /** What we say we are; undefined leaves it to `crypto isakmp identity`. */
  readonly endpoint: ClientEndpoint | undefined;
}

export function begin(
  context: Phase1Context,
  { suites, authentication, endpoint }: AggressiveOffer,
): Actions {
  const { sa, random, conventions } = context;
  const [suite] = suites;
  // Whether there is a NAT is not known yet, and behind one our port means nothing.
  const mayBeTranslated = traversesNats(context);
  const wished =
    endpoint === undefined
      ? unconfiguredIdentity(context, authentication, mayBeTranslated)
      : endpointIdentity(context, endpoint, mayBeTranslated);
  const peerKey = peerKeyOf(authentication);
  const id = peerKey === undefined ? wished : sealableIdentity(context, peerKey, wished);
  const nonce = random.bytes("nonce", conventions.nonceLength);
  const privateValue = random.bytes("dh private", group(suite.group).privateLength);
  return [
    ...keyFound(sa, preSharedKeyOf(authentication)),
    identityBuilt(sa, { suite }, id),
    tell({ kind: "phase1-started", sa, exchange: "aggressive" }),
    {
      do: "become",
      state: {
        at: "prepares AM1",
        suites: suites.filter((other) => other.group === suite.group),
        authentication,
        id,
        nonce,
        privateValue,
      },
    },
    { do: "work", job: { kind: "dh-public", group: suite.group, privateValue } },
  ];
}

function unconfiguredIdentity(context: Phase1Context, authentication: Authentication, throughNat: boolean) {
  return authentication.method === "rsa-sig"
    ? certifiedIdentity(context, authentication.certificates[0].certificate, throughNat)
    : ownIdentity(context, throughNat);
}

/** The key that identity and nonce are encrypted to; undefined where they go in clear. */
function peerKeyOf(authentication: Authentication): PeerRsaKey | undefined {
  return authentication.method === "rsa-encr" ? authentication.peerKey : undefined;
}

export function sayOffer(
  context: Phase1Context,
  state: AggressiveModeState & { at: "prepares AM1" },
  gxi: Uint8Array,
): Actions {
  const offer = offerSuites(state.suites, context.conventions.firstProposalNumber);
  const peerKey = peerKeyOf(state.authentication);
  return [
    { do: "become", state: { ...state, at: "awaits AM2", SAi_b: encodeBody(offer), gxi } },
    {
      do: "say",
      step: "AM1",
      payloads: [
        offer,
        ...(traversesNats(context) ? offeredMethods() : []),
        ...fragmentationVendorId(context),
        { kind: "KE", publicValue: gxi },
        ...(peerKey === undefined
          ? ([{ kind: "NONCE", data: state.nonce }, state.id] as const)
          : sealedPayloads(context, peerKey, state.id, state.nonce)),
        ...ownVendorIds(context),
        ...(state.authentication.method === "rsa-sig" ? certificateRequests(context) : []),
      ],
    },
  ];
}

export function receiveAnswer(
  context: Phase1Context,
  state: AggressiveModeState & { at: "awaits AM2" },
  payloads: readonly Payload[],
): Actions {
  const { sa } = context;
  const read = readAnswer(state.authentication, payloads);
  if (isShapeProblem(read)) return [drop("malformed", read.detail)];
  const { bag, proof, id: IDir } = read;
  const answer = checkAnswer(state.suites, bag.SA);
  const actions: Actions = [
    tell({ kind: "payload-processing", sa, payload: "SA", messageId: 0 }),
    tell({ kind: "payload-processing", sa, payload: "ID", messageId: 0 }),
    ...(answer.check === undefined ? [] : [tell(checkEvent(sa, answer.check))]),
  ];
  if (!("choice" in answer))
    return [
      ...actions,
      drop("unexpected", "the peer chose what we did not offer", NOTIFY_TYPE["NO-PROPOSAL-CHOSEN"]),
    ];
  const { choice } = answer;
  const gxr = bag.KE.publicValue;
  const problem = IDir instanceof Uint8Array ? undefined : identityProblem(IDir);
  if (problem !== undefined) return [drop("malformed", problem)];
  const sealedNonce = IDir instanceof Uint8Array;
  const badKey = keyProblem(choice.suite.group, gxr, sealedNonce ? undefined : bag.NONCE.data);
  if (badKey !== undefined) return [drop("malformed", badKey.detail, badKey.notify)];
  if (equal(gxr, state.gxi))
    return [drop("malformed", "our own public value came back", NOTIFY_TYPE["INVALID-KEY-INFORMATION"])];
  const { authentication, SAi_b, gxi, id, nonce, privateValue } = state;
  const natMethod = traversesNats(context) ? bestMethod(bag.all.VID) : undefined;
  const agreed = { choice, authentication, SAi_b, natMethod };
  const answered = {
    ...agreed,
    gxi,
    gxr,
    Ni_b: nonce,
    vendorIds: bag.all.VID,
    nat: natSituation(context, agreed, bag.all["NAT-D"]),
    id,
    proof,
  };
  const processed = [...actions, tell({ kind: "payload-processing", sa, payload: "KE", messageId: 0 })];
  if (!(IDir instanceof Uint8Array))
    return [...processed, ...computeSecret(context, { ...answered, IDir }, bag.NONCE.data, privateValue)];
  if (authentication.method !== "rsa-encr") return [drop("malformed", "an encrypted identity")];
  return [
    ...processed,
    { do: "become", state: { ...answered, at: "opens AM2", privateValue } },
    { do: "work", job: opening(context, authentication.ownKey, IDir, bag.NONCE.data) },
  ];
}

/** The responder's nonce and identity are decrypted. */
export function answerOpened(
  context: Phase1Context,
  state: AggressiveModeState & { at: "opens AM2" },
  contents: readonly Uint8Array[],
): Actions {
  const { privateValue, ...answered } = state;
  const { peerId, nonce } = opened(context, contents);
  return computeSecret(context, { ...answered, IDir: peerId }, nonce, privateValue);
}

function computeSecret(
  { sa }: Phase1Context,
  answered: Agreed & Omit<Exchanged, "Nr_b"> & Answered,
  Nr_b: Uint8Array,
  privateValue: Uint8Array,
): Actions {
  const { choice, gxr } = answered;
  return [
    tell({ kind: "payload-processing", sa, payload: "NONCE", messageId: 0 }),
    { do: "become", state: { ...answered, at: "checks AM2", Nr_b } },
    { do: "work", job: { kind: "dh-shared", group: choice.suite.group, privateValue, peerPublicValue: gxr } },
  ];
}

/** AM2 with what proves it, by hash or by signature; an identity that is encrypted is octets still. */
function readAnswer({ method }: Authentication, payloads: readonly Payload[]) {
  if (method === "rsa-sig") {
    const bag = open(AM_ANSWER_SIGNED, payloads);
    if (isShapeProblem(bag)) return bag;
    const { data } = bag.SIG;
    return { bag, id: bag.ID, proof: { kind: "signature", data, certificates: bag.all.CERT } as const };
  }
  const sealedId = sealedIdentity(payloads);
  if (method === "rsa-encr" && sealedId !== undefined) {
    const bag = open(AM_ANSWER_SEALED, payloads);
    if (isShapeProblem(bag)) return bag;
    return { bag, id: sealedId, proof: { kind: "hash", data: bag.HASH.data } as const };
  }
  const bag = open(AM_ANSWER, payloads);
  if (isShapeProblem(bag)) return bag;
  return { bag, id: bag.ID, proof: { kind: "hash", data: bag.HASH.data } as const };
}

export function sayProof(
  context: Phase1Context,
  state: AggressiveModeState & { at: "checks AM2" },
  gxy: Uint8Array,
): Actions {
  const { sa } = context;
  const { choice, IDir, id, authentication } = state;
  const keyed = deriveKeys(context, state, state.gxi, state.gxr, gxy);
  if (keyed === undefined) return [keyExchangeFailed(context, "the derived encryption key is a weak one")];
  const checked = checkPeerProof(context, { authentication, ...keyed }, IDir, state.proof);
  const told: Actions = [
    keysGenerated(sa, choice),
    // Not before: IOS's own depends on a cookie that only now is the SA's.
    ...vendorIdEvents(context, state.vendorIds),
    ...natEvents(context, state),
    ...checked.actions.filter(({ do: what }) => what !== "drop"),
  ];
  if (!checked.isBelieved) {
    if (told.at(-1)?.do === "fail") return told;
    // The exchange has gone on meanwhile: nothing can be as if it had not come.
    const peer = sa.remote.address;
    const failure =
      authentication.method === "pre-share"
        ? unprovenAnswer(peer, authentication.key)
        : proofNotVerified(peer, authentication, choice.suite.origin);
    return [...told, { do: "fail", failure }];
  }
  const claim = claimProblem(context, authentication, IDir);
  if (claim !== undefined) return [...told, { do: "fail", failure: claim }];
  const identities = { own: id, peer: IDir };
  // The certificate is that of the identity which AM1 has said.
  const proof = ownProof(context, { ...agreedOf(state), ...keyed, requests: [], identities }, false);
  const job = signing(proof);
  const signs = {
    ...agreedOf(state),
    ...keyed,
    at: "signs AM3",
    proof,
    nat: state.nat,
    identity: describeIdentity(IDir),
  } as const;
  return [
    ...told,
    tell({ kind: "peer-authenticated", sa, identity: signs.identity }),
    ...(job === undefined
      ? saySignedProof(context, signs, undefined)
      : ([
          { do: "become", state: signs },
          { do: "work", job },
        ] as const)),
  ];
}

/** AM3, where the hash is signed, once it is; where it is not, at once. */
export function saySignedProof(
  context: Phase1Context,
  state: AggressiveModeState & { at: "signs AM3" },
  signature: Uint8Array | undefined,
): Actions {
  const { choice, proof, identity, hashInput, protection } = state;
  const isAway = isTranslated(state.nat);
  const protect = { do: "protect", protection, iv: firstIv(state, choice) } as const;
  const say = {
    do: "say",
    step: "AM3",
    payloads: [
      ...bareProof(proof, signature),
      // Of the ports that this message goes from and to.
      ...natPayloads(isAway ? onNatPorts(context) : context, state),
    ],
  } as const;
  return [
    { do: "become", state: establishedWith(choice) },
    ...traverse(state),
    ...(context.conventions.encryptThirdMessage ? [protect, say] : [say, protect]),
    {
      do: "establish",
      choice,
      SKEYID: hashInput.SKEYID,
      identity,
      initialContact: false,
      // Never in aggressive mode itself (RFC 2407 §4.6.3).
      notifications: initialContact(context),
    },
  ];
}
