/** The states of aggressive mode: named for what is done or awaited, each with what is known by then and nothing else. */
import type { CertificateRequest } from "../../isakmp/payloads/certificate-request.ts";
import type { Identification } from "../../isakmp/payloads/identification.ts";
import type { SecurityAssociation } from "../../isakmp/payloads/security-association.ts";
import type { VendorId } from "../../isakmp/payloads/vendor-id.ts";
import type { ProtectionSuite } from "../policy.ts";
import type { Authentication } from "./authentication.ts";
import type { NatSituation } from "./nat-traversal.ts";
import type { Agreed, Exchanged, Keyed } from "./phase1-state.ts";
import type { OwnProof, PeerProof } from "./proof.ts";

export type AggressiveModeState =
  | ({ readonly at: "prepares AM1" } & Offered)
  | ({ readonly at: "awaits AM2"; readonly SAi_b: Uint8Array; readonly gxi: Uint8Array } & Offered)
  | ({ readonly at: "opens AM2"; readonly privateValue: Uint8Array } & Agreed &
      Omit<Exchanged, "Nr_b"> &
      Omit<Answered, "IDir">)
  | ({ readonly at: "checks AM2" } & Agreed & Exchanged & Answered)
  | ({
      readonly at: "signs AM3";
      readonly proof: OwnProof;
      readonly nat: NatSituation;
      readonly identity: string;
    } & Agreed &
      Keyed)
  | ({ readonly at: "opens AM1"; readonly vendorIds: readonly VendorId[] } & Agreed & Omit<Asked, "IDii">)
  | ({ readonly at: "prepares AM2" } & Agreed & Exchanged & Stranger & Asked)
  | ({
      readonly at: "signs AM2";
      readonly proof: OwnProof;
      readonly Nr_b: Uint8Array;
      readonly gxr: Uint8Array;
    } & Agreed &
      Keyed &
      Stranger &
      Asked)
  | ({ readonly at: "awaits AM3"; readonly IDii: Identification } & Agreed & Keyed & Stranger);

/** What an initiator has decided before it says anything. */
export interface Offered {
  /** All of one group, whose public value goes with them. */
  readonly suites: readonly ProtectionSuite[];
  readonly authentication: Authentication;
  readonly id: Identification;
  readonly nonce: Uint8Array;
  readonly privateValue: Uint8Array;
}

/** What AM2 says. */
export interface Answered {
  readonly gxi: Uint8Array;
  readonly gxr: Uint8Array;
  readonly id: Identification;
  readonly IDir: Identification;
  readonly proof: PeerProof;
}

/** What AM1 says. */
export interface Asked {
  readonly SA: SecurityAssociation;
  readonly gxi: Uint8Array;
  readonly IDii: Identification;
  readonly requests: readonly CertificateRequest[];
}

export interface Stranger {
  /** There is no key for who the peer says it is: it gets an answer that it cannot tell from another, made with a random key. */
  readonly isStranger: boolean;
}
