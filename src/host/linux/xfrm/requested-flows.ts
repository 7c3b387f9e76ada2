/** Flows that peers of dynamic maps have asked for, each as long as there is an SA of it. */
import { selectorKey } from "../../../ipsec/protected-policy.ts";
import type { SaParameters } from "../../../ipsec/security-association.ts";

export class RequestedFlows {
  /** By selector; those of the peer that came last are the last. */
  readonly #sas = new Map<string, readonly SaParameters[]>();

  add(sa: SaParameters): void {
    const sas = this.#of(sa);
    const ofPeer = sas.findLastIndex(
      ({ peer, connectionId }) => peer === sa.peer && connectionId === sa.connectionId,
    );
    this.#sas.set(nameOf(sa), sas.toSpliced(ofPeer < 0 ? sas.length : ofPeer + 1, 0, sa));
  }

  /** False where it was none of them. */
  remove(sa: SaParameters): boolean {
    const sas = this.#of(sa);
    const left = sas.filter(({ spi, direction }) => spi !== sa.spi || direction !== sa.direction);
    if (left.length > 0) this.#sas.set(nameOf(sa), left);
    else this.#sas.delete(nameOf(sa));
    return left.length < sas.length;
  }

  /** The SA that packets of the same selector take: of those that ask for the same, the newest has it. */
  servingWith(sa: SaParameters): SaParameters | undefined {
    return this.#of(sa).at(-1);
  }

  /** Those of each selector. */
  *serving(): Generator<SaParameters> {
    for (const sas of this.#sas.values()) yield* sas.slice(-1);
  }

  #of(sa: SaParameters): readonly SaParameters[] {
    return this.#sas.get(nameOf(sa)) ?? [];
  }
}

function nameOf({ selector }: SaParameters): string {
  return selectorKey("", selector);
}
