/** Events of informational exchanges: notifications and deletions. */
import { NOTIFY_TYPE } from "../../isakmp/numbers/notify-type.ts";
import { nameOf } from "../../isakmp/numbers/registry.ts";
import { type DebugMessage, isakmp } from "../debug-message.ts";
import { type EventOf, type Rows, silent } from "../entry.ts";
import { OBSERVE_LIMITS } from "../limits.ts";
import { printable } from "../printable.ts";
import { modeFailure, ownLog } from "../syslog-message.ts";

export const INFORMATIONAL_ROWS: Rows<
  | "notify-sent"
  | "notify-received"
  | "delete-sent"
  | "delete-received"
  | "initial-contact-received"
  | "dpd-unanswered"
  | "peer-dead"
> = {
  "notify-sent": {
    debug: ({ sa, notifyType }) =>
      // IOS 12.2 puts it into MM5 without a word.
      notifyType === NOTIFY_TYPE["INITIAL-CONTACT"]
        ? silent()
        : [isakmp(sa, `sending NOTIFY ${nameOf(NOTIFY_TYPE, notifyType)}`)],
    ladder: ({ sa, notifyType }) => ({
      mark: "noted",
      where: sa.local.address,
      note: `sends ${nameOf(NOTIFY_TYPE, notifyType)}`,
    }),
  },
  "notify-received": {
    debug: ({ sa, notifyType, isProtected }) =>
      notifyType === NOTIFY_TYPE["INITIAL-CONTACT"]
        ? silent()
        : [
            isakmp(
              sa,
              `processing NOTIFY ${nameOf(NOTIFY_TYPE, notifyType)}${isProtected ? "" : ", which is not authenticated"}`,
            ),
          ],
    // What is protected and concerns a negotiation ends it, and is logged as its end.
    syslog: ({ sa, notifyType, isProtected }) =>
      isProtected || notifyType > LAST_ERROR_TYPE ? [] : [modeFailure(sa.remote.address, "Informational")],
    ladder: ({ sa, notifyType, isProtected }) => ({
      mark: "noted",
      where: sa.local.address,
      note: `is told ${nameOf(NOTIFY_TYPE, notifyType)}${isProtected ? "" : " (not authenticated)"}`,
    }),
  },
  "delete-sent": {
    debug: (event) => [isakmp(event.sa, `sending DELETE, ${deleted(event)}`)],
    ladder: (event) => ({ mark: "noted", where: event.sa.local.address, note: `deletes ${deleted(event)}` }),
  },
  "delete-received": {
    debug: (event) => [isakmp(event.sa, `processing DELETE, ${deleted(event)}`)],
    ladder: (event) => ({
      mark: "noted",
      where: event.sa.local.address,
      note: `is told of the end of ${deleted(event)}`,
    }),
  },
  "initial-contact-received": { debug: initialContactLines },
  "dpd-unanswered": {
    debug: ({ sa, count, retriesMax }) => [
      isakmp(sa, `DPD incrementing error counter (${count}/${retriesMax})`),
    ],
    ladder: ({ sa, count }) => ({
      mark: "noted",
      where: sa.local.address,
      note: `no answer to ${count} R-U-THERE`,
    }),
  },
  "peer-dead": {
    debug: ({ sa }) => [isakmp(sa, `peer ${sa.remote.address} not responding!`)],
    syslog: ({ sa, retries }) => [
      ownLog(
        5,
        "PEER_DEAD",
        sa.remote.address,
        `peer ${sa.remote.address} has not answered ${retries + 1} times whether it is there: its SAs are deleted`,
      ),
    ],
    ladder: ({ sa }) => ({ mark: "noted", where: sa.local.address, note: `${sa.remote.address} is dead` }),
  },
};

function deleted({ protocol, spis }: EventOf<"delete-sent"> | EventOf<"delete-received">): string {
  const more =
    spis.length > OBSERVE_LIMITS.shownSpis ? ` and ${spis.length - OBSERVE_LIMITS.shownSpis} more` : "";
  return `protocol ${protocol}, spi ${printable(spis.slice(0, OBSERVE_LIMITS.shownSpis).join(" "))}${more}`;
}

function initialContactLines({
  sa,
  removedConnIds,
}: EventOf<"initial-contact-received">): readonly DebugMessage[] {
  if (removedConnIds.length === 0) return silent();
  const { local, remote } = sa;
  return [
    isakmp(
      sa,
      `Process initial contact, bring down existing phase 1 and 2 SA's with local ${local.address} remote ${remote.address} remote port ${remote.port}`,
    ),
  ];
}

/** SPECIFICATION: notify types up to here are errors (RFC 2408 §3.14.1). */
const LAST_ERROR_TYPE = 8191;
