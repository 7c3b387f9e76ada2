/** Messages 5 and 6 of main mode: identities and proofs (RFC 2409 §5.1, §5.2, §5.4). */
import type { Payload } from "../../isakmp/payload.ts";
import { tell } from "../action.ts";
import { initialContact, saysInitialContact } from "./initial-contact.ts";
import { deriveKeys, firstIv, keyExchangeFailed } from "./keys.ts";
import type { MainModeState } from "./main-mode-state.ts";
import { isTranslated, natEvents, traverse } from "./nat-steps.ts";
import { identityBuilt, keysGenerated, vendorIdEvents } from "./phase1-events.ts";
import {
  type Phase1Actions as Actions,
  type Agreed,
  agreedOf,
  type Establish,
  establishedWith,
  introducedOf,
  type Keyed,
  type Phase1Context,
} from "./phase1-state.ts";
import { checkProof, ownProof, type Proven, proofPayloads, signing } from "./proof.ts";
import { certificateRequests } from "./signature-proof.ts";

export function sayInitiatorProof(
  context: Phase1Context,
  state: MainModeState & { at: "computes shared secret" },
  gxy: Uint8Array,
): Actions {
  const { sa } = context;
  const { choice } = state;
  const keyed = deriveKeys(context, state, state.gxi, state.gxr, gxy);
  if (keyed === undefined) return [keyExchangeFailed(context, "the derived encryption key is a weak one")];
  const proving = { ...agreedOf(state), ...introducedOf(state), ...keyed };
  const proof = ownProof(context, proving, isTranslated(state.nat));
  const job = signing(proof);
  return [
    keysGenerated(sa, choice),
    ...vendorIdEvents(context, state.vendorIds),
    ...natEvents(context, state),
    tell({ kind: "message-processed", sa, exchange: "main", step: "MM4", messageId: 0 }),
    ...(proof.isIntroduced ? [] : [identityBuilt(sa, choice, proof.id)]),
    { do: "become", state: { ...proving, at: "signs MM5", proof } },
    { do: "protect", protection: keyed.protection, iv: firstIv(keyed, choice) },
    ...traverse(state),
    ...(job === undefined
      ? saySignedProof(context, { ...proving, at: "signs MM5", proof }, undefined)
      : [{ do: "work", job } as const]),
  ];
}

/** MM5, where the hash is signed, once it is; where it is not, at once. */
export function saySignedProof(
  context: Phase1Context,
  state: MainModeState & { at: "signs MM5" },
  signature: Uint8Array | undefined,
): Actions {
  const { proof, ...proving } = state;
  const requests = signature === undefined ? [] : certificateRequests(context);
  return [
    { do: "become", state: { ...proving, at: "awaits MM6" } },
    {
      do: "say",
      step: "MM5",
      payloads: [...proofPayloads(proof, signature), ...requests, ...initialContact(context)],
    },
  ];
}

export function receiveInitiatorProof(
  context: Phase1Context,
  state: MainModeState & { at: "awaits MM5" },
  payloads: readonly Payload[],
): Actions {
  const { proven, actions } = checkProof(context, state, payloads);
  if (proven === undefined) return actions;
  const proof = ownProof(context, { ...state, requests: proven.requests }, context.traversesNat);
  const job = signing(proof);
  const signs = { ...state, at: "signs MM6", proof, proven } as const;
  return [
    ...actions,
    ...authenticated(context, proven, "MM5"),
    ...(proof.isIntroduced ? [] : [identityBuilt(context.sa, state.choice, proof.id)]),
    ...(job === undefined
      ? sayResponderProof(context, signs, undefined)
      : ([
          { do: "become", state: signs },
          { do: "work", job },
        ] as const)),
  ];
}

/** MM6, where the hash is signed, once it is; where it is not, at once. */
export function sayResponderProof(
  context: Phase1Context,
  state: MainModeState & { at: "signs MM6" },
  signature: Uint8Array | undefined,
): Actions {
  const { proof, proven } = state;
  return [
    { do: "become", state: establishedWith(state.choice) },
    { do: "say", step: "MM6", payloads: proofPayloads(proof, signature) },
    establishWith(context, state, proven),
  ];
}

export function receiveResponderProof(
  context: Phase1Context,
  state: MainModeState & { at: "awaits MM6" },
  payloads: readonly Payload[],
): Actions {
  const { proven, actions } = checkProof(context, state, payloads);
  if (proven === undefined) return actions;
  return [
    ...actions,
    ...authenticated(context, proven, "MM6"),
    { do: "become", state: establishedWith(state.choice) },
    establishWith(context, state, proven),
  ];
}

function authenticated({ sa }: Phase1Context, { identity }: Proven, step: "MM5" | "MM6"): Actions {
  return [
    tell({ kind: "peer-authenticated", sa, identity }),
    tell({ kind: "message-processed", sa, exchange: "main", step, messageId: 0 }),
  ];
}

function establishWith(
  context: Phase1Context,
  { choice, hashInput }: Agreed & Keyed,
  { identity, notifications }: Proven,
): Establish {
  return {
    do: "establish",
    choice,
    SKEYID: hashInput.SKEYID,
    initialContact: saysInitialContact(context, notifications),
    identity,
    notifications: [],
  };
}
