/** The negotiated hash and its HMAC (RFC 2104), which is the prf of IKE where none is negotiated (RFC 2409 §4). */
import { createHash, createHmac } from "node:crypto";
import type { HashName } from "./names.ts";
import { plainOctets } from "./plain-octets.ts";

/** The digest of the parts, one after the other. */
export function hash(name: HashName, ...parts: readonly Uint8Array[]): Uint8Array {
  const digest = createHash(name);
  for (const part of parts) digest.update(part);
  return plainOctets(digest.digest());
}

/** HMAC of the parts, one after the other, in full length. */
export function hmac(name: HashName, key: Uint8Array, ...parts: readonly Uint8Array[]): Uint8Array {
  const mac = createHmac(name, key);
  for (const part of parts) mac.update(part);
  return plainOctets(mac.digest());
}
