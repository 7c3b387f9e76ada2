/** A transform set as both IKE (which negotiates it) and IPsec (which applies it) see it. */
import type { Origin } from "../base/origin.ts";
import { describeEspSuite, type EspSuite, type HashName } from "./names.ts";

export type EncapsulationMode = "tunnel" | "transport";

export interface TransformSet {
  readonly name: string;
  readonly esp: EspSuite;
  /** AH around ESP, where a set has both. */
  readonly ah?: HashName;
  readonly mode: EncapsulationMode;
  readonly origin: Origin | undefined;
}

/** `ah-sha-hmac esp-3des esp-md5-hmac`, as IOS writes it. */
export function describeTransformSet({ ah, esp }: TransformSet): string {
  if (ah === undefined) return describeEspSuite(esp);
  return `ah-${ah === "sha1" ? "sha" : ah}-hmac ${describeEspSuite(esp)}`;
}
