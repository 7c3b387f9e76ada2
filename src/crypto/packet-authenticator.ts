/** HMAC for many packets under one key (RFC 2403, 2404, 4868; AH and ESP). */
import { createHmac, createSecretKey } from "node:crypto";
import { MisuseError } from "../base/errors.ts";
import { HASHES, type HashName } from "./names.ts";
import { plainOctets } from "./plain-octets.ts";

export interface PacketAuthenticator {
  /** HMAC of the parts, one after the other, in full length: the caller truncates. */
  tag(...parts: readonly Uint8Array[]): Uint8Array;
}

/** Throws MisuseError unless the key is as long as the digest (RFC 2403 §3, RFC 2404 §3, RFC 4868 §2.1.1). */
export function packetAuthenticator(hash: HashName, key: Uint8Array): PacketAuthenticator {
  const { length } = HASHES[hash];
  if (key.length !== length)
    throw new MisuseError(`HMAC with ${hash} needs a key of ${length} octets, ${key.length} given`);
  // Made ready once: for a short packet, bringing the key over would take as long as the HMAC.
  const secretKey = createSecretKey(key);
  return {
    tag(...parts) {
      const mac = createHmac(hash, secretKey);
      for (const part of parts) mac.update(part);
      return plainOctets(mac.digest());
    },
  };
}
