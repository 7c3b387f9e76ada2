/**
 * What happens in IKE, as values. Everything an operator is ever told (debug lines, syslog, explanations, ladders) is a
 * reading of these; the engine knows nothing of its readers.
 */
import type { Origin } from "../base/origin.ts";
import type { Job } from "../crypto/jobs.ts";
import type { CipherName, GroupId, HashName, SaProtocol, SaSuite } from "../crypto/names.ts";
import type { EncapsulationMode } from "../crypto/transform-set.ts";
import type { Endpoint, IpAddress } from "../net/ip-address.ts";
import type { TrafficSelector } from "../net/selector.ts";
import type { FailureReason, Mismatch, OfferedAttribute } from "./differences.ts";
import type { AuthenticationMethod } from "./policy.ts";

export type { FailureReason, Mismatch, OfferedAttribute } from "./differences.ts";

export type Role = "initiator" | "responder";
export type ExchangeName = "main" | "aggressive" | "quick" | "informational" | "transaction";

/** The exchanges of phase 1. */
export type Phase1Mode = "main" | "aggressive";
export type Phase1Step = "MM1" | "MM2" | "MM3" | "MM4" | "MM5" | "MM6" | "AM1" | "AM2" | "AM3";

/** Which message of its exchange: MM1..MM6, AM1..AM3, QM1..QM3 (QM4 is the CONNECTED of the commit bit), INFO. */
export type Step = Phase1Step | "QM1" | "QM2" | "QM3" | "QM4" | "INFO";

/** The ISAKMP SA an event is about. */
export interface SaReference {
  /** IOS's `conn-id`: 1, 2, …; unique while the gateway runs. */
  readonly connId: number;
  readonly role: Role;
  readonly local: Endpoint;
  readonly remote: Endpoint;
  /** Hexadecimal, 16 digits. */
  readonly initiatorCookie: string;
  /** Zeros until known. */
  readonly responderCookie: string;
}

export interface NegotiatedIpsecSa {
  readonly inboundSpi: number;
  readonly outboundSpi: number;
  readonly connectionId: string;
  readonly selector: TrafficSelector;
  readonly suite: SaSuite;
  /** AH around ESP. */
  readonly ah?: NegotiatedAh | undefined;
  readonly mode: EncapsulationMode;
  readonly lifetimeSeconds: number;
  readonly lifetimeKilobytes: number;
  readonly pfsGroup: GroupId | undefined;
  /** IOS's conn ids of the pair: 2000, 2001, … */
  readonly inboundConnId: number;
  readonly outboundConnId: number;
}

/** The SAs of AH of a bundle. */
export interface NegotiatedAh {
  readonly hash: HashName;
  readonly inboundSpi: number;
  readonly outboundSpi: number;
  readonly inboundConnId: number;
  readonly outboundConnId: number;
}

export type IkeEvent =
  // ── Phase 1 ────────────────────────────────────────────────────────────────────────────────────────────────────
  /** Traffic or the operator asks for an SA and IKE takes the request up. */
  | {
      readonly kind: "negotiation-requested";
      readonly connectionId: string;
      readonly local: Endpoint;
      readonly remote: Endpoint;
    }
  /** A first message of a stranger became an SA. Follows its message-received. */
  | { readonly kind: "phase1-started"; readonly sa: SaReference; readonly exchange: Phase1Mode }
  | {
      readonly kind: "pre-shared-key-found";
      readonly sa: SaReference;
      readonly peer: string;
      readonly origin: Origin | undefined;
    }
  /** One offered transform against one policy of ours. As initiator: the chosen one against what we offered. */
  | {
      readonly kind: "isakmp-transform-checked";
      readonly sa: SaReference;
      readonly transformNumber: number;
      readonly priority: number;
      readonly attributes: readonly OfferedAttribute[];
      readonly accepted: boolean;
      readonly mismatches: readonly Mismatch[];
      /** Payload type that follows: 3 while more transforms come, 0 after the last. */
      readonly nextPayload: number;
    }
  | {
      readonly kind: "skeyid-generated";
      readonly sa: SaReference;
      readonly group: GroupId;
      readonly hash: HashName;
      readonly encryption: CipherName;
    }
  | {
      readonly kind: "vendor-id-received";
      readonly sa: SaReference;
      readonly vendorId: Uint8Array;
      readonly name: string | undefined;
    }
  /** What the NAT-D payloads of both ends say, where both can traverse NATs. */
  | {
      readonly kind: "nat-discovered";
      readonly sa: SaReference;
      /** The text that both ends go by: `RFC 3947`, `draft-ietf-ipsec-nat-t-ike-03`. */
      readonly method: string;
      /** Of the NAT-D payloads. */
      readonly payloadType: number;
      readonly localBehindNat: boolean;
      readonly remoteBehindNat: boolean;
    }
  /** Through a NAT: what is authentic comes from another address or port than before, which are now the SA's. */
  | {
      readonly kind: "peer-moved";
      readonly sa: SaReference;
      readonly from: { readonly local: Endpoint; readonly remote: Endpoint };
    }
  /** The ID payload of ours that goes into MM5, MM6, AM1, AM2. */
  | {
      readonly kind: "identity-built";
      readonly sa: SaReference;
      readonly authentication: AuthenticationMethod;
      readonly identityType: "ID_IPV4_ADDR" | "ID_FQDN" | "ID_USER_FQDN" | "ID_DER_ASN1_DN";
      readonly protocol: number;
      readonly port: number;
      /** Of the identification data. */
      readonly length: number;
    }
  /** A certificate whose key has signed the peer's proof: whether we believe what it says. */
  | {
      readonly kind: "certificate-checked";
      readonly sa: SaReference;
      readonly subject: string;
      readonly approved: boolean;
      /** False where nobody knows the time of day. */
      readonly datesChecked: boolean;
    }
  | { readonly kind: "peer-authenticated"; readonly sa: SaReference; readonly identity: string }
  | {
      readonly kind: "isakmp-sa-established";
      readonly sa: SaReference;
      readonly exchange: Phase1Mode;
      readonly encryption: CipherName;
      readonly hash: HashName;
      readonly group: GroupId;
      readonly authentication: AuthenticationMethod;
      readonly lifetimeSeconds: number;
    }
  | {
      readonly kind: "isakmp-sa-deleted";
      readonly sa: SaReference;
      readonly reason: FailureReason | "replaced" | "cleared" | "peer deleted" | "peer dead";
    }

  // ── Messages ───────────────────────────────────────────────────────────────────────────────────────────────────
  /** Clear bytes on the wire. `retransmission` counts from 1; 0 is the first sending. */
  | {
      readonly kind: "message-sent";
      readonly sa: SaReference;
      readonly exchange: ExchangeName;
      readonly step: Step;
      readonly messageId: number;
      readonly retransmission: number;
      readonly length: number;
    }
  | {
      readonly kind: "message-received";
      readonly sa: SaReference;
      readonly exchange: ExchangeName;
      readonly step: Step;
      readonly messageId: number;
      readonly length: number;
    }
  /** We know this message and have answered it: the answer goes out again. A message-sent follows. */
  | {
      readonly kind: "repeat-received";
      readonly sa: SaReference;
      readonly exchange: ExchangeName;
      readonly step: Step;
      readonly messageId: number;
    }
  | {
      readonly kind: "payload-processing";
      readonly sa: SaReference;
      readonly payload: "SA" | "KE" | "NONCE" | "ID" | "HASH" | "CERT" | "SIG" | "NOTIFY" | "DELETE";
      readonly messageId: number;
    }
  /** A long message went out in pieces, or has come in pieces and is whole. A message-sent or message-received follows. */
  | {
      readonly kind: "message-fragmented";
      readonly sa: SaReference;
      readonly fragments: number;
      /** Of the whole, in octets. */
      readonly length: number;
    }
  | { readonly kind: "message-assembled"; readonly sa: SaReference; readonly length: number }
  /** A received message is done with; an answer may follow. */
  | {
      readonly kind: "message-processed";
      readonly sa: SaReference;
      readonly exchange: ExchangeName;
      readonly step: Step;
      readonly messageId: number;
    }
  /** A message that changes nothing, and why. `sa` where one was found. */
  | {
      readonly kind: "message-dropped";
      readonly sa: SaReference | undefined;
      readonly local: Endpoint;
      readonly remote: Endpoint;
      readonly reason:
        | "malformed"
        | "unknown cookies"
        | "not encrypted"
        /** Of phase 2, before phase 1 is authenticated. */
        | "not authenticated"
        | "undecryptable"
        | "unexpected"
        | "limit"
        | "disabled"
        | "version"
        | "hash mismatch"
        | "busy"
        /** A first message of a peer whose proof has just failed. */
        | "refused before"
        | "aggressive mode disabled"
        | "replayed";
      readonly detail: string;
    }

  // ── Phase 2 ────────────────────────────────────────────────────────────────────────────────────────────────────
  | {
      readonly kind: "quick-mode-started";
      readonly sa: SaReference;
      readonly messageId: number;
      readonly role: Role;
    }
  /** One offered ESP transform against our transform sets. */
  | {
      readonly kind: "ipsec-transform-checked";
      readonly sa: SaReference;
      readonly messageId: number;
      readonly proposalNumber: number;
      readonly transformNumber: number;
      /** DOI name: `ESP_3DES`, `AH_SHA`, or `unknown (n)`. */
      readonly transform: string;
      readonly attributes: readonly OfferedAttribute[];
      readonly accepted: boolean;
      readonly mismatches: readonly Mismatch[];
    }
  /** Accepted by attributes; now proxies and transform are shown to IPsec. */
  | {
      readonly kind: "ipsec-proposal-validated";
      readonly sa: SaReference;
      readonly messageId: number;
      readonly proposalNumber: number;
      readonly selector: TrafficSelector;
      /** From the outside in. */
      readonly suites: readonly SaSuite[];
      readonly accepted: boolean;
    }
  | {
      readonly kind: "spi-allocated";
      readonly sa: SaReference;
      readonly messageId: number;
      /** Ours, from the outside in. */
      readonly spis: readonly number[];
      /** What each is for. */
      readonly protocols: readonly SaProtocol[];
    }
  | {
      readonly kind: "ipsec-sas-created";
      readonly sa: SaReference;
      readonly messageId: number;
      readonly role: Role;
      readonly negotiated: NegotiatedIpsecSa;
    }
  | {
      readonly kind: "exchange-finished";
      readonly sa: SaReference;
      readonly exchange: "quick" | "informational";
      readonly messageId: number;
      readonly role: Role;
      readonly failed: boolean;
    }
  /** The memory of a finished quick mode is given up. */
  | { readonly kind: "exchange-purged"; readonly sa: SaReference; readonly messageId: number }

  // ── Informational ──────────────────────────────────────────────────────────────────────────────────────────────
  | {
      readonly kind: "notify-sent";
      readonly sa: SaReference;
      readonly notifyType: number;
      readonly isProtected: boolean;
    }
  | {
      readonly kind: "notify-received";
      readonly sa: SaReference;
      readonly notifyType: number;
      readonly isProtected: boolean;
      readonly spi: Uint8Array;
    }
  | {
      readonly kind: "delete-sent";
      readonly sa: SaReference;
      readonly protocol: "isakmp" | "esp" | "ah";
      readonly spis: readonly string[];
    }
  | {
      readonly kind: "delete-received";
      readonly sa: SaReference;
      readonly protocol: "isakmp" | "esp" | "ah";
      readonly spis: readonly string[];
    }
  | {
      readonly kind: "initial-contact-received";
      readonly sa: SaReference;
      readonly removedConnIds: readonly number[];
    }

  /** A peer has not answered whether it is there, `count` times in a row. */
  | {
      readonly kind: "dpd-unanswered";
      readonly sa: SaReference;
      readonly count: number;
      readonly retriesMax: number;
    }
  /** Nor will it be asked again: all SAs with it go. */
  | { readonly kind: "peer-dead"; readonly sa: SaReference; readonly retries: number }

  // ── Ends ───────────────────────────────────────────────────────────────────────────────────────────────────────
  /**
   * A negotiation failed for good. `explanation` is one sentence that names the difference, and the line of ours it is
   * about; `mismatches` are the same as data.
   */
  | {
      readonly kind: "negotiation-failed";
      readonly sa: SaReference | undefined;
      readonly peer: IpAddress;
      readonly exchange: Phase1Mode | "quick";
      readonly role: Role;
      readonly reason: FailureReason;
      /** Of phase 1, where one was agreed on. */
      readonly authentication?: AuthenticationMethod;
      /** What the peer says it is, where a key was looked for by that name. */
      readonly hostname?: string;
      readonly mismatches: readonly Mismatch[];
      readonly origin: Origin | undefined;
      readonly explanation: string;
    }
  | {
      readonly kind: "job-started";
      readonly sa: SaReference;
      readonly job: Job["kind"];
      /** Of a Diffie-Hellman exchange. */
      readonly group: GroupId | undefined;
    }
  | {
      readonly kind: "job-finished";
      readonly sa: SaReference;
      readonly job: Job["kind"];
      readonly succeeded: boolean;
    }
  /** One more ISAKMP SA would exceed what the configuration allows: it is not begun. */
  | {
      readonly kind: "sa-request-denied";
      /** Responder: the peer has asked. */
      readonly role: Role;
      readonly local: IpAddress;
      readonly remote: IpAddress;
      readonly limit: "ike sa" | "in-negotiation sa";
      readonly maximum: number;
      readonly origin: Origin | undefined;
    }
  /** Our own mistake, caught; tests fail on it. */
  | { readonly kind: "bug"; readonly detail: string };
