/** `node:crypto` answers with Buffers; everything above this folder sees plain `Uint8Array`s. */

/** The same octets, not copied, without Buffer's methods (whose `slice` and `toString` differ from Uint8Array's). */
export function plainOctets(buffer: Buffer): Uint8Array {
  return new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength);
}

/** The same number in `length` octets: zeros before it are added, or taken away, as it needs. */
export function toLength(octets: Uint8Array, length: number): Uint8Array {
  if (octets.length >= length) return octets.subarray(octets.length - length);
  const padded = new Uint8Array(length);
  padded.set(octets, length - octets.length);
  return padded;
}
