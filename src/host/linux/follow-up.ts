/** Work after SAs have come or gone: one run at a time, and one more for all that happened during it. */
import type { GatewayEvent } from "../../gateway/contract.ts";
import type { IpsecPolicy } from "../../ipsec/policy.ts";
import { hasReverseRoutes } from "./reverse-routing.ts";
import { hasDynamicEntries } from "./temporary-steering.ts";

export class FollowUp {
  readonly #work: () => Promise<void>;
  readonly #onFault: (error: unknown) => void;
  #isWanted = false;
  #isStopped = false;
  #running: Promise<void> | undefined;

  constructor(work: () => Promise<void>, onFault: (error: unknown) => void) {
    this.#work = work;
    this.#onFault = onFault;
  }

  /** Never works at once: events come in bursts. */
  ask(): void {
    this.#isWanted = !this.#isStopped;
    this.#running ??= this.#run();
  }

  /** Nothing is at work any more, nor will be. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#isWanted = false;
    await this.#running;
  }

  async #run(): Promise<void> {
    await Promise.resolve();
    while (this.#isWanted) {
      this.#isWanted = false;
      try {
        await this.#work();
      } catch (error) {
        this.#onFault(error);
      }
    }
    this.#running = undefined;
  }
}

export function isOfSas({ kind }: GatewayEvent): boolean {
  return kind === "sa-installed" || kind === "sa-removed";
}

/** Without such entries there is nothing to follow, and going through thousands of them for each SA takes long. */
export function followsSas(policy: IpsecPolicy): boolean {
  return hasDynamicEntries(policy) || hasReverseRoutes(policy);
}
