/**
 * Messages 3 and 4 of main mode: public values and nonces; with encrypted nonces identities too (RFC 2409 §5.1, §5.2, §5.4).
 */
import { BugError } from "../../base/errors.ts";
import { equal } from "../../base/octets.ts";
import { group } from "../../crypto/groups.ts";
import { NOTIFY_TYPE } from "../../isakmp/numbers/notify-type.ts";
import type { Payload } from "../../isakmp/payload.ts";
import { drop, type Refusal, tell } from "../action.ts";
import { isShapeProblem, MM_KE, MM_KE_SEALED, open } from "../message-shape.ts";
import { type Authentication, preSharedKeyOf } from "./authentication.ts";
import {
  keyToAnswer,
  opened,
  opening,
  sealableIdentity,
  sealedIdentity,
  sealedPayloads,
} from "./encrypted-nonces.ts";
import { deriveKeys, firstIv, keyExchangeFailed, keyPayloads, keyProblem } from "./keys.ts";
import type { KeyMessage, MainModeState } from "./main-mode-state.ts";
import { natEvents, natSituation, traverse } from "./nat-steps.ts";
import { identityBuilt, keyFound, keysGenerated, vendorIdEvents } from "./phase1-events.ts";
import {
  type Phase1Actions as Actions,
  type Agreed,
  agreedOf,
  type Identities,
  introducedOf,
  type Phase1Context,
} from "./phase1-state.ts";
import { certificateRequests } from "./signature-proof.ts";

export function sayInitiatorKey(
  context: Phase1Context,
  state: MainModeState & { at: "generates key pair" },
  gxi: Uint8Array,
): Actions {
  const { nonce, privateValue, authentication, choice } = state;
  const peerKey = authentication.method === "rsa-encr" ? authentication.peerKey : undefined;
  const ownId = peerKey === undefined ? undefined : sealableIdentity(context, peerKey);
  const introduction =
    peerKey === undefined || ownId === undefined ? undefined : sealedPayloads(context, peerKey, ownId, nonce);
  return [
    ...(ownId === undefined ? [] : [identityBuilt(context.sa, choice, ownId)]),
    { do: "become", state: { ...agreedOf(state), at: "awaits MM4", nonce, privateValue, gxi, ownId } },
    { do: "say", step: "MM3", payloads: keyPayloads(context, state, gxi, introduction ?? clearNonce(nonce)) },
  ];
}

export function receiveInitiatorKey(
  context: Phase1Context,
  state: MainModeState & { at: "awaits MM3" },
  payloads: readonly Payload[],
): Actions {
  const read = readKeyMessage(context, state, payloads);
  if ("refusal" in read) return [{ do: "drop", refusal: read.refusal }];
  if (read.sealedId === undefined) return [...computeKeys(context, state, read, read.nonce, undefined)];
  return [
    tell({ kind: "payload-processing", sa: context.sa, payload: "KE", messageId: 0 }),
    { do: "become", state: { ...agreedOf(state), at: "opens MM3", message: read } },
    { do: "work", job: openingOf(context, state.authentication, read) },
  ];
}

/** The initiator's nonce and identity are decrypted: well or not, the exchange goes on. */
export function initiatorOpened(
  context: Phase1Context,
  state: MainModeState & { at: "opens MM3" },
  contents: readonly Uint8Array[],
): Actions {
  const { authentication, message } = state;
  if (authentication.method !== "rsa-encr") return [];
  const { peerId, nonce } = opened(context, contents);
  const peerKey = keyToAnswer(context, authentication.peerKey, peerId);
  if (peerKey === undefined) return [keyExchangeFailed(context, "there is no RSA public key to answer with")];
  const own = sealableIdentity(context, peerKey);
  const agreed = { ...agreedOf(state), authentication: { ...authentication, peerKey } };
  return [
    identityBuilt(context.sa, state.choice, own),
    ...computeKeys(context, agreed, message, nonce, { own, peer: peerId }),
  ];
}

function computeKeys(
  context: Phase1Context,
  agreed: Agreed,
  message: KeyMessage,
  Ni_b: Uint8Array,
  identities: Identities | undefined,
): Actions {
  const { sa, random, conventions } = context;
  const { publicValue: gxi, vendorIds, nat, requests } = message;
  const groupId = agreed.choice.suite.group;
  const Nr_b = random.bytes("nonce", conventions.nonceLength);
  const privateValue = random.bytes("dh private", group(groupId).privateLength);
  return [
    ...processed(context, identities),
    ...keyFound(sa, preSharedKeyOf(agreed.authentication)),
    {
      do: "become",
      state: {
        ...agreedOf(agreed),
        at: "computes keys",
        gxi,
        Ni_b,
        Nr_b,
        vendorIds,
        nat,
        requests,
        identities,
      },
    },
    { do: "work", job: { kind: "dh-both", group: groupId, privateValue, peerPublicValue: gxi } },
  ];
}

export function sayResponderKey(
  context: Phase1Context,
  state: MainModeState & { at: "computes keys" },
  gxr: Uint8Array,
  gxy: Uint8Array,
): Actions {
  const { sa } = context;
  const { choice, authentication, identities, Nr_b } = state;
  const keyed = deriveKeys(context, state, state.gxi, gxr, gxy);
  if (keyed === undefined) return [keyExchangeFailed(context, "the derived encryption key is a weak one")];
  const introduction =
    authentication.method === "rsa-encr" && authentication.peerKey !== undefined && identities !== undefined
      ? sealedPayloads(context, authentication.peerKey, identities.own, Nr_b)
      : clearNonce(Nr_b);
  const requests = authentication.method === "rsa-sig" ? certificateRequests(context) : [];
  return [
    keysGenerated(sa, choice),
    ...vendorIdEvents(context, state.vendorIds),
    ...natEvents(context, state),
    tell({ kind: "message-processed", sa, exchange: "main", step: "MM3", messageId: 0 }),
    { do: "become", state: { ...agreedOf(state), ...introducedOf(state), ...keyed, at: "awaits MM5" } },
    { do: "say", step: "MM4", payloads: keyPayloads(context, state, gxr, [...introduction, ...requests]) },
    // MM4 itself is clear and on the old port; what follows is neither.
    { do: "protect", protection: keyed.protection, iv: firstIv(keyed, choice) },
    ...traverse(state),
  ];
}

export function receiveResponderKey(
  context: Phase1Context,
  state: MainModeState & { at: "awaits MM4" },
  payloads: readonly Payload[],
): Actions {
  const { gxi, nonce, privateValue, ownId } = state;
  const read = readKeyMessage(context, state, payloads);
  if ("refusal" in read) return [{ do: "drop", refusal: read.refusal }];
  if (equal(read.publicValue, gxi))
    return [drop("malformed", "our own public value came back", NOTIFY_TYPE["INVALID-KEY-INFORMATION"])];
  if (read.sealedId === undefined)
    return computeSecret(context, { ...state, message: read, nonce }, read.nonce, undefined);
  return [
    tell({ kind: "payload-processing", sa: context.sa, payload: "KE", messageId: 0 }),
    {
      do: "become",
      state: { ...agreedOf(state), at: "opens MM4", message: read, gxi, nonce, privateValue, ownId },
    },
    { do: "work", job: openingOf(context, state.authentication, read) },
  ];
}

/** The responder's nonce and identity are decrypted. */
export function responderOpened(
  context: Phase1Context,
  state: MainModeState & { at: "opens MM4" },
  contents: readonly Uint8Array[],
): Actions {
  const { peerId, nonce } = opened(context, contents);
  const identities = state.ownId === undefined ? undefined : { own: state.ownId, peer: peerId };
  return computeSecret(context, state, nonce, identities);
}

function computeSecret(
  context: Phase1Context,
  state: Agreed & {
    readonly message: KeyMessage;
    readonly nonce: Uint8Array;
    readonly privateValue: Uint8Array;
    readonly gxi: Uint8Array;
  },
  Nr_b: Uint8Array,
  identities: Identities | undefined,
): Actions {
  const { message, nonce: Ni_b, privateValue, gxi, choice } = state;
  const { publicValue: gxr, vendorIds, nat, requests } = message;
  return [
    ...processed(context, identities),
    ...keyFound(context.sa, preSharedKeyOf(state.authentication)),
    {
      do: "become",
      state: {
        ...agreedOf(state),
        at: "computes shared secret",
        gxi,
        gxr,
        Ni_b,
        Nr_b,
        vendorIds,
        nat,
        requests,
        identities,
      },
    },
    { do: "work", job: { kind: "dh-shared", group: choice.suite.group, privateValue, peerPublicValue: gxr } },
  ];
}

/** MM3 or MM4 as it came, with the nonce clear or encrypted as the method has it. */
function readKeyMessage(
  context: Phase1Context,
  state: Agreed,
  payloads: readonly Payload[],
): KeyMessage | { readonly refusal: Refusal } {
  const isSealed = state.authentication.method === "rsa-encr";
  const bag = isSealed ? open(MM_KE_SEALED, payloads) : open(MM_KE, payloads);
  if (isShapeProblem(bag)) return { refusal: { reason: "malformed", detail: bag.detail } };
  const sealedId = isSealed ? sealedIdentity(payloads) : undefined;
  if (isSealed && sealedId === undefined)
    return { refusal: { reason: "malformed", detail: "no ID payload" } };
  const { publicValue } = bag.KE;
  // Of an encrypted nonce nothing is known yet that could be said.
  const problem = keyProblem(state.choice.suite.group, publicValue, isSealed ? undefined : bag.NONCE.data);
  if (problem !== undefined)
    return { refusal: { reason: "malformed", detail: problem.detail, notify: problem.notify } };
  return {
    publicValue,
    nonce: bag.NONCE.data,
    sealedId,
    vendorIds: bag.all.VID,
    nat: natSituation(context, state, bag.all["NAT-D"]),
    requests: bag.all.CERTREQ,
  };
}

function openingOf(context: Phase1Context, authentication: Authentication, { sealedId, nonce }: KeyMessage) {
  if (authentication.method !== "rsa-encr" || sealedId === undefined)
    throw new BugError("opening what was not encrypted");
  return opening(context, authentication.ownKey, sealedId, nonce);
}

/** With encrypted nonces KE was told of before they were opened. */
function processed({ sa }: Phase1Context, identities: Identities | undefined): Actions {
  const payloads = identities === undefined ? (["KE", "NONCE"] as const) : (["ID", "NONCE"] as const);
  return payloads.map((payload) => tell({ kind: "payload-processing", sa, payload, messageId: 0 }));
}

function clearNonce(data: Uint8Array): Payload[] {
  return [{ kind: "NONCE", data }];
}
