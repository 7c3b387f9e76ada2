/**
 * Aggressive mode as responder (RFC 2409 §5.4): the key is found by who the peer says it is, AM2 proves our end, AM3 its.
 *
 * Whoever asks under a name that has no key gets an AM2 as well, made with a random key, so that nobody can find out by
 * asking which names there are. It fails where a wrong key fails.
 */
import { group } from "../../crypto/groups.ts";
import { Secret } from "../../crypto/secret.ts";
import { NOTIFY_TYPE } from "../../isakmp/numbers/notify-type.ts";
import type { Payload } from "../../isakmp/payload.ts";
import { encodeBody } from "../../isakmp/payload-chain.ts";
import type { Identification } from "../../isakmp/payloads/identification.ts";
import { drop, type Failure, tell } from "../action.ts";
import { noKey, noKeyForIdentity, noProposalChosen } from "../explain.ts";
import { AM_OFFER, AM_PROOF, AM_PROOF_SIGNED, isShapeProblem, open } from "../message-shape.ts";
import type { PreSharedKey } from "../policy.ts";
import type { AggressiveModeState } from "./aggressive-mode-state.ts";
import {
  type Authentication,
  authenticationBy,
  companionsOf,
  missingFor,
  usableSuites,
} from "./authentication.ts";
import { describeIdentity, identityProblem } from "./identity.ts";
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
  agreedOf,
  establishedWith,
  type Phase1Context,
} from "./phase1-state.ts";
import { findKeyByIdentity } from "./pre-shared-key.ts";
import { bareProof, checkPeerProof, ownProof, signing } from "./proof.ts";
import { answerSuite, chooseSuite, situationProblem } from "./protection-suite.ts";
import { certificateRequests } from "./signature-proof.ts";

export function respond(context: Phase1Context, payloads: readonly Payload[]): Actions {
  const { sa, policy, random } = context;
  const bag = open(AM_OFFER, payloads);
  if (isShapeProblem(bag)) return [drop("malformed", bag.detail)];
  const problem = situationProblem(bag.SA) ?? identityProblem(bag.ID);
  if (problem !== undefined) return [drop("malformed", problem)];
  const peer = sa.remote.address;
  const found = findKeyByIdentity(policy, bag.ID, peer);
  const started: Actions = [
    tell({ kind: "phase1-started", sa, exchange: "aggressive" }),
    tell({ kind: "payload-processing", sa, payload: "SA", messageId: 0 }),
    tell({ kind: "payload-processing", sa, payload: "ID", messageId: 0 }),
  ];
  // Where there are no keys at all there are no names to be found out.
  const key = found ?? (policy.preSharedKeys.length === 0 ? undefined : strangersKey(context));
  const companions = { ...companionsOf(policy, peer, "responder"), key };
  if (key === undefined && usableSuites(policy, companions).length === 0)
    return [...started, { do: "fail", failure: noKey(peer) }];
  const { choice, checks } = chooseSuite(policy.protectionSuites, bag.SA, (suite) =>
    suite.authentication === "rsa-encr"
      ? "encrypted nonces in main mode alone"
      : missingFor(suite, companions),
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
  const gxi = bag.KE.publicValue;
  const badKey = keyProblem(choice.suite.group, gxi, bag.NONCE.data);
  if (badKey !== undefined) return [drop("malformed", badKey.detail, badKey.notify)];
  const isStranger = authentication.method === "pre-share" && found === undefined;
  const privateValue = random.bytes("dh private", group(choice.suite.group).privateLength);
  return [
    ...actions,
    tell({ kind: "payload-processing", sa, payload: "KE", messageId: 0 }),
    tell({ kind: "payload-processing", sa, payload: "NONCE", messageId: 0 }),
    ...(isStranger ? [toldOfStranger(context, bag.ID)] : []),
    {
      do: "become",
      state: {
        at: "prepares AM2",
        choice,
        authentication,
        SAi_b: encodeBody(bag.SA),
        natMethod: traversesNats(context) ? bestMethod(bag.all.VID) : undefined,
        Ni_b: bag.NONCE.data,
        Nr_b: random.bytes("nonce", context.conventions.nonceLength),
        vendorIds: bag.all.VID,
        // Only AM3 can tell.
        nat: { localBehindNat: false, remoteBehindNat: false },
        SA: bag.SA,
        gxi,
        IDii: bag.ID,
        requests: bag.all.CERTREQ,
        isStranger,
      },
    },
    {
      do: "work",
      job: { kind: "dh-both", group: choice.suite.group, privateValue, peerPublicValue: gxi },
    },
  ];
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
  const { reason, mismatches, origin, explanation }: Failure = noKeyForIdentity(
    sa.remote.address,
    describeIdentity(id),
  );
  return tell({
    kind: "negotiation-failed",
    sa,
    peer: sa.remote.address,
    exchange: "aggressive",
    role: sa.role,
    reason,
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
  const proving = { ...agreedOf(state), ...keyed, requests, identities: undefined };
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
  const { choice, natMethod, SA, IDii, isStranger, proof, hashInput, protection } = state;
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
        proof.id,
        { kind: "NONCE", data: state.Nr_b },
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
