/**
 * Quick mode (RFC 2409 §5.5), both roles, with and without PFS. All of it is encrypted.
 *
 *     Initiator                                            Responder
 *     QM1  HASH(1), SA, Ni [, KE] [, IDci, IDcr]   -->
 *                                                  <--     QM2  HASH(2), SA, Nr [, KE] [, IDci, IDcr]
 *     QM3  HASH(3)                                 -->
 *
 * The responder's inbound SA is there before QM2 leaves, since the initiator's packets may overtake QM3; its outbound SA
 * waits for QM3, which proves that QM1 was no replay.
 */
import { constantTimeEqual, equal, u32Octets } from "../../base/octets.ts";
import type { Random } from "../../base/random.ts";
import { group, publicValueProblem } from "../../crypto/groups.ts";
import type { JobResult } from "../../crypto/jobs.ts";
import { CIPHERS, type EspSuite, HASHES } from "../../crypto/names.ts";
import { Secret } from "../../crypto/secret.ts";
import { isWeakKey } from "../../crypto/weak-keys.ts";
import { PROTOCOL_ID } from "../../isakmp/numbers/domain.ts";
import { NOTIFY_TYPE } from "../../isakmp/numbers/notify-type.ts";
import type { Payload } from "../../isakmp/payload.ts";
import { encodePayloads } from "../../isakmp/payload-chain.ts";
import type { Identification } from "../../isakmp/payloads/identification.ts";
import type { SecurityAssociation } from "../../isakmp/payloads/security-association.ts";
import { selectorCovers, type TrafficSelector } from "../../net/selector.ts";
import { type Action, drop, type Failure, tell } from "../action.ts";
import type { KeyedSa } from "../engine-contract.ts";
import type { NegotiatedIpsecSa, SaReference } from "../events.ts";
import { at, describeMismatches } from "../explain.ts";
import { hash1, hash2, hash3, keymat } from "../keying.ts";
import { NONCE_LENGTHS } from "../limits.ts";
import { isShapeProblem, open, QM_DONE, QM_OFFER } from "../message-shape.ts";
import type { Connection, ConnectionSelector, IkePolicy } from "../policy.ts";
import type { Protection } from "../protection.ts";
import type { WireConventions } from "../wire-conventions.ts";
import {
  answerTransform,
  checkAnsweredTransform,
  chooseTransform,
  type EspOffer,
  offerTransformSets,
  type TransformCheck,
  type TransformChoice,
} from "./esp-proposal.ts";
import {
  identitiesOf,
  negotiableSelector,
  selectorFromIdentities,
  selectorOfPeers,
} from "./proxy-identity.ts";
import { lowerLifetimes, responderLifetime, toldLifetimes } from "./responder-lifetime.ts";

export interface QuickModeRequest {
  readonly connection: Connection;
  readonly selector: TrafficSelector;
}

export type QuickModeState =
  | ({ readonly at: "generates key pair" } & Offered)
  | ({ readonly at: "awaits QM2" } & Offered)
  | ({ readonly at: "computes shared secret" } & Negotiated)
  | ({ readonly at: "computes keys" } & Negotiated & { readonly answer: QuickModeAnswer })
  | {
      readonly at: "awaits QM3";
      readonly pair: NegotiatedIpsecSa;
      readonly outbound: KeyedSa;
      readonly Ni_b: Uint8Array;
      readonly Nr_b: Uint8Array;
    }
  | { readonly at: "finished" };

interface Offered {
  readonly request: QuickModeRequest;
  readonly spi: number;
  readonly nonce: Uint8Array;
  readonly privateValue: Uint8Array | undefined;
}

interface Negotiated {
  readonly connection: Connection;
  readonly selector: TrafficSelector;
  readonly choice: TransformChoice;
  readonly ownSpi: number;
  readonly peerSpi: number;
  readonly Ni_b: Uint8Array;
  readonly Nr_b: Uint8Array;
}

/** What QM2 repeats from QM1. */
interface QuickModeAnswer {
  readonly SA: SecurityAssociation;
  readonly ids: readonly Identification[];
}

export type QuickModeSpecial = { readonly do: "install"; readonly sa: KeyedSa } | { readonly do: "finish" };

export interface QuickModeContext {
  readonly policy: IkePolicy;
  readonly conventions: WireConventions;
  readonly random: Random;
  readonly sa: SaReference;
  readonly protection: Protection;
  readonly messageId: number;
  /** An SPI nobody uses; it is taken. */
  readonly takeSpi: () => number;
  /** IOS's conn ids for a pair. */
  readonly takeConnIds: () => { readonly inbound: number; readonly outbound: number };
}

type Actions = Action<QuickModeState, QuickModeSpecial>[];

/** A decrypted quick mode message, and what its HASH covers besides the message id. */
export interface HashedMessage {
  readonly payloads: readonly Payload[];
  readonly afterHash: Uint8Array;
}

export function awaited(state: QuickModeState): "QM2" | "QM3" | undefined {
  if (state.at === "awaits QM2") return "QM2";
  return state.at === "awaits QM3" ? "QM3" : undefined;
}

// ── Initiator ──────────────────────────────────────────────────────────────────────────────────────────────────────

export function begin(context: QuickModeContext, request: QuickModeRequest): Actions {
  const { random, conventions, sa, messageId } = context;
  const pfs = request.connection.pfsGroup;
  const privateValue = pfs === undefined ? undefined : random.bytes("dh private", group(pfs).privateLength);
  const offered: Offered = {
    request,
    spi: context.takeSpi(),
    nonce: random.bytes("nonce", conventions.nonceLength),
    privateValue,
  };
  const started = tell({ kind: "quick-mode-started", sa, messageId, role: "initiator" });
  if (pfs === undefined || privateValue === undefined)
    return [started, ...sayOffer(context, offered, undefined)];
  return [
    started,
    { do: "become", state: { at: "generates key pair", ...offered } },
    { do: "work", job: { kind: "dh-public", group: pfs, privateValue } },
  ];
}

function sayOffer(context: QuickModeContext, offered: Offered, publicValue: Uint8Array | undefined): Actions {
  const { conventions } = context;
  const { connection, selector } = offered.request;
  const payloads: Payload[] = [
    offerTransformSets(
      connection,
      u32Octets(offered.spi),
      conventions.firstProposalNumber,
      conventions.offerKilobytes,
    ),
    { kind: "NONCE", data: offered.nonce },
    ...(publicValue === undefined ? [] : [{ kind: "KE", publicValue } as const]),
    ...identitiesOf(selector),
  ];
  return [
    { do: "become", state: { ...offered, at: "awaits QM2" } },
    {
      do: "say",
      step: "QM1",
      payloads: hashed(payloads, (rest) =>
        hash1(context.protection.hash, context.protection.SKEYID_a, context.messageId, rest),
      ),
    },
  ];
}

function receiveAnswer(
  context: QuickModeContext,
  state: QuickModeState & { at: "awaits QM2" },
  message: HashedMessage,
): Actions {
  const { sa, messageId, protection } = context;
  const bag = open(QM_OFFER, message.payloads);
  if (isShapeProblem(bag)) return [drop("malformed", bag.detail)];
  const expected = hash2(protection.hash, protection.SKEYID_a, messageId, state.nonce, message.afterHash);
  if (!constantTimeEqual(bag.HASH.data, expected)) return [drop("hash mismatch", "HASH(2) does not verify")];
  const { connection } = state.request;
  const selector = negotiableSelector(state.request.selector);
  const answer = checkAnsweredTransform(connection, bag.SA);
  const actions: Actions = [
    tell({ kind: "payload-processing", sa, payload: "HASH", messageId }),
    tell({ kind: "payload-processing", sa, payload: "SA", messageId }),
  ];
  if (!("set" in answer)) {
    if (answer.offer !== undefined)
      actions.push(
        transformEvent(context, { offer: answer.offer, set: undefined, mismatches: answer.mismatches }),
      );
    return [
      ...actions,
      fail(
        connection,
        "no proposal chosen",
        `${sa.remote.address} answered with what we did not offer: ${describeMismatches(answer.mismatches)}.`,
        NOTIFY_TYPE["NO-PROPOSAL-CHOSEN"],
      ),
    ];
  }
  actions.push(
    transformEvent(context, { offer: answer.offer, set: answer.set, mismatches: [] }),
    validated(context, answer, selector, true),
  );
  const problem = answerProblem(state, bag.NONCE.data, bag.all.ID, bag.all.KE.length, answer);
  if (problem !== undefined)
    return [
      ...actions,
      fail(
        connection,
        "peer refused",
        `The quick mode answer of ${sa.remote.address} is not acceptable: ${problem}.`,
        NOTIFY_TYPE["INVALID-ID-INFORMATION"],
      ),
    ];
  const negotiated: Negotiated = {
    connection,
    selector,
    choice: { ...answer, ...lowerLifetimes(answer, toldLifetimes(bag.all.NOTIFY)) },
    ownSpi: state.spi,
    peerSpi: spiOf(answer.offer),
    Ni_b: state.nonce,
    Nr_b: bag.NONCE.data,
  };
  actions.push(...identityEvents(context));
  const [keyExchange] = bag.all.KE;
  if (state.privateValue === undefined || keyExchange === undefined || connection.pfsGroup === undefined)
    return [...actions, ...completeInitiator(context, negotiated, undefined)];
  const valueProblem = publicValueProblem(connection.pfsGroup, keyExchange.publicValue);
  if (valueProblem !== undefined)
    return [
      ...actions,
      fail(
        connection,
        "invalid key exchange value",
        `${sa.remote.address}: ${valueProblem}.`,
        NOTIFY_TYPE["INVALID-KEY-INFORMATION"],
      ),
    ];
  return [
    ...actions,
    { do: "become", state: { at: "computes shared secret", ...negotiated } },
    {
      do: "work",
      job: {
        kind: "dh-shared",
        group: connection.pfsGroup,
        privateValue: state.privateValue,
        peerPublicValue: keyExchange.publicValue,
      },
    },
  ];
}

/** Nonce, identities and KE of an answer must fit what was asked (RFC 2409 §5.5). */
function answerProblem(
  state: Offered,
  nonce: Uint8Array,
  ids: readonly Identification[],
  keys: number,
  choice: TransformChoice,
): string | undefined {
  if (nonceProblem(nonce) !== undefined) return nonceProblem(nonce);
  const sent = identitiesOf(state.request.selector);
  if (ids.length !== 2 || !sent.every((id, i) => sameIdentity(id, ids[i])))
    return "its proxy identities are not the ones we sent";
  if (keys !== (state.privateValue === undefined ? 0 : 1))
    return state.privateValue === undefined ? "it does PFS unasked" : "it leaves PFS out";
  return spiProblem(spiOf(choice.offer));
}

function completeInitiator(
  context: QuickModeContext,
  negotiated: Negotiated,
  gqmxy: Uint8Array | undefined,
): Actions {
  const { sa, messageId, protection } = context;
  const keyed = keyPair(context, negotiated, gqmxy, true);
  if (keyed === undefined) return [weakKey(negotiated.connection)];
  const { Ni_b, Nr_b } = negotiated;
  return [
    tell({ kind: "ipsec-sas-created", sa, messageId, role: "initiator", negotiated: keyed.pair }),
    { do: "install", sa: keyed.inbound },
    { do: "install", sa: keyed.outbound },
    { do: "become", state: { at: "finished" } },
    {
      do: "say",
      step: "QM3",
      payloads: [{ kind: "HASH", data: hash3(protection.hash, protection.SKEYID_a, messageId, Ni_b, Nr_b) }],
    },
    { do: "finish" },
  ];
}

// ── Responder ──────────────────────────────────────────────────────────────────────────────────────────────────────

export function respond(context: QuickModeContext, message: HashedMessage): Actions {
  const { sa, messageId, protection, policy } = context;
  const bag = open(QM_OFFER, message.payloads);
  if (isShapeProblem(bag)) return [drop("malformed", bag.detail)];
  if (
    !constantTimeEqual(
      bag.HASH.data,
      hash1(protection.hash, protection.SKEYID_a, messageId, message.afterHash),
    )
  )
    return [drop("hash mismatch", "HASH(1) does not verify")];
  const actions: Actions = [
    tell({ kind: "quick-mode-started", sa, messageId, role: "responder" }),
    tell({ kind: "payload-processing", sa, payload: "HASH", messageId }),
    tell({ kind: "payload-processing", sa, payload: "SA", messageId }),
  ];
  const peer = sa.remote.address;
  const candidates = policy.connections.filter(
    (c) => c.localAddress === sa.local.address && c.peers.includes(peer),
  );
  const [fallback] = candidates;
  if (fallback === undefined)
    return [
      ...actions,
      fail(
        undefined,
        "proxy mismatch",
        `No crypto map entry of ours has ${sa.remote.address} as a peer.`,
        NOTIFY_TYPE["NO-PROPOSAL-CHOSEN"],
      ),
    ];
  const selector = proposedSelector(context, bag.all.ID);
  const match = typeof selector === "string" ? undefined : findConnection(candidates, selector);
  const connection = match?.connection ?? fallback;
  const { choice, checks } = chooseTransform(connection, bag.SA);
  actions.push(...checks.map((check) => transformEvent(context, check)));
  if (choice === undefined) return [...actions, noTransformChosen(connection, peer, checks)];
  if (typeof selector === "string")
    return [
      ...actions,
      fail(
        connection,
        "proxy mismatch",
        `${peer} proposes ${selector}.`,
        NOTIFY_TYPE["INVALID-ID-INFORMATION"],
      ),
    ];
  actions.push(validated(context, choice, selector, match !== undefined));
  if (match === undefined) return [...actions, proxyMismatch(candidates, peer, selector)];
  const problem =
    nonceProblem(bag.NONCE.data) ??
    spiProblem(spiOf(choice.offer)) ??
    keyCountProblem(choice.offer, bag.all.KE.length);
  if (problem !== undefined)
    return [
      ...actions,
      fail(
        connection,
        "malformed message",
        `The quick mode offer of ${peer} is not acceptable: ${problem}.`,
        NOTIFY_TYPE["PAYLOAD-MALFORMED"],
      ),
    ];
  actions.push(...identityEvents(context));
  const negotiated: Negotiated = {
    connection,
    selector,
    choice,
    ownSpi: context.takeSpi(),
    peerSpi: spiOf(choice.offer),
    Ni_b: bag.NONCE.data,
    Nr_b: context.random.bytes("nonce", context.conventions.nonceLength),
  };
  actions.push(tell({ kind: "spi-allocated", sa, messageId, spi: negotiated.ownSpi }));
  const answer = { SA: bag.SA, ids: bag.all.ID };
  const [keyExchange] = bag.all.KE;
  if (choice.offer.group === undefined || keyExchange === undefined)
    return [...actions, ...sayAnswer(context, negotiated, answer, undefined, undefined)];
  const valueProblem = publicValueProblem(choice.offer.group, keyExchange.publicValue);
  if (valueProblem !== undefined)
    return [
      ...actions,
      fail(
        connection,
        "invalid key exchange value",
        `${peer}: ${valueProblem}.`,
        NOTIFY_TYPE["INVALID-KEY-INFORMATION"],
      ),
    ];
  const privateValue = context.random.bytes("dh private", group(choice.offer.group).privateLength);
  return [
    ...actions,
    { do: "become", state: { at: "computes keys", ...negotiated, answer } },
    {
      do: "work",
      job: {
        kind: "dh-both",
        group: choice.offer.group,
        privateValue,
        peerPublicValue: keyExchange.publicValue,
      },
    },
  ];
}

/** What the initiator wants protected, seen from us. Neither none nor two identities is not a quick mode. */
function proposedSelector(
  context: QuickModeContext,
  ids: readonly Identification[],
): TrafficSelector | string {
  const [IDci, IDcr] = ids;
  if (ids.length === 0) return selectorOfPeers(context.sa.local.address, context.sa.remote.address);
  if (IDci === undefined || IDcr === undefined || ids.length !== 2)
    return `${ids.length} proxy identities where two are expected`;
  return selectorFromIdentities(IDci, IDcr);
}

/** The first crypto map entry with a permit line that covers the proposal: the line itself or a part of it. */
function findConnection(
  candidates: readonly Connection[],
  proposed: TrafficSelector,
): { readonly connection: Connection; readonly line: ConnectionSelector } | undefined {
  for (const connection of candidates)
    for (const line of connection.selectors)
      if (selectorCovers(negotiableSelector(line.selector), proposed)) return { connection, line };
  return undefined;
}

function sayAnswer(
  context: QuickModeContext,
  negotiated: Negotiated,
  answer: QuickModeAnswer,
  publicValue: Uint8Array | undefined,
  gqmxy: Uint8Array | undefined,
): Actions {
  const { messageId, protection } = context;
  const keyed = keyPair(context, negotiated, gqmxy, false);
  if (keyed === undefined) return [weakKey(negotiated.connection)];
  const { choice, ownSpi, Ni_b, Nr_b } = negotiated;
  const spi = u32Octets(ownSpi);
  const payloads: Payload[] = [
    answerTransform(answer.SA, choice, spi),
    { kind: "NONCE", data: Nr_b },
    ...(publicValue === undefined ? [] : [{ kind: "KE", publicValue } as const]),
    ...answer.ids,
    ...responderLifetime(spi, choice.shortened),
  ];
  return [
    { do: "install", sa: keyed.inbound },
    { do: "become", state: { at: "awaits QM3", pair: keyed.pair, outbound: keyed.outbound, Ni_b, Nr_b } },
    {
      do: "say",
      step: "QM2",
      payloads: hashed(payloads, (rest) =>
        hash2(protection.hash, protection.SKEYID_a, messageId, Ni_b, rest),
      ),
    },
  ];
}

function receiveProof(
  context: QuickModeContext,
  state: QuickModeState & { at: "awaits QM3" },
  message: HashedMessage,
): Actions {
  const { sa, messageId, protection } = context;
  const bag = open(QM_DONE, message.payloads);
  if (isShapeProblem(bag)) return [drop("malformed", bag.detail)];
  if (
    !constantTimeEqual(
      bag.HASH.data,
      hash3(protection.hash, protection.SKEYID_a, messageId, state.Ni_b, state.Nr_b),
    )
  )
    return [drop("hash mismatch", "HASH(3) does not verify")];
  return [
    tell({ kind: "ipsec-sas-created", sa, messageId, role: "responder", negotiated: state.pair }),
    { do: "become", state: { at: "finished" } },
    { do: "finish" },
    { do: "install", sa: state.outbound },
  ];
}

// ── Both ───────────────────────────────────────────────────────────────────────────────────────────────────────────

/** A decrypted message that the state awaits. */
export function receive(context: QuickModeContext, state: QuickModeState, message: HashedMessage): Actions {
  if (state.at === "awaits QM2") return receiveAnswer(context, state, message);
  if (state.at === "awaits QM3") return receiveProof(context, state, message);
  return [drop("unexpected", `nothing is awaited while the quick mode ${state.at}`)];
}

export function jobDone(context: QuickModeContext, state: QuickModeState, result: JobResult): Actions {
  if (result.kind === "failed")
    return [
      fail(
        undefined,
        "invalid key exchange value",
        `The Diffie-Hellman exchange of a quick mode with ${context.sa.remote.address} failed: ${result.reason}.`,
        NOTIFY_TYPE["INVALID-KEY-INFORMATION"],
      ),
    ];
  if (state.at === "generates key pair" && result.kind === "dh-public")
    return sayOffer(context, state, result.publicValue);
  if (state.at === "computes shared secret" && result.kind === "dh-shared")
    return completeInitiator(context, state, result.sharedSecret);
  if (state.at === "computes keys" && result.kind === "dh-both")
    return sayAnswer(context, state, state.answer, result.publicValue, result.sharedSecret);
  return [];
}

/** Payloads with a HASH before them that covers them as they will be on the wire. */
export function hashed(payloads: readonly Payload[], digest: (rest: Uint8Array) => Uint8Array): Payload[] {
  return [{ kind: "HASH", data: digest(encodePayloads(payloads).bytes) }, ...payloads];
}

interface KeyedPair {
  readonly pair: NegotiatedIpsecSa;
  readonly inbound: KeyedSa;
  readonly outbound: KeyedSa;
}

/** KEYMAT for both directions (RFC 2409 §5.5): each is keyed by the SPI its receiver chose. */
function keyPair(
  context: QuickModeContext,
  negotiated: Negotiated,
  gqmxy: Uint8Array | undefined,
  isInitiator: boolean,
): KeyedPair | undefined {
  const { connection, selector, choice, ownSpi, peerSpi } = negotiated;
  const suite = choice.set.esp;
  const inboundKeys = keysFor(context, negotiated, gqmxy, ownSpi, suite);
  const outboundKeys = keysFor(context, negotiated, gqmxy, peerSpi, suite);
  if (inboundKeys === undefined || outboundKeys === undefined) return undefined;
  const connIds = context.takeConnIds();
  const { lifetimeSeconds, lifetimeKilobytes } = choice;
  const common = {
    isInitiator,
    connectionId: connection.id,
    localAddress: context.sa.local.address,
    peer: context.sa.remote.address,
    selector,
    suite,
    mode: "tunnel",
    lifetimeSeconds,
    lifetimeKilobytes,
  } as const;
  return {
    pair: {
      inboundSpi: ownSpi,
      outboundSpi: peerSpi,
      connectionId: connection.id,
      selector,
      suite,
      mode: "tunnel",
      lifetimeSeconds,
      lifetimeKilobytes,
      pfsGroup: choice.offer.group,
      inboundConnId: connIds.inbound,
      outboundConnId: connIds.outbound,
    },
    inbound: {
      ...common,
      ...inboundKeys,
      direction: "inbound",
      spi: ownSpi,
      pairSpi: peerSpi,
      connId: connIds.inbound,
    },
    outbound: {
      ...common,
      ...outboundKeys,
      direction: "outbound",
      spi: peerSpi,
      pairSpi: ownSpi,
      connId: connIds.outbound,
    },
  };
}

function keysFor(
  context: QuickModeContext,
  negotiated: Negotiated,
  gqmxy: Uint8Array | undefined,
  spi: number,
  suite: EspSuite,
): { readonly encryptionKey: Secret; readonly integrityKey: Secret } | undefined {
  const encryptionLength = suite.encryption === "null" ? 0 : CIPHERS[suite.encryption].keyLength;
  const integrityLength = suite.integrity === undefined ? 0 : HASHES[suite.integrity].length;
  const { protection } = context;
  const { Ni_b, Nr_b } = negotiated;
  const material = keymat(
    protection.hash,
    protection.SKEYID_d,
    { protocol: PROTOCOL_ID.PROTO_IPSEC_ESP, spi: u32Octets(spi), Ni_b, Nr_b, gqmxy },
    encryptionLength + integrityLength,
  );
  const encryptionKey = material.slice(0, encryptionLength);
  if (suite.encryption !== "null" && isWeakKey(suite.encryption, encryptionKey)) return undefined;
  return {
    encryptionKey: new Secret(encryptionKey),
    integrityKey: new Secret(material.slice(encryptionLength)),
  };
}

function spiOf(offer: EspOffer): number {
  const { spi } = offer.proposal;
  return spi.length === 4 ? new DataView(spi.buffer, spi.byteOffset, 4).getUint32(0) : 0;
}

function spiProblem(spi: number): string | undefined {
  return spi < 256 ? `its SPI ${spi} is reserved` : undefined;
}

function nonceProblem(nonce: Uint8Array): string | undefined {
  const fits = nonce.length >= NONCE_LENGTHS.minimum && nonce.length <= NONCE_LENGTHS.maximum;
  return fits ? undefined : `its nonce has ${nonce.length} octets, 8 to 256 expected`;
}

function keyCountProblem(offer: EspOffer, count: number): string | undefined {
  if (count === (offer.group === undefined ? 0 : 1)) return undefined;
  return count === 0 ? `it names group ${offer.group} but has no KE payload` : `it has ${count} KE payloads`;
}

function sameIdentity(a: Identification, b: Identification | undefined): boolean {
  return (
    b !== undefined &&
    a.idType === b.idType &&
    a.protocolId === b.protocolId &&
    a.port === b.port &&
    equal(a.data, b.data)
  );
}

function fail(
  connection: Connection | undefined,
  reason: Failure["reason"],
  explanation: string,
  notify: number,
  failure: Partial<Failure> = {},
): Actions[number] {
  return {
    do: "fail",
    failure: { reason, explanation, mismatches: [], origin: connection?.origins.entry, notify, ...failure },
  };
}

function weakKey(connection: Connection): Actions[number] {
  return fail(
    connection,
    "internal",
    "The derived key is a weak DES key; a new negotiation will not have it.",
    NOTIFY_TYPE["NO-PROPOSAL-CHOSEN"],
  );
}

function noTransformChosen(
  connection: Connection,
  peer: string,
  checks: readonly TransformCheck[],
): Actions[number] {
  let closest: TransformCheck | undefined;
  for (const check of checks)
    if (closest === undefined || check.mismatches.length < closest.mismatches.length) closest = check;
  const mismatches = closest?.mismatches ?? [];
  const origin = mismatches.find((m) => m.origin !== undefined)?.origin ?? connection.origins.transformSet;
  const set = closest?.set === undefined ? "" : ` to our transform set ${closest.set.name}${at(origin)}`;
  const explanation =
    closest === undefined
      ? `${peer} offered no transform.`
      : `No transform set of crypto map ${connection.mapName} ${connection.sequence} matches what ${peer} offers; closest is its proposal ${closest.offer.proposal.number}${set}: ${describeMismatches(mismatches)}.`;
  return fail(connection, "no proposal chosen", explanation, NOTIFY_TYPE["NO-PROPOSAL-CHOSEN"], {
    mismatches,
    origin,
  });
}

function proxyMismatch(
  candidates: readonly Connection[],
  peer: string,
  selector: TrafficSelector,
): Actions[number] {
  const line = candidates.flatMap((c) => c.selectors)[0];
  const offered = describeSelector(selector);
  const accepted = line === undefined ? "nothing" : describeSelector(line.selector);
  const origin = line?.origin ?? candidates[0]?.origins.accessList;
  const lines = candidates.flatMap((c) => c.selectors).length;
  const explanation = `${peer} wants to protect ${offered}; our crypto access list permits ${accepted}${lines > 1 ? ` and ${lines - 1} more` : ""}${at(origin)}: the two must mirror each other.`;
  return fail(candidates[0], "proxy mismatch", explanation, NOTIFY_TYPE["INVALID-ID-INFORMATION"], {
    mismatches: [{ attribute: "proxy", offered, accepted, origin }],
    origin,
  });
}

function describeSelector(selector: TrafficSelector): string {
  const side = (s: TrafficSelector["local"], ports: TrafficSelector["localPorts"]): string =>
    `${s.address} ${s.wildcard}${ports.low === 0 && ports.high === 65535 ? "" : ` port ${ports.low}`}`;
  const protocol = selector.protocol === 0 ? "ip" : `protocol ${selector.protocol}`;
  return `${protocol} ${side(selector.local, selector.localPorts)} to ${side(selector.remote, selector.remotePorts)}`;
}

function transformEvent(context: QuickModeContext, check: TransformCheck): Actions[number] {
  const { proposal, transform, name } = check.offer;
  return tell({
    kind: "ipsec-transform-checked",
    sa: context.sa,
    messageId: context.messageId,
    proposalNumber: proposal.number,
    transformNumber: transform.number,
    transform: name,
    attributes: transform.attributes,
    accepted: check.mismatches.length === 0,
    mismatches: check.mismatches,
  });
}

function validated(
  context: QuickModeContext,
  choice: TransformChoice,
  selector: TrafficSelector,
  accepted: boolean,
): Actions[number] {
  const { sa, messageId } = context;
  return tell({
    kind: "ipsec-proposal-validated",
    sa,
    messageId,
    proposalNumber: choice.offer.proposal.number,
    selector,
    suite: choice.set.esp,
    accepted,
  });
}

function identityEvents(context: QuickModeContext): Actions {
  const { sa, messageId } = context;
  return (["NONCE", "ID", "ID"] as const).map((payload) =>
    tell({ kind: "payload-processing", sa, payload, messageId }),
  );
}
