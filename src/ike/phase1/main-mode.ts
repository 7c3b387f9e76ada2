/**
 * Main mode (RFC 2409 §5), both roles. `*` is encrypted. With signatures (§5.1) CERT and SIG stand for HASH; with encrypted
 * nonces (§5.2) the identities go with the nonces, both encrypted to the peer's RSA key.
 *
 *     Initiator                        Responder
 *     MM1  HDR, SA              -->
 *                               <--    MM2  HDR, SA
 *     MM3  HDR, KE, Ni          -->
 *                               <--    MM4  HDR, KE, Nr
 *     MM5  HDR*, IDii, HASH_I   -->
 *                               <--    MM6  HDR*, IDir, HASH_R
 */
import { group } from "../../crypto/groups.ts";
import type { JobResult } from "../../crypto/jobs.ts";
import { NOTIFY_TYPE } from "../../isakmp/numbers/notify-type.ts";
import type { Payload } from "../../isakmp/payload.ts";
import { encodeBody } from "../../isakmp/payload-chain.ts";
import { drop, tell } from "../action.ts";
import { noProposalChosen } from "../explain.ts";
import { cannotSign } from "../explain-rsa.ts";
import { isShapeProblem, MM_SA, open } from "../message-shape.ts";
import type { ProtectionSuite } from "../policy.ts";
import { cannotRespond } from "./approach.ts";
import { authenticationBy, companionsOf, missingFor, usableSuites } from "./authentication.ts";
import { fragmentationVendorId, keyExchangeFailed } from "./keys.ts";
import {
  initiatorOpened,
  receiveInitiatorKey,
  receiveResponderKey,
  responderOpened,
  sayInitiatorKey,
  sayResponderKey,
} from "./main-mode-key-exchange.ts";
import {
  receiveInitiatorProof,
  receiveResponderProof,
  sayInitiatorProof,
  sayResponderProof,
  saySignedProof,
} from "./main-mode-proof.ts";
import type { MainModeState } from "./main-mode-state.ts";
import { traversesNats } from "./nat-steps.ts";
import { bestMethod, offeredMethods, vendorIdOf } from "./nat-traversal.ts";
import { checkEvent, keyFound, vendorIdEvents } from "./phase1-events.ts";
import type { Phase1Actions as Actions, Phase1Context } from "./phase1-state.ts";
import { answerSuite, checkAnswer, chooseSuite, offerSuites, situationProblem } from "./protection-suite.ts";

/** As initiator: MM1 with the suites we can carry out with this peer. */
export function begin(context: Phase1Context, suites: readonly ProtectionSuite[]): Actions {
  const offer = offerSuites(suites, context.conventions.firstProposalNumber);
  return [
    tell({ kind: "phase1-started", sa: context.sa, exchange: "main" }),
    { do: "become", state: { at: "awaits MM2", suites, SAi_b: encodeBody(offer) } },
    {
      do: "say",
      step: "MM1",
      payloads: [
        offer,
        ...(traversesNats(context) ? offeredMethods() : []),
        ...fragmentationVendorId(context),
      ],
    },
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
  const companions = companionsOf(policy, peer, "responder");
  // A stranger's offer is not even compared: there is nothing with which anything could come of it.
  if (usableSuites(policy, companions).length === 0 && companions.key === undefined)
    return [
      tell({ kind: "phase1-started", sa, exchange: "main" }),
      tell({ kind: "payload-processing", sa, payload: "SA", messageId: 0 }),
      { do: "fail", failure: cannotRespond(policy, companions, peer) },
    ];
  const { choice, checks } = chooseSuite(policy.protectionSuites, bag.SA, (suite) =>
    missingFor(suite, companions),
  );
  const authentication = choice === undefined ? undefined : authenticationBy(choice.suite, companions);
  const actions: Actions = [
    tell({ kind: "phase1-started", sa, exchange: "main" }),
    tell({ kind: "payload-processing", sa, payload: "SA", messageId: 0 }),
    ...vendorIdEvents(context, bag.all.VID),
    ...keyFound(sa, companions.key),
    ...checks.map((check) => tell(checkEvent(sa, check))),
  ];
  if (choice === undefined || authentication === undefined || typeof authentication === "string")
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
        authentication,
        SAi_b: encodeBody(bag.SA),
        natMethod,
      },
    },
    {
      do: "say",
      step: "MM2",
      payloads: [
        answerSuite(bag.SA, choice),
        ...(natMethod === undefined ? [] : [vendorIdOf(natMethod)]),
        ...fragmentationVendorId(context),
      ],
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
    case "opens MM4":
    case "computes shared secret":
    case "signs MM5":
    case "opens MM3":
    case "computes keys":
    case "signs MM6":
      return [drop("unexpected", `nothing is awaited while the exchange ${state.at}`)];
  }
}

/** The result of the job that the state waits for. */
export function jobDone(context: Phase1Context, state: MainModeState, result: JobResult): Actions {
  if (result.kind === "failed") return [jobFailed(context, result.reason)];
  switch (state.at) {
    case "generates key pair":
      return result.kind === "dh-public" ? sayInitiatorKey(context, state, result.publicValue) : [];
    case "opens MM4":
      return result.kind === "rsa-decrypt" ? responderOpened(context, state, result.contents) : [];
    case "computes shared secret":
      return result.kind === "dh-shared" ? sayInitiatorProof(context, state, result.sharedSecret) : [];
    case "signs MM5":
      return result.kind === "rsa-sign" ? saySignedProof(context, state, result.signature) : [];
    case "opens MM3":
      return result.kind === "rsa-decrypt" ? initiatorOpened(context, state, result.contents) : [];
    case "computes keys":
      return result.kind === "dh-both"
        ? sayResponderKey(context, state, result.publicValue, result.sharedSecret)
        : [];
    case "signs MM6":
      return result.kind === "rsa-sign" ? sayResponderProof(context, state, result.signature) : [];
    default:
      return [];
  }

  function jobFailed(failed: Phase1Context, reason: string): Actions[number] {
    return state.at === "signs MM5" || state.at === "signs MM6"
      ? { do: "fail", failure: cannotSign(failed.sa.remote.address, reason, state.authentication) }
      : keyExchangeFailed(failed, reason);
  }
}

function receiveAnswer(
  context: Phase1Context,
  state: MainModeState & { at: "awaits MM2" },
  payloads: readonly Payload[],
): Actions {
  const { sa } = context;
  const bag = open(MM_SA, payloads);
  if (isShapeProblem(bag)) return [drop("malformed", bag.detail)];
  const companions = companionsOf(context.policy, sa.remote.address, "initiator");
  const answer = checkAnswer(state.suites, bag.SA);
  const authentication = "choice" in answer ? authenticationBy(answer.choice.suite, companions) : undefined;
  const actions: Actions = [
    tell({ kind: "payload-processing", sa, payload: "SA", messageId: 0 }),
    ...vendorIdEvents(context, bag.all.VID),
    ...keyFound(sa, companions.key),
    ...(answer.check === undefined ? [] : [tell(checkEvent(sa, answer.check))]),
  ];
  if (!("choice" in answer) || authentication === undefined || typeof authentication === "string")
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
        authentication,
        SAi_b: state.SAi_b,
        natMethod,
        nonce,
        privateValue,
      },
    },
    { do: "work", job: { kind: "dh-public", group: choice.suite.group, privateValue } },
  ];
}
