/** INITIAL-CONTACT (RFC 2407 §4.6.3.3): one end has no other SA with its peer, so whatever the peer still has is stale. */
import { concat, equal } from "../../base/octets.ts";
import { NOTIFY_TYPE } from "../../isakmp/numbers/notify-type.ts";
import type { Notification } from "../../isakmp/payloads/notification.ts";
import { subjectProblem } from "../payload-subject.ts";
import type { Phase1Context } from "./phase1-state.ts";

export function initialContact(context: Phase1Context): Notification[] {
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
export function saysInitialContact(context: Phase1Context, notifications: readonly Notification[]): boolean {
  const spi = concat(context.initiatorCookie, context.responderCookie);
  return notifications.some(
    (n) =>
      n.notifyType === NOTIFY_TYPE["INITIAL-CONTACT"] &&
      subjectProblem(n) === undefined &&
      (n.spi.length === 0 || equal(n.spi, spi)),
  );
}
