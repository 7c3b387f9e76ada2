/**
 * The IKEv1 engine: a function of its inputs. It finds the SA and the exchange that an input is about and hands it to
 * phase 1 (`phase1-driver.ts`), phase 2 (`phase2-driver.ts`) or `informational.ts`; deadlines and jobs come back the same
 * way. It never throws for what a peer sends.
 */
import { MalformedError, tolerant } from "../base/errors.ts";
import { isZero } from "../base/octets.ts";
import type { Random } from "../base/random.ts";
import { type Deadline, type Instant, instant } from "../base/time.ts";
import type { JobResult } from "../crypto/jobs.ts";
import { decodeHeader, FLAG_ENCRYPTION, type IsakmpHeader } from "../isakmp/header.ts";
import { EXCHANGE_TYPE } from "../isakmp/numbers/exchange-type.ts";
import { nameOf } from "../isakmp/numbers/registry.ts";
import { type Endpoint, isSameEndpoint } from "../net/ip-address.ts";
import { lookAfterPeer, watchPeer, weighTraffic } from "./dead-peer-detection.ts";
import type { IkeInput, IkeOutput } from "./engine-contract.ts";
import { EngineState } from "./engine-state.ts";
import { keepAlive } from "./establishment.ts";
import { collectFragment, isFragment } from "./fragmentation.ts";
import { receiveInformational } from "./informational.ts";
import { recoverFromInvalidSpi } from "./invalid-spi.ts";
import { IsakmpSa, QuickModeExchange } from "./isakmp-sa.ts";
import { DEFAULT_IKE_LIMITS, type IkeLimits } from "./limits.ts";
import { deleteIpsecSa, deleteIsakmpSa } from "./notices.ts";
import type { Phase1State } from "./phase1/phase1-state.ts";
import { refuseAggressiveMode } from "./phase1-admission.ts";
import { askForProof, phase1JobDone, phase1ModeOf, receiveFirst, receivePhase1 } from "./phase1-driver.ts";
import { phase1Unanswered } from "./phase1-endings.ts";
import { armLife, lifeDue } from "./phase1-renewal.ts";
import { phase2JobDone, phase2Over, receivePhase2 } from "./phase2-driver.ts";
import { giveBackSpis } from "./phase2-failures.ts";
import type { IkePolicy, ProtectionSuite } from "./policy.ts";
import { request } from "./requests.ts";
import { forget } from "./sa-lifecycle.ts";
import { repeatOutstanding } from "./sending.ts";
import type { InboundSpis } from "./spi-table.ts";
import type { IkeView, IsakmpSaView } from "./view.ts";
import { IOS_CONVENTIONS, type WireConventions } from "./wire-conventions.ts";

export interface IkeEngineOptions {
  readonly policy: IkePolicy;
  readonly random: Random;
  readonly limits?: Partial<IkeLimits>;
  readonly conventions?: WireConventions;
  /** Give the keys of each ISAKMP SA out as `isakmp-keys`, for a key log. */
  readonly exportKeys?: boolean;
  /** Milliseconds since 1970 at instant 0; where it is missing, the dates of certificates are not checked. */
  readonly wallClockAtStart?: number | undefined;
}

export class IkeEngine {
  readonly #state: EngineState;

  constructor(options: IkeEngineOptions) {
    this.#state = new EngineState({
      policy: options.policy,
      random: options.random,
      limits: { ...DEFAULT_IKE_LIMITS, ...options.limits },
      conventions: options.conventions ?? IOS_CONVENTIONS,
      exportKeys: options.exportKeys ?? false,
      wallClockAtStart: options.wallClockAtStart,
      now: instant(0),
    });
  }

  /** Takes one thing that happened; returns, in order, what must be done about it. */
  handle(now: Instant, input: IkeInput): readonly IkeOutput[] {
    const state = this.#state;
    state.now = now;
    switch (input.kind) {
      case "datagram":
        this.#datagram(input.local, input.remote, input.bytes);
        break;
      case "job-done":
        this.#jobDone(input.id, input.result);
        break;
      case "wake":
        this.#wake();
        break;
      case "clock-set":
        state.wallClockAtStart = input.wallClockAtStart;
        break;
      case "negotiate": {
        const connection = state.connections.find(input.connectionId);
        const { connectionId, selector, peer, spis, replaces } = input;
        if (connection === undefined || !state.policy.enabled) {
          giveBackSpis(state, { spis });
          state.output({ kind: "negotiation-failed", connectionId, peer, selector });
        } else request(state, { connection, selector, peer, spis }, replaces);
        break;
      }
      case "ipsec-sa-removed":
        deleteIpsecSa(state, input);
        break;
      case "invalid-spi":
        recoverFromInvalidSpi(state, input.localAddress, input.peer, input);
        break;
      case "traffic":
        weighTraffic(state, input.peer, input.connId, input.traffic);
        break;
      case "peer-moved":
        for (const sa of state.table.ofPeer(input.from.address))
          if (
            sa.followsPeer &&
            sa.local.address === input.localAddress &&
            isSameEndpoint(sa.remote, input.from)
          )
            state.follow(sa, { local: sa.local, remote: input.to });
        break;
      case "clear-admission-statistics":
        state.admission.clearCounts();
        break;
      case "clear-isakmp-sas":
        for (const sa of state.table.all()) {
          if (input.connId !== undefined && sa.connId !== input.connId) continue;
          if (input.peer !== undefined && sa.remote.address !== input.peer) continue;
          if (input.localAddress !== undefined && sa.local.address !== input.localAddress) continue;
          deleteIsakmpSa(state, sa);
          forget(state, sa, "cleared");
        }
        break;
    }
    return state.takeOutputs();
  }

  /** When to call again with `wake`, and why. */
  nextDeadline(): Deadline | undefined {
    return this.#state.timers.next();
  }

  /** Takes a new policy. SAs that exist stay; what is negotiated from now on follows it. */
  setPolicy(policy: IkePolicy): void {
    const state = this.#state;
    state.policy = policy;
    state.admission.forgive();
    for (const sa of state.table.all()) {
      watchPeer(state, sa);
      if (sa.expiresAt !== undefined) armLife(state, sa, sa.expiresAt);
    }
  }

  /** SPIs for a request that is about to be made, one more where it is for AH around ESP. */
  reserveSpis(withAh: boolean): InboundSpis {
    return this.#state.spis.takePair(this.#state.random, withAh);
  }

  /** Numbers for a pair of SAs that is not of IKE's making. */
  takeIpsecConnIds(): { readonly inbound: number; readonly outbound: number } {
    return this.#state.takeIpsecConnIds();
  }

  /** An inbound SPI is no longer in use. */
  releaseSpi(spi: number): void {
    this.#state.spis.release(spi);
  }

  view(): IkeView {
    const { table, jobs, admission, failures, policy } = this.#state;
    return {
      isakmpSas: table.all().map((sa) => viewOf(sa, policy.fragmentation)),
      halfOpen: table.halfOpen,
      jobsRunning: jobs.size,
      admission: admission.counts,
      failures: failures.all(),
    };
  }

  #datagram(local: Endpoint, remote: Endpoint, bytes: Uint8Array): void {
    const state = this.#state;
    if (!state.policy.enabled)
      return state.dropped(undefined, local, remote, "disabled", "ISAKMP is off (no crypto isakmp enable)");
    const header = tolerant(() => decodeHeader(bytes));
    if (header instanceof MalformedError)
      return state.dropped(undefined, local, remote, "malformed", header.message);
    if (header.majorVersion !== 1 || header.minorVersion !== 0)
      return state.dropped(
        undefined,
        local,
        remote,
        "version",
        `ISAKMP version ${header.majorVersion}.${header.minorVersion}, 1.0 expected`,
      );
    if (isZero(header.initiatorCookie))
      return state.dropped(undefined, local, remote, "malformed", "an initiator cookie of zeros");
    if (isZero(header.responderCookie)) return this.#withoutResponderCookie(local, remote, header, bytes);
    const sa = state.table.find(header.initiatorCookie, header.responderCookie);
    if (sa === undefined || !mayComeFrom(sa, local, remote))
      return state.dropped(
        undefined,
        local,
        remote,
        "unknown cookies",
        `no SA has these cookies (${nameOf(EXCHANGE_TYPE, header.exchangeType)})`,
      );
    sa.arrival = { local, remote };
    if (!isFragment(header)) return this.#ofSa(sa, header, bytes);
    const whole = collectFragment(state, sa, local, remote, header, bytes);
    if (whole !== undefined) this.#ofSa(sa, decodeHeader(whole), whole);
  }

  #withoutResponderCookie(local: Endpoint, remote: Endpoint, header: IsakmpHeader, bytes: Uint8Array): void {
    const state = this.#state;
    const name = nameOf(EXCHANGE_TYPE, header.exchangeType);
    if (header.exchangeType === EXCHANGE_TYPE.Informational) {
      // A refusal of our first message by somebody who has made no SA of it.
      const sa = state.table.find(header.initiatorCookie, header.responderCookie);
      if (sa?.remote.address === remote.address) return receiveInformational(state, sa, header, false, bytes);
    }
    const mode = phase1ModeOf(header.exchangeType);
    if (mode === undefined)
      return state.dropped(undefined, local, remote, "unexpected", `a first message of exchange ${name}`);
    if (header.messageId !== 0 || header.flags !== 0)
      return state.dropped(
        undefined,
        local,
        remote,
        "malformed",
        "a first message with a message id or flags",
      );
    if (mode === "aggressive" && !state.policy.aggressiveMode)
      return refuseAggressiveMode(state, local, remote);
    receiveFirst(state, local, remote, mode, header, bytes);
  }

  #ofSa(sa: IsakmpSa, header: IsakmpHeader, bytes: Uint8Array): void {
    const state = this.#state;
    const isEncrypted = (header.flags & FLAG_ENCRYPTION) !== 0;
    switch (header.exchangeType) {
      case EXCHANGE_TYPE["Identity Protection"]:
      case EXCHANGE_TYPE.Aggressive:
        if (phase1ModeOf(header.exchangeType) !== sa.mode)
          return state.dropped(
            sa,
            sa.local,
            sa.remote,
            "unexpected",
            `${nameOf(EXCHANGE_TYPE, header.exchangeType)} under an SA of ${sa.mode} mode`,
          );
        if (header.messageId !== 0)
          return state.dropped(sa, sa.local, sa.remote, "malformed", "a phase 1 message with a message id");
        return receivePhase1(state, sa, header, isEncrypted, bytes);
      case EXCHANGE_TYPE["Quick Mode"]:
        if (!isEncrypted)
          return state.dropped(sa, sa.local, sa.remote, "not encrypted", "a quick mode message in clear");
        if (!sa.isEstablished) {
          state.dropped(
            sa,
            sa.local,
            sa.remote,
            "not authenticated",
            "a quick mode message before the end of phase 1",
          );
          return askForProof(state, sa);
        }
        if (
          sa.usedMessageIds.length >= state.limits.messageIdsPerSaMax &&
          !sa.exchanges.has(header.messageId)
        ) {
          // Nothing can be negotiated under it any more: a new SA can.
          deleteIsakmpSa(state, sa);
          return forget(state, sa, "limit reached");
        }
        return receivePhase2(state, sa, header, bytes);
      case EXCHANGE_TYPE.Informational:
        if (isEncrypted && sa.exchanges.get(header.messageId)?.state?.at === "awaits CONNECTED")
          return receivePhase2(state, sa, header, bytes);
        return receiveInformational(state, sa, header, isEncrypted, bytes);
      default:
        return state.dropped(
          sa,
          sa.local,
          sa.remote,
          "unexpected",
          `exchange ${nameOf(EXCHANGE_TYPE, header.exchangeType)} under this SA`,
        );
    }
  }

  #jobDone(id: number, result: JobResult): void {
    const state = this.#state;
    const job = state.jobs.get(id);
    if (job === undefined) return;
    state.jobs.delete(id);
    (job.exchange ?? job.sa.phase1).jobId = undefined;
    state.emit({
      kind: "job-finished",
      sa: job.sa.reference(),
      job: job.kind,
      succeeded: result.kind !== "failed",
    });
    if (job.exchange === undefined) phase1JobDone(state, job.sa, result);
    else phase2JobDone(state, job.sa, job.exchange, result);
  }

  #wake(): void {
    const state = this.#state;
    for (
      let alarm = state.timers.takeDue(state.now);
      alarm !== undefined;
      alarm = state.timers.takeDue(state.now)
    ) {
      if (alarm instanceof QuickModeExchange) this.#exchangeDue(alarm);
      else if (alarm instanceof IsakmpSa) lifeDue(state, alarm);
      else if (alarm.about === "keepalive") keepAlive(state, alarm.sa);
      else if (alarm.about === "watch") lookAfterPeer(state, alarm.sa);
      else if (!repeatOutstanding(state, { sa: alarm.sa, exchange: undefined }))
        phase1Unanswered(state, alarm.sa);
    }
  }

  #exchangeDue(exchange: QuickModeExchange): void {
    const state = this.#state;
    const { sa } = exchange;
    const isAsking = !exchange.isFinished && exchange.state?.at !== "awaits CONNECTED";
    if (isAsking && repeatOutstanding(state, { sa, exchange })) return;
    const isUnheard =
      isAsking && exchange.outstanding?.step === "QM1" && isSilentSince(sa, exchange.startedAt);
    phase2Over(state, sa, exchange);
    // A peer that lost the SA cannot say so in a way we may believe: whoever asks next begins with a new phase 1.
    if (isUnheard) forget(state, sa, "no response");
  }
}

/** An SA stays with its addresses, unless a NAT is on the way: that may change them at any time. */
function mayComeFrom(sa: IsakmpSa, local: Endpoint, remote: Endpoint): boolean {
  return sa.nat !== undefined || (sa.remote.address === remote.address && sa.local.address === local.address);
}

function isSilentSince(sa: IsakmpSa, start: Instant): boolean {
  return sa.lastHeardAt === undefined || sa.lastHeardAt < start;
}

function viewOf(sa: IsakmpSa, fragmentation: boolean): IsakmpSaView {
  const suite = suiteOf(sa.state);
  return {
    sa: sa.reference(),
    state: iosState(sa),
    encryption: suite?.encryption,
    hash: suite?.hash,
    authentication: suite?.authentication,
    group: suite?.group,
    establishedAt: sa.establishedAt,
    expiresAt: sa.expiresAt,
    identity: sa.identity,
    capabilities: {
      deadPeerDetection: sa.liveness !== undefined,
      natTraversal: sa.nat !== undefined,
      fragmentation: fragmentation && sa.peerKnowsFragments,
    },
    exchanges: sa.runningExchanges,
  };
}

function suiteOf(state: Phase1State | undefined): ProtectionSuite | undefined {
  if (state === undefined) return undefined;
  if (state.at === "established") return state.suite;
  return "choice" in state ? state.choice.suite : undefined;
}

/** IOS's names for how far phase 1 has come. */
function iosState(sa: IsakmpSa): IsakmpSaView["state"] {
  switch (sa.state?.at) {
    case undefined:
    case "awaits MM2":
      return "MM_NO_STATE";
    case "generates key pair":
    case "awaits MM4":
    case "awaits MM3":
      return "MM_SA_SETUP";
    case "opens MM4":
    case "computes shared secret":
    case "signs MM5":
    case "opens MM3":
    case "computes keys":
    case "signs MM6":
    case "awaits MM5":
    case "awaits MM6":
      return "MM_KEY_EXCH";
    case "prepares AM1":
      return "AG_NO_STATE";
    case "awaits AM2":
    case "opens AM1":
    case "opens AM2":
    case "checks AM2":
    case "signs AM3":
    case "prepares AM2":
    case "signs AM2":
    case "awaits AM3":
      return "AG_INIT_EXCH";
    case "established":
      return "QM_IDLE";
  }
}
