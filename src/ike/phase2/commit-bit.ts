/**
 * The commit bit (RFC 2408 §3.1): an end that sets it in a message of quick mode says by CONNECTED when the SAs may be used. The
 * other end does not send on them before, or not before it has waited a while: nothing protects the bit, and whoever sets it
 * may never say the word. CONNECTED comes as a fourth message of quick mode, or in an informational one with its message id.
 */
import { constantTimeEqual } from "../../base/octets.ts";
import { NOTIFY_TYPE } from "../../isakmp/numbers/notify-type.ts";
import { drop } from "../action.ts";
import type { KeyedSa } from "../engine-contract.ts";
import { hash1 } from "../keying.ts";
import { INFO_PROTECTED, isShapeProblem, open } from "../message-shape.ts";
import type {
  QuickModeActions as Actions,
  HashedMessage,
  QuickModeContext,
  QuickModeState,
} from "./quick-mode-state.ts";

/** Both ends have proven themselves; the peer wants to say when. */
export function awaitConnected(outbound: KeyedSa): Actions {
  return [{ do: "become", state: { at: "awaits CONNECTED", outbound } }, { do: "await-connected" }];
}

export function receiveConnected(
  { protection, messageId }: QuickModeContext,
  state: QuickModeState & { at: "awaits CONNECTED" },
  message: HashedMessage,
): Actions {
  const bag = open(INFO_PROTECTED, message.payloads);
  if (isShapeProblem(bag)) return [drop("malformed", bag.detail)];
  const expected = hash1(protection.hash, protection.SKEYID_a, messageId, message.afterHash);
  if (!constantTimeEqual(bag.HASH.data, expected)) return [drop("hash mismatch", "HASH(1) does not verify")];
  if (!bag.all.NOTIFY.some(({ notifyType }) => notifyType === NOTIFY_TYPE.CONNECTED))
    return [drop("unexpected", "CONNECTED is awaited, and this says something else")];
  return connected(state);
}

/** The word has come, or the wait is over. */
export function connected({ outbound }: QuickModeState & { at: "awaits CONNECTED" }): Actions {
  return [{ do: "become", state: { at: "finished" } }, { do: "finish" }, { do: "install", sa: outbound }];
}
