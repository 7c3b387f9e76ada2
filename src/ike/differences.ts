/** Why negotiations fail, as values: what was offered, attribute by attribute, and what it differs from. */
import type { Origin } from "../base/origin.ts";

/** One attribute of a transform as it came: raw where we do not know it. */
export interface OfferedAttribute {
  /** IANA number of the class. */
  readonly type: number;
  /** Octets of the value; two for the basic form. */
  readonly value: Uint8Array;
  readonly encoding: "basic" | "variable";
}

/** Why an offer was not taken, one difference. Texts are in the words of the configuration: `aes-128`, `group 2`. */
export interface Mismatch {
  readonly attribute:
    | "encryption"
    | "hash"
    | "authentication"
    | "group"
    | "lifetime"
    | "protocol"
    | "transform"
    | "integrity"
    | "mode"
    | "pfs"
    | "proxy"
    | "key"
    | "certificate";
  readonly offered: string;
  readonly accepted: string;
  /** The line of ours that says what we accept. */
  readonly origin: Origin | undefined;
}

export type FailureReason =
  | "no proposal chosen"
  | "no pre-shared key"
  | "no policy can be offered"
  | "no keys for any policy"
  | "aggressive mode disabled"
  | "wrong pre-shared key"
  | "authentication failed"
  | "certificate refused"
  | "proxy mismatch"
  | "traffic of another peer"
  | "invalid key exchange value"
  | "no response"
  | "malformed message"
  | "peer refused"
  | "deleted"
  | "expired"
  | "limit reached"
  | "internal";
