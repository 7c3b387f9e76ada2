/**
 * Main mode with a pre-shared key (RFC 2409 §5, §5.4), both roles. `*` is encrypted.
 *
 *     Initiator                        Responder
 *     MM1  HDR, SA              -->
 *                               <--    MM2  HDR, SA
 *     MM3  HDR, KE, Ni          -->
 *                               <--    MM4  HDR, KE, Nr
 *     MM5  HDR*, IDii, HASH_I   -->
 *                               <--    MM6  HDR*, IDir, HASH_R
 */
import { constantTimeEqual, equal } from "../../base/octets.ts";
import { group } from "../../crypto/groups.ts";
import type { JobResult } from "../../crypto/jobs.ts";
import { NOTIFY_TYPE } from "../../isakmp/numbers/notify-type.ts";
import type { Payload } from "../../isakmp/payload.ts";
import { encodeBody } from "../../isakmp/payload-chain.ts";
import { drop, tell } from "../action.ts";
import { noKey, noProposalChosen } from "../explain.ts";
import { hashI, hashR } from "../keying.ts";
import { isShapeProblem, MM_AUTH, MM_KE, MM_SA, open } from "../message-shape.ts";
import type { ProtectionSuite } from "../policy.ts";
import { byPreSharedKey, missingFor } from "./authentication.ts";
import { describeIdentity, identityProblem, ownIdentity } from "./identity.ts";
import { initialContact, saysInitialContact } from "./initial-contact.ts";
import { deriveKeys, firstIv, keyExchangeFailed, keyPayloads, keyProblem } from "./keys.ts";
import type { MainModeState } from "./main-mode-state.ts";
import { isTranslated, natEvents, natSituation, traverse, traversesNats } from "./nat-steps.ts";
import { bestMethod, offeredMethods, vendorIdOf } from "./nat-traversal.ts";
import { checkEvent, identityBuilt, keyFound, keysGenerated, vendorIdEvents } from "./phase1-events.ts";
import {
  type Phase1Actions as Actions,
  type Agreed,
  agreedOf,
  type Establish,
  type Keyed,
  type Phase1Context,
} from "./phase1-state.ts";
import { findPreSharedKey } from "./pre-shared-key.ts";
import { answerSuite, checkAnswer, chooseSuite, offerSuites, situationProblem } from "./protection-suite.ts";

/** As initiator: MM1 with the suites we can carry out with this peer. */
export function begin(context: Phase1Context, suites: readonly ProtectionSuite[]): Actions {
  const offer = offerSuites(suites, context.conventions.firstProposalNumber);
  return [
    tell({ kind: "phase1-started", sa: context.sa, exchange: "main" }),
    { do: "become", state: { at: "awaits MM2", suites, SAi_b: encodeBody(offer) } },
    { do: "say", step: "MM1", payloads: [offer, ...(traversesNats(context) ? offeredMethods() : [])] },
  ];
}

/** As responder: MM1, answered by MM2 or refused. */
export function respond(context: Phase1Context, payloads: readonly Payload[]): Actions {
  const { sa, policy } = context;
  const bag = open(MM_SA, payloads);
  if (isShapeProblem(bag)) return [drop("malformed", bag.detail)];
  const problem = situationProblem(bag.SA);
  if (problem !== undefined) return [drop("malformed", problem)];
  const peer = sa.remote.address;
  const key = findPreSharedKey(policy, peer);
  // A stranger's offer is not even compared: there is no key with which anything could come of it.
  if (key === undefined)
    return [
      tell({ kind: "phase1-started", sa, exchange: "main" }),
      tell({ kind: "payload-processing", sa, payload: "SA", messageId: 0 }),
      { do: "fail", failure: noKey(peer) },
    ];
  const { choice, checks } = chooseSuite(policy.protectionSuites, bag.SA, (suite) => missingFor(suite, key));
  const actions: Actions = [
    tell({ kind: "phase1-started", sa, exchange: "main" }),
    tell({ kind: "payload-processing", sa, payload: "SA", messageId: 0 }),
    ...vendorIdEvents(context, bag.all.VID),
    ...keyFound(sa, key),
    ...checks.map((check) => tell(checkEvent(sa, check))),
  ];
  if (choice === undefined)
    return [
      ...actions,
      { do: "fail", failure: noProposalChosen(peer, checks, NOTIFY_TYPE["NO-PROPOSAL-CHOSEN"]) },
    ];
  const natMethod = traversesNats(context) ? bestMethod(bag.all.VID) : undefined;
  return [
    ...actions,
    tell({ kind: "message-processed", sa, exchange: "main", step: "MM1", messageId: 0 }),
    {
      do: "become",
      state: {
        at: "awaits MM3",
        choice,
        authentication: byPreSharedKey(key),
        SAi_b: encodeBody(bag.SA),
        natMethod,
      },
    },
    {
      do: "say",
      step: "MM2",
      payloads: [answerSuite(bag.SA, choice), ...(natMethod === undefined ? [] : [vendorIdOf(natMethod)])],
    },
  ];
}

/** A message the state awaits, decrypted where it came encrypted. */
export function receive(context: Phase1Context, state: MainModeState, payloads: readonly Payload[]): Actions {
  switch (state.at) {
    case "awaits MM2":
      return receiveAnswer(context, state, payloads);
    case "awaits MM3":
      return receiveInitiatorKey(context, state, payloads);
    case "awaits MM4":
      return receiveResponderKey(context, state, payloads);
    case "awaits MM5":
      return receiveInitiatorProof(context, state, payloads);
    case "awaits MM6":
      return receiveResponderProof(context, state, payloads);
    case "generates key pair":
    case "computes shared secret":
    case "computes keys":
      return [drop("unexpected", `nothing is awaited while the exchange ${state.at}`)];
  }
}

/** The result of the job that the state waits for. */
export function jobDone(context: Phase1Context, state: MainModeState, result: JobResult): Actions {
  if (result.kind === "failed") return [keyExchangeFailed(context, result.reason)];
  if (state.at === "generates key pair" && result.kind === "dh-public")
    return sayInitiatorKey(context, state, result.publicValue);
  if (state.at === "computes shared secret" && result.kind === "dh-shared")
    return sayInitiatorProof(context, state, result.sharedSecret);
  if (state.at === "computes keys" && result.kind === "dh-both")
    return sayResponderKey(context, state, result.publicValue, result.sharedSecret);
  return [];
}

// ── Messages 1 and 2: the suite ────────────────────────────────────────────────────────────────────────────────────

function receiveAnswer(
  context: Phase1Context,
  state: MainModeState & { at: "awaits MM2" },
  payloads: readonly Payload[],
): Actions {
  const { sa } = context;
  const bag = open(MM_SA, payloads);
  if (isShapeProblem(bag)) return [drop("malformed", bag.detail)];
  const key = findPreSharedKey(context.policy, sa.remote.address);
  const answer = checkAnswer(state.suites, bag.SA);
  const actions: Actions = [
    tell({ kind: "payload-processing", sa, payload: "SA", messageId: 0 }),
    ...vendorIdEvents(context, bag.all.VID),
    ...keyFound(sa, key),
    ...(answer.check === undefined ? [] : [tell(checkEvent(sa, answer.check))]),
  ];
  if (!("choice" in answer) || key === undefined)
    return [
      ...actions,
      drop("unexpected", "the peer chose what we did not offer", NOTIFY_TYPE["NO-PROPOSAL-CHOSEN"]),
    ];
  const { choice } = answer;
  const natMethod = traversesNats(context) ? bestMethod(bag.all.VID) : undefined;
  const nonce = context.random.bytes("nonce", context.conventions.nonceLength);
  const privateValue = context.random.bytes("dh private", group(choice.suite.group).privateLength);
  return [
    ...actions,
    tell({ kind: "message-processed", sa, exchange: "main", step: "MM2", messageId: 0 }),
    {
      do: "become",
      state: {
        at: "generates key pair",
        choice,
        authentication: byPreSharedKey(key),
        SAi_b: state.SAi_b,
        natMethod,
        nonce,
        privateValue,
      },
    },
    { do: "work", job: { kind: "dh-public", group: choice.suite.group, privateValue } },
  ];
}

// ── Messages 3 and 4: public values and nonces ─────────────────────────────────────────────────────────────────────

function sayInitiatorKey(
  context: Phase1Context,
  state: MainModeState & { at: "generates key pair" },
  gxi: Uint8Array,
): Actions {
  const { nonce, privateValue } = state;
  return [
    { do: "become", state: { ...agreedOf(state), at: "awaits MM4", nonce, privateValue, gxi } },
    { do: "say", step: "MM3", payloads: keyPayloads(context, state, gxi, nonce) },
  ];
}

function receiveInitiatorKey(
  context: Phase1Context,
  state: MainModeState & { at: "awaits MM3" },
  payloads: readonly Payload[],
): Actions {
  const { sa, random } = context;
  const bag = open(MM_KE, payloads);
  if (isShapeProblem(bag)) return [drop("malformed", bag.detail)];
  const groupId = state.choice.suite.group;
  const problem = keyProblem(groupId, bag.KE.publicValue, bag.NONCE.data);
  if (problem !== undefined) return [drop("malformed", problem.detail, problem.notify)];
  const Nr_b = random.bytes("nonce", context.conventions.nonceLength);
  const privateValue = random.bytes("dh private", group(groupId).privateLength);
  const gxi = bag.KE.publicValue;
  const nat = natSituation(context, state, bag.all["NAT-D"]);
  return [
    tell({ kind: "payload-processing", sa, payload: "KE", messageId: 0 }),
    tell({ kind: "payload-processing", sa, payload: "NONCE", messageId: 0 }),
    ...keyFound(sa, state.authentication.key),
    {
      do: "become",
      state: {
        ...agreedOf(state),
        at: "computes keys",
        gxi,
        Ni_b: bag.NONCE.data,
        Nr_b,
        vendorIds: bag.all.VID,
        nat,
      },
    },
    { do: "work", job: { kind: "dh-both", group: groupId, privateValue, peerPublicValue: gxi } },
  ];
}

function sayResponderKey(
  context: Phase1Context,
  state: MainModeState & { at: "computes keys" },
  gxr: Uint8Array,
  gxy: Uint8Array,
): Actions {
  const { sa } = context;
  const keyed = deriveKeys(context, state, state.gxi, gxr, gxy);
  if (keyed === undefined) return [keyExchangeFailed(context, "the derived encryption key is a weak one")];
  const { choice } = state;
  return [
    keysGenerated(sa, choice),
    ...vendorIdEvents(context, state.vendorIds),
    ...natEvents(context, state),
    tell({ kind: "message-processed", sa, exchange: "main", step: "MM3", messageId: 0 }),
    { do: "become", state: { ...agreedOf(state), at: "awaits MM5", ...keyed } },
    { do: "say", step: "MM4", payloads: keyPayloads(context, state, gxr, state.Nr_b) },
    // MM4 itself is clear and on the old port; what follows is neither.
    { do: "protect", protection: keyed.protection, iv: firstIv(keyed, choice) },
    ...traverse(state),
  ];
}

function receiveResponderKey(
  context: Phase1Context,
  state: MainModeState & { at: "awaits MM4" },
  payloads: readonly Payload[],
): Actions {
  const { sa } = context;
  const bag = open(MM_KE, payloads);
  if (isShapeProblem(bag)) return [drop("malformed", bag.detail)];
  const { choice, nonce, privateValue, gxi } = state;
  const gxr = bag.KE.publicValue;
  const problem = keyProblem(choice.suite.group, gxr, bag.NONCE.data);
  if (problem !== undefined) return [drop("malformed", problem.detail, problem.notify)];
  if (equal(gxr, gxi))
    return [drop("malformed", "our own public value came back", NOTIFY_TYPE["INVALID-KEY-INFORMATION"])];
  const exchanged = { gxi, gxr, Ni_b: nonce, Nr_b: bag.NONCE.data, vendorIds: bag.all.VID };
  const nat = natSituation(context, state, bag.all["NAT-D"]);
  return [
    tell({ kind: "payload-processing", sa, payload: "KE", messageId: 0 }),
    tell({ kind: "payload-processing", sa, payload: "NONCE", messageId: 0 }),
    ...keyFound(sa, state.authentication.key),
    { do: "become", state: { ...agreedOf(state), at: "computes shared secret", ...exchanged, nat } },
    { do: "work", job: { kind: "dh-shared", group: choice.suite.group, privateValue, peerPublicValue: gxr } },
  ];
}

// ── Messages 5 and 6: identities and proofs ────────────────────────────────────────────────────────────────────────

function sayInitiatorProof(
  context: Phase1Context,
  state: MainModeState & { at: "computes shared secret" },
  gxy: Uint8Array,
): Actions {
  const { sa } = context;
  const { choice } = state;
  const keyed = deriveKeys(context, state, state.gxi, state.gxr, gxy);
  if (keyed === undefined) return [keyExchangeFailed(context, "the derived encryption key is a weak one")];
  const id = ownIdentity(context, isTranslated(state.nat));
  const proof = hashI(keyed.hashInput, encodeBody(id));
  return [
    keysGenerated(sa, choice),
    ...vendorIdEvents(context, state.vendorIds),
    ...natEvents(context, state),
    tell({ kind: "message-processed", sa, exchange: "main", step: "MM4", messageId: 0 }),
    identityBuilt(sa, choice, id),
    { do: "become", state: { ...agreedOf(state), at: "awaits MM6", ...keyed } },
    { do: "protect", protection: keyed.protection, iv: firstIv(keyed, choice) },
    ...traverse(state),
    { do: "say", step: "MM5", payloads: [id, { kind: "HASH", data: proof }, ...initialContact(context)] },
  ];
}

function receiveInitiatorProof(
  context: Phase1Context,
  state: MainModeState & { at: "awaits MM5" },
  payloads: readonly Payload[],
): Actions {
  const proven = readProof(context, state, payloads, "MM5");
  if (!("establish" in proven)) return [proven];
  const id = ownIdentity(context, context.traversesNat);
  const proof = hashR(state.hashInput, encodeBody(id));
  return [
    ...proven.told,
    identityBuilt(context.sa, state.choice, id),
    ...proven.become,
    { do: "say", step: "MM6", payloads: [id, { kind: "HASH", data: proof }] },
    proven.establish,
  ];
}

function receiveResponderProof(
  context: Phase1Context,
  state: MainModeState & { at: "awaits MM6" },
  payloads: readonly Payload[],
): Actions {
  const proven = readProof(context, state, payloads, "MM6");
  return "establish" in proven ? [...proven.told, ...proven.become, proven.establish] : [proven];
}

/** The peer's identity and its proof by HASH_I (MM5) or HASH_R (MM6): what follows from them, or why they are dropped. */
function readProof(
  context: Phase1Context,
  state: Agreed & Keyed,
  payloads: readonly Payload[],
  step: "MM5" | "MM6",
):
  | ReturnType<typeof drop>
  | { readonly told: Actions; readonly become: Actions; readonly establish: Establish } {
  const { sa } = context;
  const bag = open(MM_AUTH, payloads);
  if (isShapeProblem(bag)) return drop("undecryptable", bag.detail);
  const problem = identityProblem(bag.ID);
  if (problem !== undefined) return drop("malformed", problem);
  const { choice, hashInput, protection } = state;
  const [name, expected] = step === "MM5" ? (["HASH_I", hashI] as const) : (["HASH_R", hashR] as const);
  if (!constantTimeEqual(bag.HASH.data, expected(hashInput, encodeBody(bag.ID))))
    return drop("hash mismatch", `${name} does not verify`);
  const identity = describeIdentity(bag.ID);
  return {
    told: [
      tell({ kind: "payload-processing", sa, payload: "ID", messageId: 0 }),
      tell({ kind: "payload-processing", sa, payload: "HASH", messageId: 0 }),
      tell({ kind: "peer-authenticated", sa, identity }),
      tell({ kind: "message-processed", sa, exchange: "main", step, messageId: 0 }),
    ],
    become: [{ do: "become", state: { ...agreedOf(state), at: "established", hashInput, protection } }],
    establish: {
      do: "establish",
      choice,
      initialContact: saysInitialContact(context, bag.all.NOTIFY),
      identity,
      notifications: [],
    },
  };
}
