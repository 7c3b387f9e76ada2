/** An ISAKMP SA from its first message on: phase 1 while it lasts, then what its quick modes stand on. */
import { type Few, few, itemsOf } from "../base/few.ts";
import { concat, hex, isZero, packed, unpacked } from "../base/octets.ts";
import type { Instant } from "../base/time.ts";
import { COOKIE_LENGTH } from "../isakmp/header.ts";
import type { Proposal } from "../isakmp/payloads/proposal.ts";
import type { Endpoint, IpAddress } from "../net/ip-address.ts";
import { Conversation, NO_IVS } from "./conversation.ts";
import type { Liveness } from "./dead-peer-detection.ts";
import type { Phase1Mode, Role, SaReference } from "./events.ts";
import type { FragmentSet } from "./fragmentation.ts";
import type { UnknownSpi } from "./invalid-spi.ts";
import { type NatMethod, type NatSituation, peerMayMove } from "./phase1/nat-traversal.ts";
import type { Phase1State } from "./phase1/phase1-state.ts";
import type { QuickModeRequest, QuickModeState } from "./phase2/quick-mode-state.ts";
import type { Protection } from "./protection.ts";
import type { InboundSpis } from "./spi-table.ts";
import { type IkeAlarm, UNSET_ALARM } from "./timers.ts";

/** Somebody's wish for a pair of IPsec SAs with a peer. */
export interface WaitingRequest extends QuickModeRequest {
  readonly peer: IpAddress;
  /** Our SPIs that it will have; undefined draws them when it comes to that. */
  readonly spis: InboundSpis | undefined;
}

/** Its alarm is for the message that it repeats, and once it is finished for the end of its memory. */
export class QuickModeExchange extends Conversation implements IkeAlarm {
  readonly sa: IsakmpSa;
  readonly messageId: number;
  readonly role: Role;
  readonly request: WaitingRequest | undefined;
  readonly startedAt: Instant;
  state: QuickModeState | undefined;
  /** Those of ours that it has taken. */
  spis: InboundSpis | undefined;
  /** As responder: the first proposal, whose SPI names the exchange in a refusal. */
  firstOffered: Proposal | undefined;
  /** The inbound SA is installed and not yet confirmed by QM3. */
  isInstalled = false;
  alarmAt = UNSET_ALARM.alarmAt;
  alarmOrder = UNSET_ALARM.alarmOrder;
  alarmPlace = UNSET_ALARM.alarmPlace;
  alarmWhy = UNSET_ALARM.alarmWhy;

  constructor(
    sa: IsakmpSa,
    messageId: number,
    role: Role,
    request: WaitingRequest | undefined,
    startedAt: Instant,
  ) {
    super();
    this.sa = sa;
    this.messageId = messageId;
    this.role = role;
    this.request = request;
    this.startedAt = startedAt;
  }

  get isFinished(): boolean {
    return this.state?.at === "finished";
  }
}

/** A deadline of an ISAKMP SA beside that of its life: for the message that it repeats, the NAT on the way, and whether its peer is there. */
export class SaAlarm implements IkeAlarm {
  readonly about: "repeating" | "keepalive" | "watch";
  readonly sa: IsakmpSa;
  alarmAt = UNSET_ALARM.alarmAt;
  alarmOrder = UNSET_ALARM.alarmOrder;
  alarmPlace = UNSET_ALARM.alarmPlace;
  alarmWhy = UNSET_ALARM.alarmWhy;

  constructor(about: SaAlarm["about"], sa: IsakmpSa) {
    this.about = about;
    this.sa = sa;
  }
}

/** What phase 1 needs until the peer has gone on to phase 2. */
export class Phase1Conversation extends Conversation {
  /** The peer has shown which phase 1 IV it chains to: repeats of its last phase 1 message no longer move it. */
  isChainFixed = false;
  /** As responder: fifth messages that did not authenticate. */
  failedProofs = 0;
  /** What came without proof from the peer's address while phase 1 lasted; for explanations alone. */
  hints: readonly string[] = NO_HINTS;
}

/** Its own alarm is for the end of its life. */
export class IsakmpSa implements IkeAlarm {
  readonly connId: number;
  readonly role: Role;
  /** Of its phase 1. */
  readonly mode: Phase1Mode;
  local: Endpoint;
  remote: Endpoint;
  /** Where the message being handled came in and from; taken over once it has proven authentic. */
  arrival: { readonly local: Endpoint; readonly remote: Endpoint } | undefined;
  /** There is a NAT on the way. */
  nat: { readonly method: NatMethod; readonly situation: NatSituation } | undefined;
  #cookies: string;
  readonly createdAt: Instant;
  state: Phase1State | undefined;
  /** Known as soon as keys are; phase 2 needs `isEstablished` besides. */
  protection: Protection | undefined;
  isEstablished = false;
  establishedAt: Instant | undefined;
  /** When the peer last said something authentic; undefined before the end of phase 1. */
  lastHeardAt: Instant | undefined;
  expiresAt: Instant | undefined;
  #phase2BaseIv = "";
  formerBaseIvs: readonly Uint8Array[] = NO_IVS;
  /** Undefined while there are none, as most of the time. */
  #exchanges: Map<number, QuickModeExchange> | undefined;
  /** What the peer proved to be in phase 1, for people and for telling two peers behind one NAT apart. */
  identity = "";
  /** Of quick modes of both ends: none is used twice. */
  #usedMessageIds: Few<number>;
  /** Of informational exchanges: the latest. Older ones do no harm when they are repeated. */
  #informationalIds: readonly number[] = NONE;
  /** Of the last R-U-THERE (RFC 3706 §5.4); undefined before the first. */
  lastRUThere: number | undefined;
  /** Undefined where nobody looks after it. */
  liveness: Liveness | undefined;
  /** What the peer said in phase 1 that it can: to be asked whether it is there, */
  peerKnowsDpd = false;
  /** and to take messages in pieces. */
  peerKnowsFragments = false;
  /** It was begun to tell the peer that this SPI of its ESP stands for nothing. */
  invalidSpi: UnknownSpi | undefined;
  /** Of a message that comes in pieces. */
  fragments: FragmentSet | undefined;
  /** Of the last message that went in pieces. */
  lastFragmentId = 0;
  /** As initiator: what waits for phase 1 to finish. */
  waiting: readonly WaitingRequest[] = NO_REQUESTS;
  /** Undefined once nothing of it is needed, as most of the time. */
  #phase1: Phase1Conversation | undefined;
  #repeating: SaAlarm | undefined;
  #keepalive: SaAlarm | undefined;
  #watch: SaAlarm | undefined;
  alarmAt = UNSET_ALARM.alarmAt;
  alarmOrder = UNSET_ALARM.alarmOrder;
  alarmPlace = UNSET_ALARM.alarmPlace;
  alarmWhy = UNSET_ALARM.alarmWhy;

  constructor(options: {
    readonly connId: number;
    readonly role: Role;
    readonly mode: Phase1Mode;
    readonly local: Endpoint;
    readonly remote: Endpoint;
    readonly initiatorCookie: Uint8Array;
    readonly responderCookie: Uint8Array;
    readonly createdAt: Instant;
  }) {
    this.connId = options.connId;
    this.role = options.role;
    this.mode = options.mode;
    this.local = options.local;
    this.remote = options.remote;
    this.#cookies = packed(concat(options.initiatorCookie, options.responderCookie));
    this.createdAt = options.createdAt;
  }

  /** Its ends are those of the last authentic message: in phase 1 both change to port 4500, later only a NAT moves a peer. */
  get followsPeer(): boolean {
    if (this.nat === undefined) return false;
    return !this.isEstablished || peerMayMove(this.nat.situation);
  }

  reference(): SaReference {
    const { connId, role, local, remote } = this;
    return {
      connId,
      role,
      local,
      remote,
      initiatorCookie: hex(this.initiatorCookie),
      responderCookie: hex(this.responderCookie),
    };
  }

  /** Both, packed: what it is found by. */
  get cookies(): string {
    return this.#cookies;
  }

  get initiatorCookie(): Uint8Array {
    return unpacked(this.#cookies.slice(0, COOKIE_LENGTH));
  }

  get responderCookie(): Uint8Array {
    return unpacked(this.#cookies.slice(COOKIE_LENGTH));
  }

  set responderCookie(cookie: Uint8Array) {
    this.#cookies = packed(concat(this.initiatorCookie, cookie));
  }

  /** Its other alarms are made when they are first set. */
  get repeating(): SaAlarm {
    this.#repeating ??= new SaAlarm("repeating", this);
    return this.#repeating;
  }

  get keepalive(): SaAlarm {
    this.#keepalive ??= new SaAlarm("keepalive", this);
    return this.#keepalive;
  }

  get watch(): SaAlarm {
    this.#watch ??= new SaAlarm("watch", this);
    return this.#watch;
  }

  /** All that there are. */
  get alarms(): readonly (IsakmpSa | SaAlarm)[] {
    const others = [this.#repeating, this.#keepalive, this.#watch].filter((alarm) => alarm !== undefined);
    return [this, ...others];
  }

  /** Last block of phase 1: every message id's IV is derived from it (RFC 2409 App. B). */
  get phase2BaseIv(): Uint8Array {
    return unpacked(this.#phase2BaseIv);
  }

  set phase2BaseIv(iv: Uint8Array) {
    this.#phase2BaseIv = packed(iv);
  }

  /** By message id. */
  get exchanges(): ReadonlyMap<number, QuickModeExchange> {
    return this.#exchanges ?? NO_EXCHANGES;
  }

  addExchange(exchange: QuickModeExchange): void {
    this.#exchanges ??= new Map();
    this.#exchanges.set(exchange.messageId, exchange);
  }

  removeExchange(messageId: number): void {
    this.#exchanges?.delete(messageId);
    if (this.#exchanges?.size === 0) this.#exchanges = undefined;
  }

  get usedMessageIds(): readonly number[] {
    return itemsOf(this.#usedMessageIds);
  }

  hasUsed(messageId: number): boolean {
    return this.usedMessageIds.includes(messageId) || this.#informationalIds.includes(messageId);
  }

  useMessageId(messageId: number): void {
    this.#usedMessageIds = few(this.usedMessageIds.concat(messageId));
  }

  rememberInformational(messageId: number): void {
    this.#informationalIds = this.#informationalIds.concat(messageId).slice(-INFORMATIONAL_IDS_MAX);
  }

  /** The peer has gone on to phase 2, so it has our last message of phase 1: what would repeat it is not needed any more. */
  forgetPhase1(): void {
    if (this.#phase1?.outstanding !== undefined) return;
    this.#phase1 = undefined;
    this.#repeating = undefined;
  }

  /** With nothing in it where it has been forgotten. */
  get phase1(): Phase1Conversation {
    this.#phase1 ??= new Phase1Conversation();
    return this.#phase1;
  }

  /** What waited, which it then no longer does. */
  takeWaiting(): readonly WaitingRequest[] {
    const { waiting } = this;
    this.waiting = NO_REQUESTS;
    return waiting;
  }

  get knowsResponderCookie(): boolean {
    return !isZero(this.responderCookie);
  }

  get runningExchanges(): number {
    let running = 0;
    for (const exchange of this.exchanges.values()) if (!exchange.isFinished) running += 1;
    return running;
  }
}

const INFORMATIONAL_IDS_MAX = 512;
/** Thousands of idle SAs share what is empty. */
const NONE: readonly number[] = [];
const NO_REQUESTS: readonly WaitingRequest[] = [];
const NO_HINTS: readonly string[] = [];
const NO_EXCHANGES: ReadonlyMap<number, QuickModeExchange> = new Map();
