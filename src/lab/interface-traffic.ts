/** What a virtual interface has carried. */
import { NO_TRAFFIC, type TrafficCounts } from "../gateway/machine-view.ts";

export class InterfaceTraffic {
  #counts = NO_TRAFFIC;

  get counts(): TrafficCounts {
    return this.#counts;
  }

  received(octets: number): void {
    const { packetsIn, octetsIn } = this.#counts;
    this.#counts = { ...this.#counts, packetsIn: packetsIn + 1, octetsIn: octetsIn + octets };
  }

  /** A packet that came damaged. */
  receivedDamaged(): void {
    const { errorsIn, framesIn } = this.#counts;
    this.#counts = { ...this.#counts, errorsIn: errorsIn + 1, framesIn: framesIn + 1 };
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
