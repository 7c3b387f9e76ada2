/** What the exchanges of phase 1 share: what is known at each stage, what steps are given, and what they decide. */
import type { Random } from "../../base/random.ts";
import type { Secret } from "../../crypto/secret.ts";
import type { CertificateRequest } from "../../isakmp/payloads/certificate-request.ts";
import type { Identification } from "../../isakmp/payloads/identification.ts";
import type { Notification } from "../../isakmp/payloads/notification.ts";
import type { VendorId } from "../../isakmp/payloads/vendor-id.ts";
import type { Endpoint } from "../../net/ip-address.ts";
import type { Action } from "../action.ts";
import type { Phase1Step, SaReference } from "../events.ts";
import type { Phase1HashInput } from "../keying.ts";
import type { IkePolicy, ProtectionSuite } from "../policy.ts";
import type { Protection } from "../protection.ts";
import type { WireConventions } from "../wire-conventions.ts";
import type { AggressiveModeState } from "./aggressive-mode-state.ts";
import type { Authentication } from "./authentication.ts";
import type { MainModeState } from "./main-mode-state.ts";
import type { NatMethod, NatSituation } from "./nat-traversal.ts";
import type { SuiteChoice } from "./protection-suite.ts";

/** Where a phase 1 stands. */
export type Phase1State = MainModeState | AggressiveModeState | Established;

/** The end of either exchange: what was agreed stays, what led to it is forgotten. */
export interface Established {
  readonly at: "established";
  readonly suite: ProtectionSuite;
}

export interface Agreed {
  readonly choice: SuiteChoice;
  readonly authentication: Authentication;
  readonly SAi_b: Uint8Array;
  /** How NATs are traversed, where both ends can. */
  readonly natMethod: NatMethod | undefined;
}

export interface Exchanged {
  readonly Ni_b: Uint8Array;
  readonly Nr_b: Uint8Array;
  readonly vendorIds: readonly VendorId[];
  readonly nat: NatSituation;
}

export interface Keyed {
  readonly hashInput: Phase1HashInput;
  readonly protection: Protection;
}

/** What has been said of identities and certificates before the proofs. */
export interface Introduced {
  /** The certificates that the peer asks for. */
  readonly requests: readonly CertificateRequest[];
  /** With encrypted nonces these go before the proofs; undefined where they come with them. */
  readonly identities: Identities | undefined;
}

export interface Identities {
  readonly own: Identification;
  readonly peer: Identification;
}

/** The end of phase 1. `initialContact`: the peer says it has no other SA with us. */
export interface Establish {
  readonly do: "establish";
  readonly choice: SuiteChoice;
  /** For a key log. */
  readonly SKEYID: Secret;
  readonly initialContact: boolean;
  /** What the peer proved to be. */
  readonly identity: string;
  /** Told right behind the exchange, where it has no room for them. */
  readonly notifications: readonly Notification[];
}

export interface Phase1Context {
  readonly policy: IkePolicy;
  readonly conventions: WireConventions;
  readonly random: Random;
  readonly sa: SaReference;
  readonly initiatorCookie: Uint8Array;
  readonly responderCookie: Uint8Array;
  /** We have no other ISAKMP SA with this peer. */
  readonly isFirstContact: boolean;
  /** There is a NAT on the way. */
  readonly traversesNat: boolean;
  /** Where the message being handled came in and from. */
  readonly arrival: { readonly local: Endpoint; readonly remote: Endpoint };
  /** The message being handled came encrypted. */
  readonly isProtected: boolean;
  /** Milliseconds since 1970, where the time of day is known. */
  readonly timeOfDay: number | undefined;
}

/** There is a NAT on the way: from here on UDP 4500, and IPsec in UDP (RFC 3947 §4). */
export interface Traverse {
  readonly do: "traverse";
  readonly method: NatMethod;
  readonly situation: NatSituation;
}

export type Phase1Actions = Action<Phase1State, Establish | Traverse>[];

/** The part of a state that all later ones keep. */
export function agreedOf({ choice, authentication, SAi_b, natMethod }: Agreed): Agreed {
  return { choice, authentication, SAi_b, natMethod };
}

/** Thousands of SAs share it. */
export function establishedWith({ suite }: SuiteChoice): Established {
  const known = ESTABLISHED.get(suite);
  if (known !== undefined) return known;
  const made: Established = { at: "established", suite };
  ESTABLISHED.set(suite, made);
  return made;
}

const ESTABLISHED = new WeakMap<ProtectionSuite, Established>();

export function introducedOf({ requests, identities }: Introduced): Introduced {
  return { requests, identities };
}

export interface Awaited {
  readonly step: Phase1Step;
  /** Whether it must come encrypted; undefined leaves it to the peer. */
  readonly encrypted: boolean | undefined;
}

/** What the state waits for. Undefined while a job runs. */
export function awaited(state: Phase1State): Awaited | undefined {
  switch (state.at) {
    case "awaits MM2":
      return { step: "MM2", encrypted: false };
    case "awaits MM3":
      return { step: "MM3", encrypted: false };
    case "awaits MM4":
      return { step: "MM4", encrypted: false };
    case "awaits MM5":
      return { step: "MM5", encrypted: true };
    case "awaits MM6":
      return { step: "MM6", encrypted: true };
    case "awaits AM2":
      return { step: "AM2", encrypted: false };
    case "awaits AM3":
      return { step: "AM3", encrypted: undefined };
    case "generates key pair":
    case "opens MM4":
    case "computes shared secret":
    case "signs MM5":
    case "opens MM3":
    case "computes keys":
    case "signs MM6":
    case "prepares AM1":
    case "prepares AM2":
    case "opens AM1":
    case "opens AM2":
    case "checks AM2":
    case "signs AM2":
    case "signs AM3":
    case "established":
      return undefined;
  }
}
