/** SAs come and go: installation, renewal before the end, expiry, removal (RFC 2401 §4.4.3, RFC 2408 §4.3 for the hand-over). */
import { isSet } from "../base/alarms.ts";
import { MisuseError } from "../base/errors.ts";
import { after, type Instant, seconds } from "../base/time.ts";
import { isAh } from "../crypto/names.ts";
import { isBetween, selectorCovers, selectorsEqual, type TrafficSelector } from "../net/selector.ts";
import { ahLayout } from "./ah-transforms.ts";
import type { DataPlaneParts } from "./data-plane-parts.ts";
import { checkEspKeys } from "./esp-transforms.ts";
import type { IpsecEvent } from "./events.ts";
import { type IdleLook, isIdle, watchIdleness } from "./idle-watch.ts";
import { type Agreement, KeptParameters } from "./kept-parameters.ts";
import { endOf, NEVER, NO_VOLUME_LIMITS, renewalOf, volumeLimits } from "./lifetimes.ts";
import {
  InboundSa,
  isExpired,
  type LiveSa,
  OutboundSa,
  pairOf,
  type RemovedPair,
  renewalReason,
  type SaBeginnings,
} from "./live-sa.ts";
import type { Negotiator } from "./negotiator.ts";
import type { NegotiateOutput } from "./outbox.ts";
import { compileSelector } from "./packet-flow.ts";
import type { ProtectedConnection, ProtectedLine } from "./protected-connection.ts";
import { lineKey, selectorKey } from "./protected-policy.ts";
import { membersOf, type SaParameters } from "./security-association.ts";

export type RemovalReason = Extract<IpsecEvent, { kind: "sa-removed" }>["reason"];

export class SaLifecycle {
  readonly #parts: DataPlaneParts;
  readonly #negotiator: Negotiator;
  #lastFlowId = 0;
  /** Of the last SA: the next one mostly has the same. */
  #lastVolume = NO_VOLUME_LIMITS;
  #lastAgreement: Agreement | undefined;

  constructor(parts: DataPlaneParts, negotiator: Negotiator) {
    this.#parts = parts;
    this.#negotiator = negotiator;
  }

  /**
   * Takes an SA into service; gives its connection. Undefined where the policy has no line for it any more: once
   * the pair is complete, the peer is to be told that it is gone.
   */
  install(now: Instant, parameters: SaParameters): ProtectedConnection | undefined {
    for (const { suite, spi } of membersOf(parameters)) {
      if (!isAh(suite) && suite.encryption === "null" && suite.integrity === undefined)
        throw new MisuseError("an SA of ESP with neither encryption nor integrity (RFC 2406 §5)");
      if (spi < SPI_MIN) throw new MisuseError(`SPI ${spi} is reserved (RFC 2406 §2.1)`);
    }
    checkKeys(parameters);
    if (parameters.udpEncapsulation !== undefined && membersOf(parameters).some(({ suite }) => isAh(suite)))
      throw new MisuseError("AH through a NAT, which changes what AH covers (RFC 3948 §1)");
    const { mode, selector, localAddress, peer } = parameters;
    if (mode === "transport" && !isBetween(selector, localAddress, peer))
      throw new MisuseError("transport mode for traffic of others than the two ends (RFC 2401 §4.1)");
    const { outbox, sad, policy } = this.#parts;
    if (policy.lineOf(parameters) === undefined) {
      if (parameters.direction === "outbound") outbox.push({ kind: "pair-expired", ...pairOf(parameters) });
      return undefined;
    }
    for (let taken = sad.inTheWayOf(parameters); taken !== undefined; taken = sad.inTheWayOf(parameters))
      this.removePair(taken, "replaced");
    // What was in the way may have been the last SA of a temporary entry.
    const line = policy.lineOf(parameters);
    if (line === undefined) return undefined;
    const sa = this.#makeSa(parameters, line);
    sad.add(sa);
    if (!this.#isCarried(sa)) {
      this.#refuse(sa);
      return undefined;
    }
    this.#arm(sa, sa.softAt);
    for (const fields of eventFields(sa)) outbox.event({ kind: "sa-installed", ...fields });
    if (sa.direction === "outbound") {
      this.#tellDisplaced(sa);
      this.#negotiator.settle(selectorKey(line.connection.id, parameters.selector));
      line.connection.currentPeer = peer;
      watchIdleness(this.#parts, now, sa);
      this.#retireReplaced(now, sa);
    }
    return line.connection;
  }

  /** With the first SA of a flow that another peer has, too. */
  #tellDisplaced(sa: OutboundSa): void {
    const { line, parameters } = sa;
    if (line.connection.outbound.some((other) => other !== sa && other.line === line)) return;
    const { outbox, policy } = this.#parts;
    const from = policy.displacedBy(line);
    if (from === undefined) return;
    const { localAddress, peer: to } = parameters;
    outbox.event({ kind: "flow-taken-over", localAddress, selector: line.selector, from, to });
  }

  /** Its timer is due: it is renewed, and ends in time even so. */
  due(now: Instant, sa: LiveSa): void {
    if (now >= sa.hardAt) return this.expire(sa);
    this.renew(now, sa);
    if (!isSet(sa) && this.#parts.sad.has(sa)) this.#arm(sa, NEVER);
  }

  /** It may have reached a limit of its volume, or its time to be renewed. */
  look(now: Instant, sa: LiveSa): void {
    if (isExpired(sa, now)) this.expire(sa);
    else this.renew(now, sa);
  }

  /** Asks for a successor if the SA needs one. Called for every packet once a soft limit has passed, and by the timer. */
  renew(now: Instant, sa: LiveSa): void {
    const reason = renewalReason(sa, now, this.#parts.limits);
    if (reason === undefined || now < sa.renewAfter) return;
    const partner = this.#parts.sad.partnerOf(sa);
    if (partner === undefined) {
      // Half a pair is still being negotiated, or its other half was removed on purpose.
      settleRenewal(sa);
      return;
    }
    const { carried } = this.#parts;
    for (const one of [sa, partner]) carried?.account(one);
    // IOS: an SA that has carried nothing is not renewed; should a packet come yet, this is called again.
    if (sa.octets + partner.octets === 0) {
      if (carried !== undefined) this.#arm(sa, after(now, seconds(this.#parts.limits.carriedLookSeconds)));
      return;
    }
    const isSucceeded = this.#hasSuccessor(now, sa.direction === "outbound" ? sa : partner);
    const restsUntil = isSucceeded ? undefined : this.#askForSuccessor(now, sa, reason);
    if (restsUntil === undefined) settleRenewal(sa, partner);
    else this.#renewAfter(restsUntil, sa, partner);
  }

  /** A negotiation for the selector failed: SAs that it should have replaced ask again later. */
  renewLater(connection: ProtectedConnection, selector: TrafficSelector, at: Instant): void {
    for (const sa of connection.outbound) {
      const partner = this.#parts.sad.partnerOf(sa);
      if (partner !== undefined && selectorsEqual(sa.parameters.selector, selector))
        this.#renewAfter(at, sa, partner);
    }
  }

  /** The SA has reached a hard limit: the pair goes, and the peer is to be told. */
  expire(sa: LiveSa): void {
    const isReplaced = sa.hardAt < endOf(sa.parameters);
    const pair = this.removePair(sa, isReplaced ? "replaced" : "expired");
    this.#parts.outbox.push({ kind: "pair-expired", ...pair });
  }

  /** Time to see whether a pair is still used: if not it goes, and the peer is to be told. */
  lookIfIdle(now: Instant, look: IdleLook): void {
    const { sa } = look;
    if (!this.#parts.sad.has(sa) || !isIdle(this.#parts, now, look)) return;
    const { connection } = sa.line;
    this.#parts.outbox.push({ kind: "pair-expired", ...this.removePair(sa, "idle") });
    if (connection.outbound.length === 0 && connection.entry.idleTime?.returnsToFirstPeer === true)
      connection.currentPeer = connection.entry.peers[0];
  }

  /** Both directions go, or the one there is. */
  removePair(sa: LiveSa, reason: RemovalReason): RemovedPair {
    const partner = this.#parts.sad.partnerOf(sa);
    const isInbound = sa.direction === "inbound";
    for (const one of isInbound ? [sa, partner] : [partner, sa])
      if (one !== undefined) this.removeOne(one, reason);
    return pairOf(sa.parameters);
  }

  /** All pairs of which a direction is meant. Gives those that their peers are to be told of. */
  removeWhere(isMeant: (sa: LiveSa) => boolean, reason: RemovalReason): readonly RemovedPair[] {
    const removed: RemovedPair[] = [];
    for (const sa of [...this.#parts.sad.all()])
      if (isMeant(sa) && this.#parts.sad.has(sa)) {
        const pair = this.removePair(sa, reason);
        if (sa.parameters.isManual !== true) removed.push(pair);
      }
    return removed;
  }

  removeOne(sa: LiveSa, reason: RemovalReason): void {
    this.#forget(sa);
    sa.release();
    this.#parts.alarms.cancel(sa);
    this.#parts.carried?.remove(sa);
    for (const fields of eventFields(sa)) this.#parts.outbox.event({ kind: "sa-removed", ...fields, reason });
  }

  #forget(sa: LiveSa): void {
    this.#parts.sad.remove(sa);
    if (this.#parts.policy.release(sa.line)) this.#negotiator.settle(lineKey(sa.line));
    const { connection } = sa.line;
    if (connection.entry.hasDefaultPeer === true && connection.outbound.length === 0)
      connection.currentPeer = connection.entry.peers[0];
  }

  /** Another carries it, if another carries packets; an outbound SA not without its inbound one. */
  #isCarried(sa: LiveSa): boolean {
    const { carried, sad } = this.#parts;
    if (carried === undefined) return true;
    const isAlone = sa.direction === "outbound" && sad.partnerOf(sa) === undefined;
    return !isAlone && carried.install(sa);
  }

  /** What was never in service goes without a word, what there is of its pair as always; the peer is told of a whole one. */
  #refuse(sa: LiveSa): void {
    const { outbox, sad } = this.#parts;
    const partner = sad.partnerOf(sa);
    this.#forget(sa);
    if (partner !== undefined) this.removeOne(partner, "deleted");
    if (sa.direction === "outbound") outbox.push({ kind: "pair-expired", ...pairOf(sa.parameters) });
  }

  #makeSa(given: SaParameters, line: ProtectedLine): LiveSa {
    const { limits, transforms } = this.#parts;
    const isLines = selectorsEqual(given.selector, line.selector);
    // The line's own selector, if it is the same: there are tens of thousands of them.
    const parameters = new KeptParameters(
      given,
      isLines ? line.selector : given.selector,
      this.#lastAgreement,
    );
    this.#lastAgreement = parameters.agreement;
    this.#lastVolume = volumeLimits(parameters, limits, this.#lastVolume);
    const beginnings: SaBeginnings = {
      parameters,
      flowId: ++this.#lastFlowId,
      selector: isLines ? line.compiledSelector : compileSelector(parameters.selector),
      volume: this.#lastVolume,
      softAt: renewalOf(parameters, limits, this.#jitter()),
      line,
      transforms,
    };
    return given.direction === "inbound" ? new InboundSa(beginnings) : new OutboundSa(beginnings);
  }

  /** From 0 to just under 1. */
  #jitter(): number {
    const [high = 0, low = 0] = this.#parts.random.bytes("jitter", 2);
    return (high * 256 + low) / 65536;
  }

  /** It is looked after when it is to be renewed, and when it ends. */
  #arm(sa: LiveSa, renewAt: Instant): void {
    const { alarms } = this.#parts;
    const at = renewAt < sa.hardAt ? renewAt : sa.hardAt;
    if (at === NEVER) alarms.cancel(sa);
    else alarms.set(sa, at);
  }

  #renewAfter(at: Instant, ...sas: readonly LiveSa[]): void {
    for (const sa of sas) {
      sa.renewAfter = at;
      this.#arm(sa, at);
    }
  }

  /** Undefined once IKE is at it; else when it may be asked. */
  #askForSuccessor(now: Instant, sa: LiveSa, reason: NegotiateOutput["reason"]): Instant | undefined {
    const { connection } = sa.line;
    const { direction, peer, selector, spi, pairSpi } = sa.parameters;
    const replaces = direction === "inbound" ? spi : pairSpi;
    const asking = this.#negotiator.ask(now, { connection, peer, selector, reason, replaces });
    return asking.kind === "resting" ? asking.until : undefined;
  }

  /** A newer SA takes all that this one does and is not itself due for renewal. */
  #hasSuccessor(now: Instant, sa: LiveSa): boolean {
    return sa.line.connection.outbound.some(
      (other) =>
        other.flowId > sa.flowId &&
        selectorCovers(other.parameters.selector, sa.parameters.selector) &&
        renewalReason(other, now, this.#parts.limits) === undefined,
    );
  }

  /**
   * Pairs that were waiting for this one linger to receive what is late, then go. Others stay as long as they live: after
   * both ends have negotiated at once, each would otherwise delete the pair that the other took for the newer.
   */
  #retireReplaced(now: Instant, successor: OutboundSa): void {
    const { limits, sad } = this.#parts;
    for (const old of successor.line.connection.outbound) {
      if (old === successor) continue;
      if (!selectorCovers(successor.parameters.selector, old.parameters.selector)) continue;
      const partner = sad.partnerOf(old);
      const pair = partner === undefined ? [old] : [old, partner];
      if (pair.every((sa) => renewalReason(sa, now, limits) === undefined)) continue;
      settleRenewal(...pair);
      for (const sa of pair) {
        const goesAt = after(now, seconds(limits.replacedLingerSeconds));
        if (goesAt >= sa.hardAt) continue;
        sa.hardAt = goesAt;
        this.#arm(sa, NEVER);
      }
    }
  }
}

/** Cryptography is made with the first packet, which is late for keys that do not fit. */
function checkKeys({ suite, encryptionKey, integrityKey, ah }: SaParameters): void {
  if (isAh(suite)) ahLayout(suite.ah, integrityKey);
  else checkEspKeys(suite, encryptionKey, integrityKey);
  if (ah !== undefined) ahLayout(ah.hash, ah.key);
}

/** Renewal has been asked for, or will not be. */
function settleRenewal(...sas: readonly LiveSa[]): void {
  for (const sa of sas) sa.renewAfter = NEVER;
}

/** Of each SA, from the outside in. */
function eventFields({ parameters }: LiveSa) {
  const { direction, localAddress, peer } = parameters;
  const destination = direction === "inbound" ? localAddress : peer;
  return membersOf(parameters).map(({ suite, spi, connId }) => ({
    direction,
    destination,
    peer,
    suite,
    spi,
    connId,
  }));
}

/** 1 to 255 are reserved, 0 is never sent (RFC 2406 §2.1). */
const SPI_MIN = 256;
