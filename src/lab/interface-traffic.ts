/** What a virtual interface has carried. */
import type { TrafficCounts } from "../gateway/machine-view.ts";

export class InterfaceTraffic {
  #counts: TrafficCounts = {
    packetsIn: 0,
    octetsIn: 0,
    errorsIn: 0,
    packetsOut: 0,
    octetsOut: 0,
    errorsOut: 0,
    dropsOut: 0,
  };

  get counts(): TrafficCounts {
    return this.#counts;
  }

  received(octets: number): void {
    const { packetsIn, octetsIn } = this.#counts;
    this.#counts = { ...this.#counts, packetsIn: packetsIn + 1, octetsIn: octetsIn + octets };
  }

  /** A packet that came damaged. */
  receivedDamaged(): void {
    this.#counts = { ...this.#counts, errorsIn: this.#counts.errorsIn + 1 };
  }

  sent(octets: number): void {
    const { packetsOut, octetsOut } = this.#counts;
    this.#counts = { ...this.#counts, packetsOut: packetsOut + 1, octetsOut: octetsOut + octets };
  }

  /** Nobody on the link takes it. */
  dropped(): void {
    this.#counts = { ...this.#counts, dropsOut: this.#counts.dropsOut + 1 };
  }
}
