/** Base 41: two octets as three characters from `A` to `i`. A last group says whether an octet was left over. */

const BASE = 41;
const FIRST = "A".charCodeAt(0);

export function toBase41(octets: Uint8Array): string {
  const isOdd = octets.length % 2 === 1;
  const padded = [...octets, ...(isOdd ? [0] : [0, 1])];
  let text = "";
  for (let i = 0; i < padded.length; i += 2) {
    const value = ((padded[i] ?? 0) << 8) | (padded[i + 1] ?? 0);
    const digits = [Math.floor(value / (BASE * BASE)), Math.floor(value / BASE) % BASE, value % BASE];
    text += String.fromCharCode(...digits.map((digit) => FIRST + digit));
  }
  return text;
}

/** Undefined where the text is not of this form. */
export function fromBase41(text: string): Uint8Array | undefined {
  if (text.length === 0 || text.length % 3 !== 0 || !/^[A-i]*$/.test(text)) return undefined;
  const octets: number[] = [];
  for (let i = 0; i < text.length; i += 3) {
    const value = [0, 1, 2].reduce((sum, at) => sum * BASE + text.charCodeAt(i + at) - FIRST, 0);
    if (value > 0xffff) return undefined;
    octets.push(value >> 8, value & 0xff);
  }
  return Uint8Array.from(octets.slice(0, octets.at(-1) === 0 ? -1 : -2));
}
