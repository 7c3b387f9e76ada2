/**
 * Where the data plane builds packets. Whoever drives it may lend octets from which it can send without copying; they are
 * its own again when the outputs have been performed.
 */
import { PlainOctets, type SummedOctets } from "../net/summed-octets.ts";

export interface PacketSpace {
  /** Octets with any content, beginning at a multiple of 4. */
  allocate(length: number): Uint8Array;
  /** The same octets, wherever they lie, for what is copied from there and has checksums. */
  summed(octets: Uint8Array): SummedOctets;
}

/** Octets of their own for each packet. */
export const HEAP_SPACE: PacketSpace = {
  allocate: (length) => new Uint8Array(length),
  summed: (octets) => new PlainOctets(octets),
};
