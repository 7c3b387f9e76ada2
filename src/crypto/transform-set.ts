/** A transform set as both IKE (which negotiates it) and IPsec (which applies it) see it. */
import type { Origin } from "../base/origin.ts";
import { describeSuite, type EspSuite, type HashName, type SaSuite } from "./names.ts";

export type EncapsulationMode = "tunnel" | "transport";

export interface TransformSet {
  readonly name: string;
  /** Undefined where the set is AH alone. */
  readonly esp: EspSuite | undefined;
  /** AH, around ESP where the set has both. */
  readonly ah?: HashName;
  readonly mode: EncapsulationMode;
  readonly origin: Origin | undefined;
}

/** What the SAs of a set do, from the outside in: AH covers what ESP has made (RFC 2401 §4.5). */
export function suitesOf({ ah, esp }: Pick<TransformSet, "ah" | "esp">): readonly SaSuite[] {
  return [...(ah === undefined ? [] : [{ ah }]), ...(esp === undefined ? [] : [esp])];
}

/** AH around ESP: two SAs in each direction. */
export function isBundle({ ah, esp }: Pick<TransformSet, "ah" | "esp">): boolean {
  return ah !== undefined && esp !== undefined;
}

/** `ah-sha-hmac esp-3des esp-md5-hmac`, as IOS writes it. */
export function describeTransformSet(set: Pick<TransformSet, "ah" | "esp">): string {
  return suitesOf(set).map(describeSuite).join(" ");
}
