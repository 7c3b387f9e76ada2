/** Asks IKE for SAs: one request per flow at a time, and none for a while after a failure. */
import { UNSET } from "../base/alarms.ts";
import type { Instant } from "../base/time.ts";
import { suitesOf } from "../crypto/transform-set.ts";
import type { IpAddress } from "../net/ip-address.ts";
import type { TrafficSelector } from "../net/selector.ts";
import type { DataPlaneParts } from "./data-plane-parts.ts";
import type { PlaneAlarm } from "./live-sa.ts";
import { type Asking, Negotiations } from "./negotiations.ts";
import type { NegotiateOutput } from "./outbox.ts";
import type { ProtectedConnection } from "./protected-connection.ts";
import { selectorKey } from "./protected-policy.ts";

export interface SaRequest {
  readonly connection: ProtectedConnection;
  readonly peer: IpAddress;
  readonly selector: TrafficSelector;
  readonly reason: NegotiateOutput["reason"];
  readonly replaces?: number;
}

export class Negotiator {
  readonly #parts: DataPlaneParts;
  readonly #negotiations: Negotiations;
  readonly #timeouts = new Map<string, PlaneAlarm>();

  constructor(parts: DataPlaneParts) {
    this.#parts = parts;
    this.#negotiations = new Negotiations(parts.limits);
  }

  /** Asks, unless it has been asked or must not be yet; the answer says which. */
  ask(now: Instant, request: SaRequest): Asking {
    const { connection, peer, selector, reason, replaces } = request;
    const key = selectorKey(connection.id, selector);
    const asking = this.#negotiations.ask(now, key);
    if (asking.kind !== "ask") return asking;
    this.#cancelTimeout(key);
    const timeout: PlaneAlarm = {
      kind: "give-up",
      connectionId: connection.entry.id,
      peer,
      selector,
      ...UNSET,
    };
    this.#timeouts.set(key, timeout);
    this.#parts.alarms.set(timeout, asking.timeoutAt);
    const { lifetimeSeconds, lifetimeKilobytes, transformSets } = connection.entry;
    const [set] = transformSets;
    this.#parts.outbox.event({
      kind: "sa-requested",
      connectionId: connection.entry.id,
      local: connection.interface.localAddress,
      peer,
      selector,
      suites: set === undefined ? [] : suitesOf(set),
      lifetimeSeconds,
      lifetimeKilobytes,
      reason,
    });
    this.#parts.outbox.push({
      kind: "negotiate",
      connectionId: connection.entry.id,
      peer,
      selector,
      reason,
      ...(replaces === undefined ? {} : { replaces }),
    });
    return asking;
  }

  /** Gives until when the flow must wait. */
  failed(now: Instant, key: string): Instant {
    this.#cancelTimeout(key);
    return this.#negotiations.failed(now, key);
  }

  /** There is an SA for the flow. */
  settle(key: string): void {
    this.#cancelTimeout(key);
    this.#negotiations.settle(key);
  }

  /** Forgets flows that are of no interest any more. */
  keepOnly(isOfInterest: (key: string) => boolean): void {
    for (const key of this.#negotiations.keys()) if (!isOfInterest(key)) this.settle(key);
  }

  #cancelTimeout(key: string): void {
    const timeout = this.#timeouts.get(key);
    if (timeout !== undefined) this.#parts.alarms.cancel(timeout);
    this.#timeouts.delete(key);
  }
}
