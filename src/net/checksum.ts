/** The Internet checksum: the ones' complement of the ones' complement sum of 16-bit words (RFC 791 §3.1, RFC 1071). */

/**
 * Adds the words of `bytes` from `from` to `to` to `sum`. A last odd octet counts as the high half of a word, so only the
 * last part may be odd.
 */
export function addWords(bytes: Uint8Array, sum = 0, from = 0, to = bytes.length): number {
  let total = sum;
  const even = from + ((to - from) & ~1);
  for (let i = from; i < even; i += 2) total += ((bytes[i] ?? 0) << 8) | (bytes[i + 1] ?? 0);
  if (even < to) total += (bytes[even] ?? 0) << 8;
  return total;
}

/** The checksum that belongs to a sum of words. */
export function checksumOfSum(sum: number): number {
  let folded = sum;
  // Sums beyond 32 bits are for the longest packets only.
  while (folded > 0xffffffff) folded = (folded % 0x10000) + Math.floor(folded / 0x10000);
  while (folded > 0xffff) folded = (folded & 0xffff) + (folded >>> 16);
  return ~folded & 0xffff;
}

/** The checksum of `bytes` from `from` to `to`; 0 over octets that contain their own correct checksum. */
export function internetChecksum(bytes: Uint8Array, from = 0, to = bytes.length): number {
  return checksumOfSum(addWords(bytes, 0, from, to));
}

/** The checksum after one word it covers has changed (RFC 1624, equation 3). */
export function updatedChecksum(checksum: number, oldWord: number, newWord: number): number {
  return checksumOfSum((~checksum & 0xffff) + (~oldWord & 0xffff) + newWord);
}
