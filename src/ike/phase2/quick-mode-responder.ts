/** Quick mode as responder (RFC 2409 §5.5): find the crypto map entry, choose, answer, wait for the proof of liveness. */
import { constantTimeEqual } from "../../base/octets.ts";
import { group, publicValueProblem } from "../../crypto/groups.ts";
import { protocolOf } from "../../crypto/names.ts";
import { isBundle, suitesOf } from "../../crypto/transform-set.ts";
import { NOTIFY_TYPE } from "../../isakmp/numbers/notify-type.ts";
import type { Payload } from "../../isakmp/payload.ts";
import type { Identification } from "../../isakmp/payloads/identification.ts";
import type { SecurityAssociation } from "../../isakmp/payloads/security-association.ts";
import { selectorCovers, type TrafficSelector } from "../../net/selector.ts";
import { drop, tell } from "../action.ts";
import { hash1, hash2, hash3 } from "../keying.ts";
import { isShapeProblem, open, QM_DONE, QM_OFFER } from "../message-shape.ts";
import { situationProblem } from "../phase1/protection-suite.ts";
import type { Connection } from "../policy.ts";
import { outsideIn } from "../spi-table.ts";
import { awaitConnected, connected } from "./commit-bit.ts";
import { modeTerms, translatedSelector } from "./encapsulation.ts";
import type { EspOffer } from "./esp-offer.ts";
import { answerTransform, chooseTransform } from "./esp-proposal.ts";
import { keyPair } from "./key-pair.ts";
import { originalAddresses, originalAddressPayloads } from "./original-addresses.ts";
import { negotiableSelector, selectorFromIdentities, selectorOfPeers } from "./proxy-identity.ts";
import { fail, noTransformChosen, proxyMismatch, takenBehindNat, weakKey } from "./quick-mode-failures.ts";
import {
  hashed,
  identityEvents,
  nonceProblem,
  spiProblem,
  transformEvents,
  validated,
} from "./quick-mode-parts.ts";
import type {
  QuickModeActions as Actions,
  HashedMessage,
  Negotiated,
  QuickModeAnswer,
  QuickModeContext,
  QuickModeState,
} from "./quick-mode-state.ts";
import { responderLifetime } from "./responder-lifetime.ts";

export function respond(context: QuickModeContext, message: HashedMessage): Actions {
  const { sa, messageId, protection, connections } = context;
  const bag = open(QM_OFFER, message.payloads);
  if (isShapeProblem(bag)) return [drop("malformed", bag.detail)];
  if (
    !constantTimeEqual(
      bag.HASH.data,
      hash1(protection.hash, protection.SKEYID_a, messageId, message.afterHash),
    )
  )
    return [drop("hash mismatch", "HASH(1) does not verify")];
  const situation = situationProblem(bag.SA);
  if (situation !== undefined) return [drop("malformed", situation)];
  const actions: Actions = [
    tell({ kind: "quick-mode-started", sa, messageId, role: "responder" }),
    tell({ kind: "payload-processing", sa, payload: "HASH", messageId }),
    tell({ kind: "payload-processing", sa, payload: "SA", messageId }),
  ];
  const peer = sa.remote.address;
  const candidates = connections.between(sa.local.address, peer);
  const [fallback] = candidates;
  if (fallback === undefined)
    return [
      ...actions,
      fail(
        undefined,
        "proxy mismatch",
        `No crypto map entry of ours has ${sa.remote.address} as a peer: enter "set peer ${sa.remote.address}" in the one that is for it, and "crypto map" at the interface where it comes in.`,
        NOTIFY_TYPE["NO-PROPOSAL-CHOSEN"],
      ),
    ];
  const selector = proposedSelector(context, bag.SA, bag.all.ID);
  const terms = modeTerms(context, typeof selector === "string" ? undefined : selector);
  const match = typeof selector === "string" ? undefined : findConnection(candidates, selector);
  // Where no permit line fits, whose transform sets would have is the one meant.
  const isAcceptable = (each: Connection): boolean =>
    chooseTransform(each, bag.SA, terms).choice !== undefined;
  const connection = match ?? candidates.find(isAcceptable) ?? fallback;
  const { choice, checks } = chooseTransform(connection, bag.SA, terms);
  actions.push(...checks.flatMap((check) => transformEvents(context, check)));
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
    nonceProblem(bag.NONCE.data) ?? spiProblem(choice) ?? keyCountProblem(choice.offer, bag.all.KE.length);
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
    originalAddresses: originalAddresses(bag.all["NAT-OA"], "responder"),
    ownSpis: context.takeSpis(isBundle(choice.set)),
    Ni_b: bag.NONCE.data,
    Nr_b: context.random.bytes("nonce", context.conventions.nonceLength),
    peerCommits: context.peerCommits,
  };
  actions.push(
    tell({
      kind: "spi-allocated",
      sa,
      messageId,
      spis: outsideIn(negotiated.ownSpis),
      protocols: suitesOf(choice.set).map(protocolOf),
    }),
  );
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
  payload: SecurityAssociation,
  ids: readonly Identification[],
): TrafficSelector | string {
  const [IDci, IDcr] = ids;
  if (ids.length === 0) return selectorOfPeers(context.sa.local.address, context.sa.remote.address);
  if (IDci === undefined || IDcr === undefined || ids.length !== 2)
    return `${ids.length} proxy identities where two are expected`;
  const selector = selectorFromIdentities(IDci, IDcr);
  return typeof selector === "string" ? selector : translatedSelector(context, payload, selector);
}

/** The first crypto map entry that the proposal comes under: the same as one of its permit lines, or a part of it. */
function findConnection(
  candidates: readonly Connection[],
  proposed: TrafficSelector,
): Connection | undefined {
  return candidates.find(
    ({ isTemplate, selectors }) =>
      (isTemplate === true && selectors.length === 0) ||
      selectors.some(({ selector }) => selectorCovers(negotiableSelector(selector), proposed)),
  );
}

export function sayAnswer(
  context: QuickModeContext,
  negotiated: Negotiated,
  answer: QuickModeAnswer,
  publicValue: Uint8Array | undefined,
  gqmxy: Uint8Array | undefined,
): Actions {
  const { messageId, protection } = context;
  // Asked last: another may have come first while Diffie-Hellman went on.
  const other = context.takenBehindNat(negotiated.selector);
  if (other !== undefined) return [takenBehindNat(context.sa.remote.address, other, negotiated)];
  const keyed = keyPair(context, negotiated, gqmxy, false);
  if (keyed === undefined) return [weakKey(negotiated.connection)];
  const { choice, ownSpis, Ni_b, Nr_b, peerCommits } = negotiated;
  const payloads: Payload[] = [
    answerTransform(answer.SA, choice, ownSpis),
    { kind: "NONCE", data: Nr_b },
    ...(publicValue === undefined ? [] : [{ kind: "KE", publicValue } as const]),
    ...answer.ids,
    ...(choice.mode === "transport" ? originalAddressPayloads(context, "responder") : []),
    ...responderLifetime(choice, ownSpis.spi),
  ];
  return [
    { do: "install", sa: keyed.inbound },
    {
      do: "become",
      state: { at: "awaits QM3", pair: keyed.pair, outbound: keyed.outbound, Ni_b, Nr_b, peerCommits },
    },
    {
      do: "say",
      step: "QM2",
      payloads: hashed(payloads, (rest) =>
        hash2(protection.hash, protection.SKEYID_a, messageId, Ni_b, rest),
      ),
    },
  ];
}

export function receiveProof(
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
    ...(state.peerCommits
      ? awaitConnected(state.outbound)
      : connected({ at: "awaits CONNECTED", outbound: state.outbound })),
  ];
}

function keyCountProblem(offer: EspOffer, count: number): string | undefined {
  if (count === (offer.group === undefined ? 0 : 1)) return undefined;
  return count === 0 ? `it names group ${offer.group} but has no KE payload` : `it has ${count} KE payloads`;
}
