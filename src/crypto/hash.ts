/** The negotiated hash and its HMAC (RFC 2104), which is the prf of IKE where none is negotiated (RFC 2409 §4). */
import crypto from "node:crypto";
import { HASHES, type HashName } from "./names.ts";
import { plainOctets } from "./plain-octets.ts";

/** The digest of the parts, one after the other. */
export function hash(name: HashName, ...parts: readonly Uint8Array[]): Uint8Array {
  return digest(name, joined(0, parts));
}

/** HMAC of the parts, one after the other, in full length. */
export function hmac(name: HashName, key: Uint8Array, ...parts: readonly Uint8Array[]): Uint8Array {
  // The platform's own makes a key object and a context for each, at three times the cost of these two digests.
  const { blockLength, length } = HASHES[name];
  const short = key.length > blockLength ? digest(name, key) : key;
  const inner = joined(blockLength, parts);
  const outer = new Uint8Array(blockLength + length);
  for (let i = 0; i < blockLength; i++) {
    const octet = short[i] ?? 0;
    inner[i] = octet ^ INNER_PAD;
    outer[i] = octet ^ OUTER_PAD;
  }
  outer.set(digest(name, inner), blockLength);
  const mac = digest(name, outer);
  inner.fill(0, 0, blockLength);
  outer.fill(0);
  return mac;
}

/** The parts behind so many octets for something else. */
function joined(before: number, parts: readonly Uint8Array[]): Uint8Array {
  let length = before;
  for (const part of parts) length += part.length;
  const whole = new Uint8Array(length);
  let at = before;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** In one call where the platform has it: from Node 20.12 on. */
const digest: (name: HashName, octets: Uint8Array) => Uint8Array =
  typeof crypto.hash === "function"
    ? (name, octets) => plainOctets(crypto.hash(name, octets, "buffer"))
    : (name, octets) => plainOctets(crypto.createHash(name).update(octets).digest());

/** RFC 2104 §2. */
const INNER_PAD = 0x36;
const OUTER_PAD = 0x5c;
