/** The header of a TCP segment (RFC 9293 §3.1). */

/** Octets without options. */
export const TCP_HEADER_LENGTH = 20;

/** Octets of the header that begins at `at`, as it says itself: 0 to 60. */
export function tcpHeaderLength(octets: Uint8Array, at: number): number {
  return ((octets[at + 12] ?? 0) >> 4) * 4;
}
