/** The books of SAs whose packets another carries: its counters become theirs and those of their permit lines. */
import { isAh, isAuthenticated } from "../crypto/names.ts";
import type { LiveSa } from "./live-sa.ts";
import type { CarrierNews, PacketCarrier, SaUsage } from "./packet-carrier.ts";
import type { IpsecPolicy } from "./policy.ts";
import { countDrops, countersOf } from "./protected-policy.ts";

export class CarriedTraffic {
  readonly #carrier: PacketCarrier;
  /** What is in the books already. */
  readonly #accounted = new WeakMap<LiveSa, SaUsage>();

  constructor(carrier: PacketCarrier) {
    this.#carrier = carrier;
  }

  /** False where the carrier refuses. */
  install(sa: LiveSa): boolean {
    return this.#carrier.install(sa.parameters, sa.volume);
  }

  moveToPort(sa: LiveSa): void {
    this.#carrier.moveToPort(sa.parameters, sa.volume);
  }

  remove(sa: LiveSa): void {
    this.account(sa);
    this.#carrier.remove(sa.parameters);
  }

  setPolicy(policy: IpsecPolicy): void {
    this.#carrier.setPolicy(policy);
  }

  takeNews(): readonly CarrierNews[] {
    return this.#carrier.takeNews();
  }

  /** Enters what the SA has carried since this was done last. */
  account(sa: LiveSa): void {
    const now = this.#carrier.usageOf(sa.parameters);
    if (now !== undefined) this.enter(sa, now);
  }

  enter(sa: LiveSa, now: SaUsage): void {
    const before = this.#accounted.get(sa) ?? NOTHING;
    this.#accounted.set(sa, now);
    const packets = now.packets - before.packets;
    sa.octets = now.octets;
    sa.packets += packets;
    sa.sequenceNumber = now.sequenceNumber;
    const counters = countersOf(sa.line);
    const { suite, ah } = sa.parameters;
    const isChecked = isAuthenticated(suite) || ah !== undefined;
    const isEsp = !isAh(suite);
    if (sa.direction === "outbound") {
      counters.encapsulated += packets;
      if (isEsp) counters.encrypted += packets;
      if (isChecked) counters.digested += packets;
      return;
    }
    const replayErrors = now.replayErrors - before.replayErrors;
    const icvErrors = now.icvErrors - before.icvErrors;
    sa.replayErrors += replayErrors;
    sa.icvErrors += icvErrors;
    counters.decapsulated += packets;
    if (isEsp) counters.decrypted += packets;
    if (isChecked) counters.verified += packets;
    countDrops(sa.line, "receiveErrors", "replayed", replayErrors);
    countDrops(sa.line, "receiveErrors", "bad icv", icvErrors);
  }
}

const NOTHING: SaUsage = { octets: 0, packets: 0, sequenceNumber: 0, replayErrors: 0, icvErrors: 0 };
