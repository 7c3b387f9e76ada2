/** IP addresses of both versions as text; in a capture either may appear. */

/** Dotted decimals of 4 octets, or RFC 5952's form of 16. */
export function addressText(octets: Uint8Array): string {
  return octets.length === 4 ? octets.join(".") : ipv6Text(octets);
}

function ipv6Text(octets: Uint8Array): string {
  const words: number[] = [];
  for (let i = 0; i + 1 < octets.length; i += 2) words.push(((octets[i] ?? 0) << 8) | (octets[i + 1] ?? 0));
  const { start, length } = longestZeroRun(words);
  const text = (part: readonly number[]): string => part.map((word) => word.toString(16)).join(":");
  if (length < 2) return text(words);
  return `${text(words.slice(0, start))}::${text(words.slice(start + length))}`;
}

function longestZeroRun(words: readonly number[]): { readonly start: number; readonly length: number } {
  let best = { start: 0, length: 0 };
  for (let start = 0; start < words.length; start++) {
    let length = 0;
    while (words[start + length] === 0) length += 1;
    if (length > best.length) best = { start, length };
  }
  return best;
}
