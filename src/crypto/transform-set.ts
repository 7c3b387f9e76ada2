/** A transform set as both IKE (which negotiates it) and IPsec (which applies it) see it. */
import type { Origin } from "../base/origin.ts";
import type { EspSuite } from "./names.ts";

export type EncapsulationMode = "tunnel" | "transport";

export interface TransformSet {
  readonly name: string;
  readonly esp: EspSuite;
  readonly mode: EncapsulationMode;
  readonly origin: Origin | undefined;
}
