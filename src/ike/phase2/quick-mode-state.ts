/** The states of quick mode, and what its steps are given. */
import type { Random } from "../../base/random.ts";
import type { Payload } from "../../isakmp/payload.ts";
import type { Identification } from "../../isakmp/payloads/identification.ts";
import type { SecurityAssociation } from "../../isakmp/payloads/security-association.ts";
import type { TrafficSelector } from "../../net/selector.ts";
import type { Addresses } from "../../net/transport-checksum.ts";
import type { Action } from "../action.ts";
import type { ConnectionTable } from "../connection-table.ts";
import type { KeyedSa } from "../engine-contract.ts";
import type { NegotiatedIpsecSa, SaReference } from "../events.ts";
import type { NatMethod, NatSituation } from "../phase1/nat-traversal.ts";
import type { Connection } from "../policy.ts";
import type { Protection } from "../protection.ts";
import type { InboundSpis } from "../spi-table.ts";
import type { WireConventions } from "../wire-conventions.ts";
import type { TransformChoice } from "./esp-proposal.ts";

export interface QuickModeRequest {
  readonly connection: Connection;
  readonly selector: TrafficSelector;
}

export type QuickModeState =
  | ({ readonly at: "generates key pair" } & Offered)
  | ({ readonly at: "awaits QM2" } & Offered)
  | ({ readonly at: "computes shared secret" } & Negotiated)
  | ({ readonly at: "computes keys" } & Negotiated & { readonly answer: QuickModeAnswer })
  | {
      readonly at: "awaits QM3";
      readonly pair: NegotiatedIpsecSa;
      readonly outbound: KeyedSa;
      readonly Ni_b: Uint8Array;
      readonly Nr_b: Uint8Array;
      readonly peerCommits: boolean;
    }
  | { readonly at: "awaits CONNECTED"; readonly outbound: KeyedSa }
  | { readonly at: "finished" };

export interface Offered {
  readonly request: QuickModeRequest;
  readonly spis: InboundSpis;
  readonly nonce: Uint8Array;
  readonly privateValue: Uint8Array | undefined;
}

export interface Negotiated {
  readonly connection: Connection;
  readonly selector: TrafficSelector;
  readonly choice: TransformChoice;
  /** Of the packets that the peer sends, if it has told. */
  readonly originalAddresses: Addresses | undefined;
  readonly ownSpis: InboundSpis;
  readonly Ni_b: Uint8Array;
  readonly Nr_b: Uint8Array;
  /** The peer's message with the proposal had the commit bit. */
  readonly peerCommits: boolean;
}

/** What QM2 repeats from QM1. */
export interface QuickModeAnswer {
  readonly SA: SecurityAssociation;
  readonly ids: readonly Identification[];
}

export type QuickModeSpecial =
  | { readonly do: "install"; readonly sa: KeyedSa }
  | { readonly do: "await-connected" }
  | { readonly do: "finish" };

export interface QuickModeContext {
  readonly connections: ConnectionTable;
  readonly conventions: WireConventions;
  readonly random: Random;
  readonly sa: SaReference;
  readonly protection: Protection;
  readonly messageId: number;
  /** The message being handled has the commit bit (RFC 2408 §3.1). */
  readonly peerCommits: boolean;
  /** Where NATs are and how they are traversed, if there is one on the way. */
  readonly nat: { readonly method: NatMethod; readonly situation: NatSituation } | undefined;
  /** Who else behind the peer's NAT has such traffic. */
  readonly takenBehindNat: (selector: TrafficSelector) => string | undefined;
  /** SPIs nobody uses, one more where AH may be around ESP; they are taken. */
  readonly takeSpis: (withAh: boolean) => InboundSpis;
  /** IOS's conn ids for a pair. */
  readonly takeConnIds: () => { readonly inbound: number; readonly outbound: number };
}

export type QuickModeActions = Action<QuickModeState, QuickModeSpecial>[];

/** A decrypted quick mode message, and what its HASH covers besides the message id. */
export interface HashedMessage {
  readonly payloads: readonly Payload[];
  readonly afterHash: Uint8Array;
}

export function awaited(state: QuickModeState): "QM2" | "QM3" | "QM4" | undefined {
  if (state.at === "awaits QM2") return "QM2";
  if (state.at === "awaits CONNECTED") return "QM4";
  return state.at === "awaits QM3" ? "QM3" : undefined;
}
