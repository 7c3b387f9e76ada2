/** Base64 (RFC 4648 §4) as people paste it: with white space, with or without padding. */

/** The octets, or undefined where the text is no base64. */
export function fromBase64(text: string): Uint8Array | undefined {
  const digits = text.replace(/\s/g, "").replace(/={0,2}$/, "");
  if (!/^[A-Za-z\d+/]*$/.test(digits) || digits.length % 4 === 1) return undefined;
  const octets = new Uint8Array(Math.floor((digits.length * 3) / 4));
  for (let i = 0; i < octets.length; i++) {
    const at = Math.floor((i * 4) / 3);
    const pair =
      (ALPHABET.indexOf(digits[at] ?? "A") << 6) | Math.max(0, ALPHABET.indexOf(digits[at + 1] ?? "A"));
    octets[i] = pair >> (4 - (i % 3) * 2);
  }
  return octets;
}

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
