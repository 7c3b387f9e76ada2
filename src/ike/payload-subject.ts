/**
 * What a notification or a Delete is about: a domain and a protocol, and it is discarded where we know either not (RFC 2408
 * §5.14, §5.15).
 */
import { DOI, PROTOCOL_ID } from "../isakmp/numbers/domain.ts";
import type { Delete } from "../isakmp/payloads/delete.ts";
import type { Notification } from "../isakmp/payloads/notification.ts";

/** Why it is discarded, or undefined. */
export function subjectProblem({ kind, doi, protocolId }: Notification | Delete): string | undefined {
  // 0 is generic ISAKMP (RFC 2408 §3.14).
  if (doi !== DOI.IPSEC && doi !== DOI.ISAKMP) return `a ${kind} payload of domain ${doi}`;
  return PROTOCOLS[kind].includes(protocolId) ? undefined : `a ${kind} payload about protocol ${protocolId}`;
}

const { PROTO_ISAKMP, PROTO_IPSEC_AH, PROTO_IPSEC_ESP, PROTO_IPCOMP } = PROTOCOL_ID;
const PROTOCOLS: Readonly<Record<"NOTIFY" | "DELETE", readonly number[]>> = {
  // 0: some refuse a whole message so, which is about no protocol.
  NOTIFY: [0, PROTO_ISAKMP, PROTO_IPSEC_AH, PROTO_IPSEC_ESP, PROTO_IPCOMP],
  DELETE: [PROTO_ISAKMP, PROTO_IPSEC_AH, PROTO_IPSEC_ESP],
};
