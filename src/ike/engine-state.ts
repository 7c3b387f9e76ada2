/** What the parts of the engine share: its SAs, deadlines and numbers, and the list of outputs that is being made. */
import { equal, hex, isZero } from "../base/octets.ts";
import type { Random } from "../base/random.ts";
import type { Instant } from "../base/time.ts";
import type { Job } from "../crypto/jobs.ts";
import { COOKIE_LENGTH } from "../isakmp/header.ts";
import { type Endpoint, isSameEndpoint } from "../net/ip-address.ts";
import { Admission } from "./admission.ts";
import { ConnectionTable } from "./connection-table.ts";
import type { Conversation } from "./conversation.ts";
import type { IkeOutput } from "./engine-contract.ts";
import type { IkeEvent } from "./events.ts";
import { FailureMemory } from "./failure-memory.ts";
import type { IsakmpSa, QuickModeExchange, SaAlarm } from "./isakmp-sa.ts";
import type { IkeLimits } from "./limits.ts";
import type { IkePolicy } from "./policy.ts";
import { SaTable } from "./sa-table.ts";
import { SpiTable } from "./spi-table.ts";
import { Timers } from "./timers.ts";
import type { WireConventions } from "./wire-conventions.ts";

/** Whose exchange something is about: phase 1 of an SA, or one of its quick modes. */
export interface Owner {
  readonly sa: IsakmpSa;
  readonly exchange: QuickModeExchange | undefined;
}

interface RunningJob extends Owner {
  readonly kind: Job["kind"];
}

export class EngineState {
  #policy: IkePolicy;
  #connections: ConnectionTable;
  readonly random: Random;
  readonly limits: IkeLimits;
  readonly conventions: WireConventions;
  readonly exportKeys: boolean;
  /** Milliseconds since 1970 at instant 0, where the time of day is known. */
  wallClockAtStart: number | undefined;
  readonly table = new SaTable();
  readonly timers = new Timers<IsakmpSa | SaAlarm | QuickModeExchange>();
  readonly jobs = new Map<number, RunningJob>();
  readonly spis = new SpiTable();
  readonly failures: FailureMemory;
  readonly admission: Admission;
  /** Of the input being handled. */
  now: Instant;
  #outputs: IkeOutput[] = [];
  /** Our end of the last SA: most have the same. */
  #lastLocal: Endpoint | undefined;
  #nextConnId = 1;
  /** IOS numbers its IPsec connections from 2000 on. */
  #nextIpsecConnId = 2000;
  #nextJobId = 1;
  #notifiesLeft = 0;
  #notifySecond = -1;

  constructor(options: {
    readonly policy: IkePolicy;
    readonly random: Random;
    readonly limits: IkeLimits;
    readonly conventions: WireConventions;
    readonly exportKeys: boolean;
    readonly wallClockAtStart: number | undefined;
    readonly now: Instant;
  }) {
    this.#policy = options.policy;
    this.#connections = new ConnectionTable(options.policy.connections);
    this.random = options.random;
    this.limits = options.limits;
    this.failures = new FailureMemory(options.limits);
    this.admission = new Admission(options.limits);
    this.conventions = options.conventions;
    this.exportKeys = options.exportKeys;
    this.wallClockAtStart = options.wallClockAtStart;
    this.now = options.now;
  }

  get policy(): IkePolicy {
    return this.#policy;
  }

  set policy(policy: IkePolicy) {
    this.#policy = policy;
    this.#connections = new ConnectionTable(policy.connections);
  }

  /** Those of the policy. */
  get connections(): ConnectionTable {
    return this.#connections;
  }

  /** Milliseconds since 1970, where it is known. */
  get timeOfDay(): number | undefined {
    return this.wallClockAtStart === undefined ? undefined : this.wallClockAtStart + this.now;
  }

  /** The ends of a new SA, of what is kept already where that says the same: each message comes with copies. */
  keptEnds(
    local: Endpoint,
    { address, port }: Endpoint,
  ): { readonly local: Endpoint; readonly remote: Endpoint } {
    if (this.#lastLocal === undefined || !isSameEndpoint(this.#lastLocal, local)) this.#lastLocal = local;
    return { local: this.#lastLocal, remote: { address: this.connections.textOf(address), port } };
  }

  output(output: IkeOutput): void {
    this.#outputs.push(output);
  }

  emit(event: IkeEvent): void {
    if (event.kind === "negotiation-failed")
      this.failures.remember(this.now, event, this.connections.hasPeer(event.peer));
    this.#outputs.push({ kind: "event", event });
  }

  send(local: Endpoint, remote: Endpoint, bytes: Uint8Array): void {
    // `no crypto isakmp enable`: not even a repeat.
    if (this.policy.enabled) this.#outputs.push({ kind: "send", local, remote, bytes });
  }

  takeOutputs(): readonly IkeOutput[] {
    const outputs = this.#outputs;
    this.#outputs = [];
    return outputs;
  }

  dropped(
    owner: IsakmpSa | undefined,
    local: Endpoint,
    remote: Endpoint,
    reason: Extract<IkeEvent, { kind: "message-dropped" }>["reason"],
    detail: string,
  ): void {
    this.emit({ kind: "message-dropped", sa: owner?.reference(), local, remote, reason, detail });
  }

  takeConnId(): number {
    return this.#nextConnId++;
  }

  takeIpsecConnIds(): { readonly inbound: number; readonly outbound: number } {
    const inbound = this.#nextIpsecConnId;
    this.#nextIpsecConnId += 2;
    return { inbound, outbound: inbound + 1 };
  }

  /** Never all zeros: that stands for "not known yet" (RFC 2408 §2.5.3). */
  takeCookie(purpose: "initiator cookie" | "responder cookie"): Uint8Array {
    for (;;) {
      const cookie = this.random.bytes(purpose, COOKIE_LENGTH);
      if (!isZero(cookie)) return cookie;
    }
  }

  /** Random, not zero, not used under this SA (RFC 2408 §3.1). */
  takeMessageId(sa: IsakmpSa): number {
    for (;;) {
      const octets = this.random.bytes("message id", 4);
      const messageId = new DataView(octets.buffer, octets.byteOffset, 4).getUint32(0);
      if (messageId !== 0 && !sa.hasUsed(messageId)) return messageId;
    }
  }

  /**
   * The peer has said something authentic. Through a NAT its address and port are those of the last such message (RFC 3947
   * §7), never those of one that proves nothing.
   */
  heard(sa: IsakmpSa): void {
    sa.lastHeardAt = this.now;
    if (sa.isEstablished) sa.forgetPhase1();
    if (sa.followsPeer && sa.arrival !== undefined) this.follow(sa, sa.arrival);
    if (sa.isEstablished) sa.arrival = undefined;
  }

  /** The SA's ends are these now. */
  follow(sa: IsakmpSa, to: { readonly local: Endpoint; readonly remote: Endpoint }): void {
    const from = { local: sa.local, remote: sa.remote };
    if (isSameEndpoint(from.local, to.local) && isSameEndpoint(from.remote, to.remote)) return;
    this.table.move(sa, to.local, to.remote);
    if (from.remote.address !== to.remote.address)
      this.spis.move(from.remote.address, to.remote.address, sa.identity);
    this.emit({ kind: "peer-moved", sa: sa.reference(), from });
    const localAddress = to.local.address;
    this.output({ kind: "peer-moved", localAddress, from: from.remote, to: to.remote });
  }

  /** With as many half-open SAs as the configuration allows, where it allows more than we would. */
  get halfOpenLimits(): IkeLimits {
    const configured = this.policy.admission.maximumInNegotiation?.value ?? 0;
    return { ...this.limits, halfOpenMax: Math.max(this.limits.halfOpenMax, configured) };
  }

  /** False when too many jobs are under way: the message that needs one is better dropped and repeated by its sender. */
  get hasRoomForJob(): boolean {
    return this.jobs.size < this.limits.jobsMax;
  }

  /** The same for the first message of a stranger, whoever it says it is: what is under way must stay able to go on. */
  get hasRoomForStrangersJob(): boolean {
    let strangers = 0;
    for (const { sa } of this.jobs.values())
      if (sa.mode === "aggressive" && sa.role === "responder") strangers += 1;
    return this.hasRoomForJob && strangers < this.limits.strangersJobsMax;
  }

  startJob(owner: Owner, job: Job): void {
    const id = this.#nextJobId++;
    this.jobs.set(id, { ...owner, kind: job.kind });
    (owner.exchange ?? owner.sa.phase1).jobId = id;
    const group = "group" in job ? job.group : undefined;
    this.emit({ kind: "job-started", sa: owner.sa.reference(), job: job.kind, group });
    this.#outputs.push({ kind: "start-job", id, job });
  }

  cancelJob(conversation: Conversation): void {
    const id = conversation.jobId;
    if (id === undefined) return;
    conversation.jobId = undefined;
    if (this.jobs.delete(id)) this.#outputs.push({ kind: "cancel-job", id });
  }

  /** Whether one more notification may go to somebody who has proven nothing. */
  mayNotifyStranger(): boolean {
    const second = Math.floor(this.now / 1000);
    if (second !== this.#notifySecond) {
      this.#notifySecond = second;
      this.#notifiesLeft = this.limits.strangerNotifiesPerSecond;
    }
    if (this.#notifiesLeft === 0) return false;
    this.#notifiesLeft -= 1;
    return true;
  }
}

export function sameCookies(sa: IsakmpSa, spi: Uint8Array): boolean {
  return hex(spi) === hex(sa.initiatorCookie) + hex(sa.responderCookie);
}

export function sameBytes(a: Uint8Array, b: Uint8Array | undefined): boolean {
  return b !== undefined && equal(a, b);
}
