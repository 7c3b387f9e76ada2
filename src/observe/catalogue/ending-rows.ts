/** Events that end something: SAs deleted, negotiations failed, our own mistakes. */
import { cryptoSession, type DebugMessage, isakmp, isakmpPlain, pki, plain } from "../debug-message.ts";
import { diagnose } from "../diagnosis.ts";
import type { EventOf, Rows } from "../entry.ts";
import { printable } from "../printable.ts";
import {
  aggressiveModeDisabled,
  cryptoLog,
  modeFailure,
  ownLog,
  type SyslogMessage,
} from "../syslog-message.ts";

export const ENDING_ROWS: Rows<"isakmp-sa-deleted" | "negotiation-failed" | "sa-request-denied" | "bug"> = {
  "isakmp-sa-deleted": {
    debug: ({ sa, reason }) => [
      isakmp(sa, `deleting SA reason "${REASONS[reason] ?? reason}" (peer ${sa.remote.address})`),
      plain("isakmp", `ISADB: reaper checking SA, conn_id = ${sa.connId}  DELETE IT!`),
      plain("engine", `CRYPTO(epa_release_crypto_conn_entry): released conn ${sa.connId}`),
      cryptoSession(sa.remote.address, `IKE SA ${sa.connId} is down: ${reason}`),
    ],
    ladder: ({ sa, reason }) => ({
      mark: "noted",
      where: sa.local.address,
      note: `ISAKMP SA ${sa.connId} deleted: ${reason}`,
    }),
  },
  "negotiation-failed": {
    debug: (event) => [...failureLines(event), ...diagnosisLines(event)],
    syslog: failureLog,
    ladder: ({ sa, exchange, peer, reason, role }) => ({
      mark: "noted",
      where: sa?.local.address ?? "",
      note: `${exchange} mode with ${peer} failed as ${role}: ${reason}`,
    }),
  },
  "sa-request-denied": {
    debug: (event) => [isakmpPlain(deniedText(event))],
    syslog: (event) => [cryptoLog(4, "IKE_DENY_SA_REQ", event.remote, deniedText(event))],
    ladder: ({ local, remote, limit, maximum }) => ({
      mark: "noted",
      where: local,
      note: `no ISAKMP SA with ${remote}: ${limit} limit of ${maximum}`,
    }),
  },
  bug: {
    debug: () => [],
    syslog: ({ detail }) => [ownLog(2, "BUG", undefined, printable(detail))],
    ladder: ({ detail }) => ({ mark: "noted", where: "", note: `BUG: ${printable(detail)}` }),
  },
};

function failureLines({
  sa,
  peer,
  exchange,
  role,
  reason,
  hostname,
  explanation,
}: EventOf<"negotiation-failed">): DebugMessage[] {
  switch (reason) {
    case "no proposal chosen":
      if (sa === undefined) return [];
      return [isakmp(sa, exchange === "quick" ? "SA not acceptable!" : "no offers accepted!")];
    case "proxy mismatch":
    case "traffic of another peer":
      return sa === undefined ? [] : [isakmp(sa, "SA not acceptable!")];
    case "aggressive mode disabled":
    case "no policy can be offered":
      if (role === "responder") return [];
      return [plain("isakmp", `ISAKMP (${sa?.connId ?? 0}): incorrect policy settings. Unable to initiate.`)];
    case "no keys for any policy":
    case "no pre-shared key":
      return [
        hostname === undefined
          ? isakmpPlain(`No cert, and no keys (public or pre-shared) with remote peer ${peer}`)
          : isakmpPlain(`no pre-shared key based on hostname ${printable(hostname)}!`),
      ];
    case "wrong pre-shared key":
    case "authentication failed":
      return [];
    case "certificate refused":
      return [pki("pki validation", printable(explanation))];
    case "invalid key exchange value":
    case "no response":
    case "malformed message":
    case "peer refused":
    case "deleted":
    case "expired":
    case "limit reached":
    case "internal":
      return [];
  }
}

/** What IOS does not say: the differences one by one, each with the line of ours. */
function diagnosisLines(event: EventOf<"negotiation-failed">): DebugMessage[] {
  const { sentence, differences } = diagnose(event);
  const texts = differences.length === 0 ? [sentence] : differences.map(({ text }) => text);
  return texts.map((text) => (event.sa === undefined ? isakmpPlain(text) : isakmp(event.sa, text)));
}

function deniedText({ role, local, remote, limit }: EventOf<"sa-request-denied">): string {
  const [direction, from, to] =
    role === "responder" ? ["INCOMING", remote, local] : ["OUTGOING", local, remote];
  return `IKE denied an ${direction} SA request from ${from} to ${to} due to ${limit.toUpperCase()} LIMIT REACHED`;
}

function failureLog({
  peer,
  exchange,
  role,
  reason,
  explanation,
  authentication = "pre-share",
}: EventOf<"negotiation-failed">): SyslogMessage[] {
  const failure = modeFailure(
    peer,
    exchange === "quick" ? "Quick" : exchange === "main" ? "Main" : "Aggressive",
  );
  switch (reason) {
    case "no proposal chosen":
    case "proxy mismatch":
    case "invalid key exchange value":
    case "malformed message":
      return [failure];
    case "traffic of another peer":
      return [ownLog(4, "PEERS_CONFLICT", peer, printable(explanation)), failure];
    // The message that gave it away has been logged as a bad one; an initiator has seen none.
    case "wrong pre-shared key":
      return role === "responder" ? [] : [failure];
    case "authentication failed":
      return [
        cryptoLog(
          6,
          "IKMP_AUTH_FAIL",
          peer,
          `Authentication method ${METHODS[authentication]} failed with host ${peer}`,
        ),
        failure,
      ];
    case "certificate refused":
      return [
        cryptoLog(
          5,
          "IKMP_INVAL_CERT",
          peer,
          `Certificate received from ${peer} is bad: certificate invalid`,
        ),
        failure,
      ];
    // The refusal comes in an informational exchange, and that is the mode that IOS names.
    case "peer refused":
      return [modeFailure(peer, "Informational")];
    case "no pre-shared key":
      return [
        cryptoLog(4, "IKMP_NO_PRESHARED_KEY", peer, `Pre-shared key for remote peer at ${peer} is missing`),
        ...(role === "responder" ? [failure] : []),
      ];
    case "internal":
      return [ownLog(3, "IKE_INTERNAL", peer, `Negotiation with ${peer} given up for an internal reason`)];
    // Of a first message that came it has been logged.
    case "aggressive mode disabled":
      return role === "responder" ? [] : [aggressiveModeDisabled(peer)];
    // IOS logs nothing when nobody answers, or when somebody ended it.
    case "no policy can be offered":
    case "no keys for any policy":
    case "no response":
    case "deleted":
    case "expired":
    case "limit reached":
      return [];
  }
}

/** IANA numbers of the methods (RFC 2409 Appendix A). */
const METHODS = { "pre-share": 1, "rsa-sig": 3, "rsa-encr": 4 } as const;

const REASONS: { readonly [reason: string]: string } = {
  "no response": "death by retransmission P1",
  "peer dead": "P1 errcounter exceeded (PEERS_ALIVE_TIMER)",
};
