/** Quick mode as initiator (RFC 2409 §5.5): offer, check the answer, confirm. */
import { constantTimeEqual, equal } from "../../base/octets.ts";
import { group, publicValueProblem } from "../../crypto/groups.ts";
import { isBundle } from "../../crypto/transform-set.ts";
import { NOTIFY_TYPE } from "../../isakmp/numbers/notify-type.ts";
import type { Payload } from "../../isakmp/payload.ts";
import type { Identification } from "../../isakmp/payloads/identification.ts";
import { drop, tell } from "../action.ts";
import { describeMismatches } from "../explain.ts";
import { hash1, hash2, hash3 } from "../keying.ts";
import { isShapeProblem, open, QM_OFFER } from "../message-shape.ts";
import { situationProblem } from "../phase1/protection-suite.ts";
import { awaitConnected } from "./commit-bit.ts";
import { modeTerms, offeredMode } from "./encapsulation.ts";
import {
  checkAnsweredTransform,
  offeredSets,
  offerTransformSets,
  type TransformChoice,
} from "./esp-proposal.ts";
import { keyPair } from "./key-pair.ts";
import { originalAddresses, originalAddressPayloads } from "./original-addresses.ts";
import { identitiesOf, negotiableSelector } from "./proxy-identity.ts";
import { fail, nothingToOffer, weakKey } from "./quick-mode-failures.ts";
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
  Offered,
  QuickModeContext,
  QuickModeRequest,
  QuickModeState,
} from "./quick-mode-state.ts";
import { lowerLifetimes, toldLifetimes } from "./responder-lifetime.ts";

export function begin(context: QuickModeContext, request: QuickModeRequest): Actions {
  const { random, conventions, sa, messageId } = context;
  const started = tell({ kind: "quick-mode-started", sa, messageId, role: "initiator" });
  const sets = offeredSets(request.connection, modeTerms(context, request.selector));
  if (sets.length === 0) return [started, nothingToOffer(request.connection, sa.remote.address)];
  const pfs = request.connection.pfsGroup;
  const privateValue = pfs === undefined ? undefined : random.bytes("dh private", group(pfs).privateLength);
  const offered: Offered = {
    request,
    spis: context.takeSpis(sets.some(isBundle)),
    nonce: random.bytes("nonce", conventions.nonceLength),
    privateValue,
  };
  if (pfs === undefined || privateValue === undefined)
    return [started, ...sayOffer(context, offered, undefined)];
  return [
    started,
    { do: "become", state: { at: "generates key pair", ...offered } },
    { do: "work", job: { kind: "dh-public", group: pfs, privateValue } },
  ];
}

export function sayOffer(
  context: QuickModeContext,
  offered: Offered,
  publicValue: Uint8Array | undefined,
): Actions {
  const { conventions } = context;
  const { connection, selector } = offered.request;
  const terms = modeTerms(context, selector);
  const offersTransport = connection.transformSets.some((set) => offeredMode(set, terms) === "transport");
  const payloads: Payload[] = [
    offerTransformSets(
      connection,
      offered.spis,
      conventions.firstProposalNumber,
      conventions.offerKilobytes,
      terms,
    ),
    { kind: "NONCE", data: offered.nonce },
    ...(publicValue === undefined ? [] : [{ kind: "KE", publicValue } as const]),
    ...identitiesOf(selector),
    ...(offersTransport ? originalAddressPayloads(context, "initiator") : []),
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

export function receiveAnswer(
  context: QuickModeContext,
  state: QuickModeState & { at: "awaits QM2" },
  message: HashedMessage,
): Actions {
  const { sa, messageId, protection } = context;
  const bag = open(QM_OFFER, message.payloads);
  if (isShapeProblem(bag)) return [drop("malformed", bag.detail)];
  const expected = hash2(protection.hash, protection.SKEYID_a, messageId, state.nonce, message.afterHash);
  if (!constantTimeEqual(bag.HASH.data, expected)) return [drop("hash mismatch", "HASH(2) does not verify")];
  const situation = situationProblem(bag.SA);
  if (situation !== undefined) return [drop("malformed", situation)];
  const { connection } = state.request;
  const selector = negotiableSelector(state.request.selector);
  const answer = checkAnsweredTransform(connection, bag.SA, modeTerms(context, selector));
  const actions: Actions = [
    tell({ kind: "payload-processing", sa, payload: "HASH", messageId }),
    tell({ kind: "payload-processing", sa, payload: "SA", messageId }),
  ];
  if (!("set" in answer)) {
    if (answer.offer !== undefined)
      actions.push(
        ...transformEvents(context, { offer: answer.offer, set: undefined, mismatches: answer.mismatches }),
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
    ...transformEvents(context, { offer: answer.offer, set: answer.set, mismatches: [] }),
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
    choice: {
      ...answer,
      ...lowerLifetimes(answer, [answer.offer.lifetimes, ...toldLifetimes(bag.all.NOTIFY)]),
    },
    originalAddresses: originalAddresses(bag.all["NAT-OA"], "initiator"),
    ownSpis: state.spis,
    Ni_b: state.nonce,
    Nr_b: bag.NONCE.data,
    peerCommits: context.peerCommits,
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
  return spiProblem(choice);
}

export function completeInitiator(
  context: QuickModeContext,
  negotiated: Negotiated,
  gqmxy: Uint8Array | undefined,
): Actions {
  const { sa, messageId, protection } = context;
  const keyed = keyPair(context, negotiated, gqmxy, true);
  if (keyed === undefined) return [weakKey(negotiated.connection)];
  const { Ni_b, Nr_b } = negotiated;
  const proof = hash3(protection.hash, protection.SKEYID_a, messageId, Ni_b, Nr_b);
  const sayProof = { do: "say", step: "QM3", payloads: [{ kind: "HASH", data: proof }] } as const;
  return [
    tell({ kind: "ipsec-sas-created", sa, messageId, role: "initiator", negotiated: keyed.pair }),
    { do: "install", sa: keyed.inbound },
    ...(negotiated.peerCommits
      ? [sayProof, ...awaitConnected(keyed.outbound)]
      : ([
          { do: "install", sa: keyed.outbound },
          { do: "become", state: { at: "finished" } },
          sayProof,
          { do: "finish" },
        ] as const)),
  ];
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
