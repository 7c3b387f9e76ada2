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
import { concat, constantTimeEqual, equal } from "../../base/octets.ts";
import type { Random } from "../../base/random.ts";
import { group, publicValueProblem } from "../../crypto/groups.ts";
import type { JobResult } from "../../crypto/jobs.ts";
import { CIPHERS } from "../../crypto/names.ts";
import { isWeakKey } from "../../crypto/weak-keys.ts";
import { NOTIFY_TYPE } from "../../isakmp/numbers/notify-type.ts";
import type { Payload } from "../../isakmp/payload.ts";
import { encodeBody } from "../../isakmp/payload-chain.ts";
import type { Notification } from "../../isakmp/payloads/notification.ts";
import type { VendorId } from "../../isakmp/payloads/vendor-id.ts";
import { isIosVendorId, recogniseVendorId } from "../../isakmp/vendor-ids.ts";
import { type Action, drop, tell } from "../action.ts";
import type { SaReference } from "../events.ts";
import { noProposalChosen } from "../explain.ts";
import {
  deriveSkeyids,
  encryptionKey,
  hashI,
  hashR,
  initialIv,
  type Phase1HashInput,
  skeyidPreShared,
} from "../keying.ts";
import { NONCE_LENGTHS } from "../limits.ts";
import { isShapeProblem, MM_AUTH, MM_KE, MM_SA, open } from "../message-shape.ts";
import type { IkePolicy, PreSharedKey, ProtectionSuite } from "../policy.ts";
import type { Protection } from "../protection.ts";
import type { WireConventions } from "../wire-conventions.ts";
import { describeIdentity, ID_FQDN, identityProblem, ownIdentity } from "./identity.ts";
import { findPreSharedKey } from "./pre-shared-key.ts";
import {
  answerSuite,
  checkAnswer,
  chooseSuite,
  offerSuites,
  type SuiteCheck,
  type SuiteChoice,
  situationProblem,
} from "./protection-suite.ts";

/** States are named for what is awaited and carry only what is known by then. */
export type MainModeState =
  | { readonly at: "awaits MM2"; readonly suites: readonly ProtectionSuite[]; readonly SAi_b: Uint8Array }
  | ({
      readonly at: "generates key pair";
      readonly nonce: Uint8Array;
      readonly privateValue: Uint8Array;
    } & Agreed)
  | ({
      readonly at: "awaits MM4";
      readonly nonce: Uint8Array;
      readonly privateValue: Uint8Array;
      readonly gxi: Uint8Array;
    } & Agreed)
  | ({ readonly at: "computes shared secret" } & Agreed &
      Exchanged & { readonly gxi: Uint8Array; readonly gxr: Uint8Array })
  | ({ readonly at: "awaits MM6" } & Agreed & Keyed)
  | ({ readonly at: "awaits MM3" } & Agreed)
  | ({ readonly at: "computes keys" } & Agreed & Exchanged & { readonly gxi: Uint8Array })
  | ({ readonly at: "awaits MM5" } & Agreed & Keyed)
  | ({ readonly at: "established" } & Agreed & Keyed);

interface Agreed {
  readonly choice: SuiteChoice;
  readonly key: PreSharedKey;
  readonly SAi_b: Uint8Array;
}
interface Exchanged {
  readonly Ni_b: Uint8Array;
  readonly Nr_b: Uint8Array;
  readonly vendorIds: readonly VendorId[];
}
interface Keyed {
  readonly hashInput: Phase1HashInput;
  readonly protection: Protection;
}

/** The end of phase 1. `initialContact`: the peer says it has no other SA with us. */
export interface Establish {
  readonly do: "establish";
  readonly choice: SuiteChoice;
  readonly initialContact: boolean;
}

export interface Phase1Context {
  readonly policy: IkePolicy;
  readonly conventions: WireConventions;
  readonly random: Random;
  readonly sa: SaReference;
  readonly initiatorCookie: Uint8Array;
  readonly responderCookie: Uint8Array;
  /** We have no other ISAKMP SA with this peer. */
  readonly isFirstContact: boolean;
}

type Actions = Action<MainModeState, Establish>[];

/** What the state waits for, and whether it must come encrypted. Undefined while a job runs. */
export function awaited(
  state: MainModeState,
): { readonly step: "MM2" | "MM3" | "MM4" | "MM5" | "MM6"; readonly encrypted: boolean } | undefined {
  switch (state.at) {
    case "awaits MM2":
      return { step: "MM2", encrypted: false };
    case "awaits MM3":
      return { step: "MM3", encrypted: false };
    case "awaits MM4":
      return { step: "MM4", encrypted: false };
    case "awaits MM5":
      return { step: "MM5", encrypted: true };
    case "awaits MM6":
      return { step: "MM6", encrypted: true };
    case "generates key pair":
    case "computes shared secret":
    case "computes keys":
    case "established":
      return undefined;
  }
}

/** As initiator: MM1 with the suites we can carry out with this peer. */
export function begin(context: Phase1Context, suites: readonly ProtectionSuite[]): Actions {
  const offer = offerSuites(suites, context.conventions.firstProposalNumber);
  return [
    tell({ kind: "phase1-started", sa: context.sa, exchange: "main" }),
    { do: "become", state: { at: "awaits MM2", suites, SAi_b: encodeBody(offer) } },
    { do: "say", step: "MM1", payloads: [offer] },
  ];
}

/** The suites for which this peer's companion configuration is there; only those are offered (IOS "Configuring IKE"). */
export function usableSuites(policy: IkePolicy, key: PreSharedKey | undefined): readonly ProtectionSuite[] {
  return policy.protectionSuites.filter((suite) => missingFor(suite, key) === undefined);
}

function missingFor(suite: ProtectionSuite, key: PreSharedKey | undefined): string | undefined {
  if (suite.authentication !== "pre-share")
    return `${suite.authentication} needs keys this router does not have`;
  if (!group(suite.group).available) return `group ${suite.group} is not available on this machine`;
  return key === undefined ? "no pre-shared key for this peer" : undefined;
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
  const { choice, checks } = chooseSuite(policy.protectionSuites, bag.SA, (suite) => missingFor(suite, key));
  const actions: Actions = [
    tell({ kind: "phase1-started", sa, exchange: "main" }),
    tell({ kind: "payload-processing", sa, payload: "SA", messageId: 0 }),
    ...vendorIdEvents(context, bag.all.VID),
    ...keyFound(sa, key),
    ...checks.map((check) => tell(checkEvent(sa, check))),
  ];
  if (choice === undefined || key === undefined)
    return [
      ...actions,
      { do: "fail", failure: noProposalChosen(peer, checks, NOTIFY_TYPE["NO-PROPOSAL-CHOSEN"]) },
    ];
  return [
    ...actions,
    tell({ kind: "message-processed", sa, exchange: "main", step: "MM1", messageId: 0 }),
    { do: "become", state: { at: "awaits MM3", choice, key, SAi_b: encodeBody(bag.SA) } },
    { do: "say", step: "MM2", payloads: [answerSuite(bag.SA, choice)] },
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
    case "established":
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
  const nonce = context.random.bytes("nonce", context.conventions.nonceLength);
  const privateValue = context.random.bytes("dh private", group(choice.suite.group).privateLength);
  return [
    ...actions,
    tell({ kind: "message-processed", sa, exchange: "main", step: "MM2", messageId: 0 }),
    {
      do: "become",
      state: { at: "generates key pair", choice, key, SAi_b: state.SAi_b, nonce, privateValue },
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
  const { choice, key, SAi_b, nonce, privateValue } = state;
  return [
    { do: "become", state: { at: "awaits MM4", choice, key, SAi_b, nonce, privateValue, gxi } },
    { do: "say", step: "MM3", payloads: keyPayloads(context, gxi, nonce, context.initiatorCookie) },
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
  const { choice, key, SAi_b } = state;
  const gxi = bag.KE.publicValue;
  return [
    tell({ kind: "payload-processing", sa, payload: "KE", messageId: 0 }),
    tell({ kind: "payload-processing", sa, payload: "NONCE", messageId: 0 }),
    ...keyFound(sa, key),
    {
      do: "become",
      state: {
        at: "computes keys",
        choice,
        key,
        SAi_b,
        gxi,
        Ni_b: bag.NONCE.data,
        Nr_b,
        vendorIds: bag.all.VID,
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
  const { choice, key, SAi_b } = state;
  return [
    keysGenerated(sa, choice),
    ...vendorIdEvents(context, state.vendorIds),
    tell({ kind: "message-processed", sa, exchange: "main", step: "MM3", messageId: 0 }),
    { do: "become", state: { at: "awaits MM5", choice, key, SAi_b, ...keyed } },
    { do: "say", step: "MM4", payloads: keyPayloads(context, gxr, state.Nr_b, context.responderCookie) },
    // MM4 itself is clear; what follows is not.
    { do: "protect", protection: keyed.protection, iv: firstIv(keyed, choice) },
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
  const { choice, key, SAi_b, nonce, privateValue, gxi } = state;
  const gxr = bag.KE.publicValue;
  const problem = keyProblem(choice.suite.group, gxr, bag.NONCE.data);
  if (problem !== undefined) return [drop("malformed", problem.detail, problem.notify)];
  if (equal(gxr, gxi))
    return [drop("malformed", "our own public value came back", NOTIFY_TYPE["INVALID-KEY-INFORMATION"])];
  const exchanged = { gxi, gxr, Ni_b: nonce, Nr_b: bag.NONCE.data, vendorIds: bag.all.VID };
  return [
    tell({ kind: "payload-processing", sa, payload: "KE", messageId: 0 }),
    tell({ kind: "payload-processing", sa, payload: "NONCE", messageId: 0 }),
    ...keyFound(sa, key),
    { do: "become", state: { at: "computes shared secret", choice, key, SAi_b, ...exchanged } },
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
  const { choice, key, SAi_b } = state;
  const keyed = deriveKeys(context, state, state.gxi, state.gxr, gxy);
  if (keyed === undefined) return [keyExchangeFailed(context, "the derived encryption key is a weak one")];
  const id = ownIdentity(context.policy, context.conventions, sa.local.address);
  const proof = hashI(keyed.hashInput, encodeBody(id));
  return [
    keysGenerated(sa, choice),
    ...vendorIdEvents(context, state.vendorIds),
    tell({ kind: "message-processed", sa, exchange: "main", step: "MM4", messageId: 0 }),
    identityBuilt(sa, choice, id),
    { do: "become", state: { at: "awaits MM6", choice, key, SAi_b, ...keyed } },
    { do: "protect", protection: keyed.protection, iv: firstIv(keyed, choice) },
    { do: "say", step: "MM5", payloads: [id, { kind: "HASH", data: proof }, ...initialContact(context)] },
  ];
}

function receiveInitiatorProof(
  context: Phase1Context,
  state: MainModeState & { at: "awaits MM5" },
  payloads: readonly Payload[],
): Actions {
  const { sa } = context;
  const bag = open(MM_AUTH, payloads);
  if (isShapeProblem(bag)) return [drop("undecryptable", bag.detail)];
  const problem = identityProblem(bag.ID);
  if (problem !== undefined) return [drop("malformed", problem)];
  if (!constantTimeEqual(bag.HASH.data, hashI(state.hashInput, encodeBody(bag.ID))))
    return [drop("hash mismatch", "HASH_I does not verify")];
  const { choice, key, SAi_b, hashInput, protection } = state;
  const id = ownIdentity(context.policy, context.conventions, sa.local.address);
  const proof = hashR(hashInput, encodeBody(id));
  return [
    tell({ kind: "payload-processing", sa, payload: "ID", messageId: 0 }),
    tell({ kind: "payload-processing", sa, payload: "HASH", messageId: 0 }),
    tell({ kind: "peer-authenticated", sa, identity: describeIdentity(bag.ID) }),
    tell({ kind: "message-processed", sa, exchange: "main", step: "MM5", messageId: 0 }),
    identityBuilt(sa, choice, id),
    { do: "become", state: { at: "established", choice, key, SAi_b, hashInput, protection } },
    { do: "say", step: "MM6", payloads: [id, { kind: "HASH", data: proof }] },
    { do: "establish", choice, initialContact: saysInitialContact(context, bag.all.NOTIFY) },
  ];
}

function receiveResponderProof(
  context: Phase1Context,
  state: MainModeState & { at: "awaits MM6" },
  payloads: readonly Payload[],
): Actions {
  const { sa } = context;
  const bag = open(MM_AUTH, payloads);
  if (isShapeProblem(bag)) return [drop("undecryptable", bag.detail)];
  const problem = identityProblem(bag.ID);
  if (problem !== undefined) return [drop("malformed", problem)];
  if (!constantTimeEqual(bag.HASH.data, hashR(state.hashInput, encodeBody(bag.ID))))
    return [drop("hash mismatch", "HASH_R does not verify")];
  const { choice, key, SAi_b, hashInput, protection } = state;
  return [
    tell({ kind: "payload-processing", sa, payload: "ID", messageId: 0 }),
    tell({ kind: "payload-processing", sa, payload: "HASH", messageId: 0 }),
    tell({ kind: "peer-authenticated", sa, identity: describeIdentity(bag.ID) }),
    tell({ kind: "message-processed", sa, exchange: "main", step: "MM6", messageId: 0 }),
    { do: "become", state: { at: "established", choice, key, SAi_b, hashInput, protection } },
    { do: "establish", choice, initialContact: saysInitialContact(context, bag.all.NOTIFY) },
  ];
}

/** A fifth message that proves the same once more: its answer was lost, however its unauthenticated octets differ. */
export function isAuthenticRepeat(state: MainModeState, payloads: readonly Payload[]): boolean {
  if (state.at !== "established") return false;
  const bag = open(MM_AUTH, payloads);
  return !isShapeProblem(bag) && constantTimeEqual(bag.HASH.data, hashI(state.hashInput, encodeBody(bag.ID)));
}

// ── Parts ──────────────────────────────────────────────────────────────────────────────────────────────────────────

function deriveKeys(
  context: Phase1Context,
  state: Agreed & Exchanged,
  gxi: Uint8Array,
  gxr: Uint8Array,
  gxy: Uint8Array,
): Keyed | undefined {
  const { initiatorCookie, responderCookie } = context;
  const { hash, encryption } = state.choice.suite;
  const SKEYID = skeyidPreShared(hash, state.key.key.reveal(), state.Ni_b, state.Nr_b);
  const { a, d, e } = deriveSkeyids(hash, SKEYID, gxy, initiatorCookie, responderCookie);
  const key = encryptionKey(hash, e, CIPHERS[encryption].keyLength);
  if (isWeakKey(encryption, key.reveal())) return undefined;
  return {
    hashInput: { hash, SKEYID, gxi, gxr, initiatorCookie, responderCookie, SAi_b: state.SAi_b },
    protection: { cipher: encryption, hash, encryptionKey: key, SKEYID_a: a, SKEYID_d: d },
  };
}

function firstIv(keyed: Keyed, choice: SuiteChoice): Uint8Array {
  return initialIv(
    choice.suite.hash,
    keyed.hashInput.gxi,
    keyed.hashInput.gxr,
    CIPHERS[choice.suite.encryption].blockLength,
  );
}

function keyPayloads(
  context: Phase1Context,
  publicValue: Uint8Array,
  nonce: Uint8Array,
  ownCookie: Uint8Array,
): Payload[] {
  return [
    { kind: "KE", publicValue },
    { kind: "NONCE", data: nonce },
    ...context.conventions
      .vendorIds(ownCookie, context.random)
      .map((vendorId): Payload => ({ kind: "VID", vendorId })),
  ];
}

function keyProblem(
  groupId: Parameters<typeof publicValueProblem>[0],
  publicValue: Uint8Array,
  nonce: Uint8Array,
): { readonly detail: string; readonly notify: number } | undefined {
  const problem = publicValueProblem(groupId, publicValue);
  if (problem !== undefined) return { detail: problem, notify: NOTIFY_TYPE["INVALID-KEY-INFORMATION"] };
  if (nonce.length < NONCE_LENGTHS.minimum || nonce.length > NONCE_LENGTHS.maximum)
    return {
      detail: `a nonce of ${nonce.length} octets, 8 to 256 expected`,
      notify: NOTIFY_TYPE["PAYLOAD-MALFORMED"],
    };
  return undefined;
}

function keyExchangeFailed(context: Phase1Context, why: string): Actions[number] {
  return {
    do: "fail",
    failure: {
      reason: "invalid key exchange value",
      explanation: `The Diffie-Hellman exchange with ${context.sa.remote.address} failed: ${why}.`,
      mismatches: [],
      origin: undefined,
      notify: NOTIFY_TYPE["INVALID-KEY-INFORMATION"],
    },
  };
}

function initialContact(context: Phase1Context): Notification[] {
  if (!context.isFirstContact || !context.conventions.sendInitialContact) return [];
  const spi = concat(context.initiatorCookie, context.responderCookie);
  return [
    {
      kind: "NOTIFY",
      doi: 1,
      protocolId: 1,
      spi,
      notifyType: NOTIFY_TYPE["INITIAL-CONTACT"],
      data: new Uint8Array(0),
    },
  ];
}

/** INITIAL-CONTACT names this SA's own cookies (RFC 2407 §4.6.3.3); one that names others is not about us. */
function saysInitialContact(context: Phase1Context, notifications: readonly Notification[]): boolean {
  const spi = concat(context.initiatorCookie, context.responderCookie);
  return notifications.some(
    (n) => n.notifyType === NOTIFY_TYPE["INITIAL-CONTACT"] && (n.spi.length === 0 || equal(n.spi, spi)),
  );
}

function keyFound(sa: SaReference, key: PreSharedKey | undefined): Actions {
  return key === undefined
    ? []
    : [tell({ kind: "pre-shared-key-found", sa, peer: sa.remote.address, origin: key.origin })];
}

function keysGenerated(sa: SaReference, choice: SuiteChoice): Actions[number] {
  const { group: groupId, hash, encryption } = choice.suite;
  return tell({ kind: "skeyid-generated", sa, group: groupId, hash, encryption });
}

function vendorIdEvents(context: Phase1Context, vendorIds: readonly VendorId[]): Actions {
  const { sa } = context;
  const peerCookie = sa.role === "initiator" ? context.responderCookie : context.initiatorCookie;
  const nameOf = (vendorId: Uint8Array) =>
    isIosVendorId(vendorId, peerCookie) ? "IOS" : recogniseVendorId(vendorId)?.name;
  return vendorIds.map(({ vendorId }) =>
    tell({ kind: "vendor-id-received", sa, vendorId, name: nameOf(vendorId) }),
  );
}

function checkEvent(sa: SaReference, check: SuiteCheck) {
  return { kind: "isakmp-transform-checked", sa, ...check, accepted: check.mismatches.length === 0 } as const;
}

function identityBuilt(
  sa: SaReference,
  choice: SuiteChoice,
  id: { idType: number; protocolId: number; port: number; data: Uint8Array },
): Actions[number] {
  return tell({
    kind: "identity-built",
    sa,
    authentication: choice.suite.authentication,
    identityType: id.idType === ID_FQDN ? "ID_FQDN" : "ID_IPV4_ADDR",
    protocol: id.protocolId,
    port: id.port,
    length: id.data.length,
  });
}
