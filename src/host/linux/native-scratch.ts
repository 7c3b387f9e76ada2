/** What the contexts of libcrypto use by turns: a place for keys on their way in, for headers and digests, and for packets that lie elsewhere. */
import { BugError } from "../../base/errors.ts";
import { GCM_PARAMETERS_OCTETS, GcmParameters } from "./gcm-parameters.ts";
import type { Libcrypto } from "./libcrypto.ts";
import type { NativeMemory, Region } from "./native-memory.ts";

export class NativeScratch {
  readonly libcrypto: Libcrypto;
  readonly memory: NativeMemory;
  readonly input: Region;
  readonly output: Region;
  readonly small: Region;
  readonly gcm: GcmParameters;
  /** Where OpenSSL says how much it wrote. */
  readonly lengthAddress: number;

  constructor(libcrypto: Libcrypto, memory: NativeMemory) {
    this.libcrypto = libcrypto;
    this.memory = memory;
    this.input = memory.reserve(PACKET_MAX);
    this.output = memory.reserve(PACKET_MAX);
    this.small = memory.reserve(SMALL);
    this.gcm = new GcmParameters(memory);
    this.lengthAddress = memory.reserve(8).address(0, 8);
  }

  /** Lends the address of a copy of the octets, which is wiped afterwards. */
  withSecret<T>(octets: Uint8Array, use: (address: number) => T): T {
    const { bytes } = this.small;
    bytes.set(octets);
    try {
      return use(this.small.address(0, octets.length));
    } finally {
      bytes.fill(0, 0, octets.length);
    }
  }
}

/** OpenSSL refuses nothing that is asked of it here. */
export function mustSucceed(hasSucceeded: boolean, what: string): void {
  if (!hasSucceeded) throw new BugError(`OpenSSL: ${what} failed`);
}

/** Octets that a NativeScratch takes of its memory. */
export const SCRATCH_OCTETS = 3 * 65_536 + GCM_PARAMETERS_OCTETS;
/** The longest IPv4 packet. */
const PACKET_MAX = 65_535;
/** A key, a nonce, a digest, or the headers that AH covers. */
const SMALL = 128;
