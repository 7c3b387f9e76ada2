/** Octets that somebody else chose, as text that cannot harm a terminal or a log. */

/** ASCII as it is, `"` and `\` with a `\` before them, everything else as `\x0a`; in quotes. */
export function quoted(octets: Uint8Array): string {
  let text = "";
  for (const octet of octets) {
    const character = String.fromCharCode(octet);
    if (octet < 0x20 || octet > 0x7e) text += `\\x${octet.toString(16).padStart(2, "0")}`;
    else text += character === '"' || character === "\\" ? `\\${character}` : character;
  }
  return `"${text}"`;
}

/** Some octets, all of them printable ASCII. */
export function isText(octets: Uint8Array): boolean {
  return octets.length > 0 && octets.every((octet) => octet >= 0x20 && octet <= 0x7e);
}
