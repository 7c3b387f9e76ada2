/**
 * Where the data plane builds packets. Whoever drives it may lend octets from which it can send without copying; they are
 * its own again when the outputs have been performed.
 */
export interface PacketSpace {
  /** Octets with any content, beginning at a multiple of 4. */
  allocate(length: number): Uint8Array;
}

/** Octets of their own for each packet. */
export const HEAP_SPACE: PacketSpace = { allocate: (length) => new Uint8Array(length) };
