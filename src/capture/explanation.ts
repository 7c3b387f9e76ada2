/** What `skeyid explain` finds out about a capture, as plain data that JSON can carry. */
import type { CaptureFormat } from "./capture-file.ts";
import type { DissectionNode } from "./dissection.ts";
import type { HashCheck } from "./hash-check.ts";

export interface Explanation {
  /** Undefined where the file is no capture; `problem` says so. */
  readonly format: CaptureFormat | undefined;
  /** Frames read, others' traffic included. */
  readonly frameCount: number;
  readonly entries: readonly Entry[];
  /** Remarks that belong to no entry. */
  readonly notes: readonly string[];
  /** Where and why the file breaks off. */
  readonly problem: Problem | undefined;
}

export type Entry = IsakmpEntry | EspEntry | AhEntry | KeepaliveEntry | MalformedEntry;

/** Something malformed, and where. */
export interface Problem {
  readonly reason: string;
  /** Dotted name of the field: `SA.proposal[0].length`. */
  readonly path: string;
  /** Octets from the start of the message, frame or file. */
  readonly offset: number;
}

interface EntryBase {
  /** Number of the frame as Wireshark counts. */
  readonly frame: number;
  /** Since the first frame. */
  readonly timeMicroseconds: number;
  /** `192.0.2.1:500`, or the address alone. */
  readonly source: string;
  readonly destination: string;
}

export interface IsakmpEntry extends EntryBase {
  readonly kind: "isakmp";
  /** `MM1`, `QM2`, `INFO`. */
  readonly label: string;
  readonly exchange: string;
  readonly length: number;
  /** Behind a non-ESP marker. */
  readonly hasMarker: boolean;
  /** The frame whose message this one repeats octet by octet. */
  readonly repeats: number | undefined;
  /** The frames whose fragments this message was put together from. */
  readonly assembledFrom: readonly number[];
  readonly protection: MessageProtection;
  /** Header and payloads, empty for a repeat. Every octet is in one leaf. */
  readonly nodes: readonly DissectionNode[];
  readonly checks: readonly HashCheck[];
  readonly problems: readonly Problem[];
  /** Octets that were announced by the IP or UDP header and not captured. */
  readonly missing: number;
}

export type MessageProtection =
  | { readonly kind: "clear" }
  /** Not looked into again. */
  | { readonly kind: "repeated" }
  | { readonly kind: "decrypted"; readonly cipher: string }
  | { readonly kind: "closed"; readonly why: string };

export interface EspEntry extends EntryBase {
  readonly kind: "esp";
  readonly spi: string;
  readonly sequenceNumber: number;
  /** Of the ESP packet. */
  readonly length: number;
  readonly isUdpEncapsulated: boolean;
  readonly icv: {
    readonly result: "verified" | "does not verify" | "not checked";
    readonly why: string | undefined;
  };
  /** The packet inside in a line, or undefined where it cannot be read; `innerProblem` says why. */
  readonly inner: string | undefined;
  readonly innerProblem: string | undefined;
}

export interface AhEntry extends EntryBase {
  readonly kind: "ah";
  readonly spi: string;
  readonly sequenceNumber: number;
  /** Of the AH packet. */
  readonly length: number;
  readonly icvLength: number;
  /** The packet inside in a line, `ESP` where its entry follows; undefined where it cannot be read, and `innerProblem` says why. */
  readonly inner: string | undefined;
  readonly innerProblem: string | undefined;
}

export interface KeepaliveEntry extends EntryBase {
  readonly kind: "keepalive";
}

export interface MalformedEntry extends EntryBase {
  readonly kind: "malformed";
  readonly problem: Problem;
}
