/** The Internet checksum: the ones' complement of the ones' complement sum of 16-bit words (RFC 791 §3.1, RFC 1071). */

/** Adds the words of `bytes` to `sum`. A last odd octet counts as the high half of a word, so only the last part may be odd. */
export function addWords(bytes: Uint8Array, sum = 0): number {
  let total = sum;
  const even = bytes.length & ~1;
  for (let i = 0; i < even; i += 2) total += ((bytes[i] ?? 0) << 8) | (bytes[i + 1] ?? 0);
  if (even < bytes.length) total += (bytes[even] ?? 0) << 8;
  return total;
}

/** The checksum that belongs to a sum of words. */
export function checksumOfSum(sum: number): number {
  let folded = sum;
  while (folded > 0xffff) folded = (folded & 0xffff) + Math.floor(folded / 0x10000);
  return ~folded & 0xffff;
}

/** The checksum of `bytes`; 0 over octets that contain their own correct checksum. */
export function internetChecksum(bytes: Uint8Array): number {
  return checksumOfSum(addWords(bytes));
}

/** The checksum after one word it covers has changed (RFC 1624, equation 3). */
export function updatedChecksum(checksum: number, oldWord: number, newWord: number): number {
  return checksumOfSum((~checksum & 0xffff) + (~oldWord & 0xffff) + newWord);
}
