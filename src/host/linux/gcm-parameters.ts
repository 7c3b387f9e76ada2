/**
 * What OpenSSL is told of a packet before it opens it with GCM: where the IV is and where the ICV, as an array of
 * `OSSL_PARAM`. One call instead of two that take longer. The names are those of TLS, whose nonces are made as ESP's are.
 */
import { AEADS } from "../../crypto/names.ts";
import type { NativeMemory, Region } from "./native-memory.ts";

export class GcmParameters {
  readonly #parameters: Region;

  /** Takes `GCM_PARAMETERS_OCTETS` of the memory. */
  constructor(memory: NativeMemory) {
    const names = memory.reserve(NAMES.length);
    names.bytes.set(new TextEncoder().encode(NAMES));
    // Zeros end the array.
    this.#parameters = memory.reserve(3 * PARAMETER);
    const { ivLength, icvLength } = AEADS["gcm-128"];
    for (const [i, nameAt, size] of [
      [0, 0, ivLength],
      [1, NAMES.indexOf("tag"), icvLength],
    ] as const) {
      const at = i * PARAMETER;
      this.#parameters.putAddress(at, names, nameAt, 1);
      this.#parameters.putSize(at + 8, OCTET_STRING);
      this.#parameters.putSize(at + 24, size);
    }
  }

  /** The address of the array. */
  put(iv: number, icv: number): number {
    this.#parameters.putPointer(16, iv);
    this.#parameters.putPointer(PARAMETER + 16, icv);
    return this.#parameters.address(0, 3 * PARAMETER);
  }
}

const NAMES = "tlsivinv\0tag\0";
/** Octets of `OSSL_PARAM`: name, type, address and size of the value, and what was set. */
const PARAMETER = 40;
const OCTET_STRING = 5;
/** What one takes of the memory. */
export const GCM_PARAMETERS_OCTETS = NAMES.length + 3 * PARAMETER + 2 * 64;
