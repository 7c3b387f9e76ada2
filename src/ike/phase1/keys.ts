/** From two public values and two nonces to the keys of an ISAKMP SA (RFC 2409 §5), and the payloads that carry them. */
import { publicValueProblem } from "../../crypto/groups.ts";
import { CIPHERS } from "../../crypto/names.ts";
import { isWeakKey } from "../../crypto/weak-keys.ts";
import { NOTIFY_TYPE } from "../../isakmp/numbers/notify-type.ts";
import type { Payload } from "../../isakmp/payload.ts";
import type { VendorId } from "../../isakmp/payloads/vendor-id.ts";
import { vendorIdOctets } from "../../isakmp/vendor-ids.ts";
import { deriveSkeyids, encryptionKey, initialIv } from "../keying.ts";
import { NONCE_LENGTHS } from "../limits.ts";
import { PackedProtection } from "../packed-protection.ts";
import { skeyidOf } from "./authentication.ts";
import { natPayloads } from "./nat-steps.ts";
import type { Phase1Actions as Actions, Agreed, Exchanged, Keyed, Phase1Context } from "./phase1-state.ts";
import type { SuiteChoice } from "./protection-suite.ts";

export function deriveKeys(
  context: Phase1Context,
  state: Agreed & Exchanged,
  gxi: Uint8Array,
  gxr: Uint8Array,
  gxy: Uint8Array,
): Keyed | undefined {
  const { initiatorCookie, responderCookie } = context;
  const { hash, encryption } = state.choice.suite;
  const SKEYID = skeyidOf(context, state.authentication, state.choice.suite, state, gxy);
  const { a, d, e } = deriveSkeyids(hash, SKEYID, gxy, initiatorCookie, responderCookie);
  const key = encryptionKey(hash, e, CIPHERS[encryption].keyLength);
  if (isWeakKey(encryption, key.reveal())) return undefined;
  return {
    hashInput: { hash, SKEYID, gxi, gxr, initiatorCookie, responderCookie, SAi_b: state.SAi_b },
    protection: new PackedProtection({
      cipher: encryption,
      hash,
      encryptionKey: key,
      SKEYID_a: a,
      SKEYID_d: d,
    }),
  };
}

export function firstIv(keyed: Keyed, choice: SuiteChoice): Uint8Array {
  return initialIv(
    choice.suite.hash,
    keyed.hashInput.gxi,
    keyed.hashInput.gxr,
    CIPHERS[choice.suite.encryption].blockLength,
  );
}

/** MM3 and MM4: public value, nonce with what goes beside it, who we are, and how we see the addresses on the way. */
export function keyPayloads(
  context: Phase1Context,
  agreed: Agreed,
  publicValue: Uint8Array,
  nonce: readonly Payload[],
): Payload[] {
  return [{ kind: "KE", publicValue }, ...nonce, ...ownVendorIds(context), ...natPayloads(context, agreed)];
}

/** That long messages may come in pieces. In the first message, so that all that follow may. */
export function fragmentationVendorId({ policy }: Phase1Context): VendorId[] {
  return policy.fragmentation
    ? [{ kind: "VID", vendorId: vendorIdOctets("FRAGMENTATION", MAIN_AND_AGGRESSIVE_MODE) }]
    : [];
}

const MAIN_AND_AGGRESSIVE_MODE = Uint8Array.of(0x80, 0, 0, 0);

/** Who we are and what we can do. */
export function ownVendorIds({ sa, conventions, random, ...cookies }: Phase1Context): VendorId[] {
  const ownCookie = sa.role === "initiator" ? cookies.initiatorCookie : cookies.responderCookie;
  return conventions.vendorIds(ownCookie, random).map((vendorId) => ({ kind: "VID", vendorId }));
}

/** `nonce` is undefined where it is still encrypted. */
export function keyProblem(
  groupId: Parameters<typeof publicValueProblem>[0],
  publicValue: Uint8Array,
  nonce: Uint8Array | undefined,
): { readonly detail: string; readonly notify: number } | undefined {
  const problem = publicValueProblem(groupId, publicValue);
  if (problem !== undefined) return { detail: problem, notify: NOTIFY_TYPE["INVALID-KEY-INFORMATION"] };
  if (nonce === undefined) return undefined;
  if (nonce.length < NONCE_LENGTHS.minimum || nonce.length > NONCE_LENGTHS.maximum)
    return {
      detail: `a nonce of ${nonce.length} octets, 8 to 256 expected`,
      notify: NOTIFY_TYPE["PAYLOAD-MALFORMED"],
    };
  return undefined;
}

export function keyExchangeFailed(context: Phase1Context, why: string): Actions[number] {
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
