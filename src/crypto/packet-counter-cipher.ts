/**
 * AES-CTR for many packets under one key (RFC 3686). The packet's IV must never repeat under one key: whoever seals sees
 * to that.
 */
import { createCipheriv, createSecretKey } from "node:crypto";
import { MisuseError } from "../base/errors.ts";
import { COUNTER_CIPHERS, type CounterCipherName, espKeyLength } from "./names.ts";
import type { PacketCipher } from "./packet-cipher.ts";
import { plainOctets } from "./plain-octets.ts";

/** `keyAndNonce` is as KEYMAT gives it: the nonce behind the key. Throws MisuseError unless it and the IVs have their lengths. */
export function packetCounterCipher(name: CounterCipherName, keyAndNonce: Uint8Array): PacketCipher {
  if (keyAndNonce.length !== espKeyLength(name))
    throw new MisuseError(
      `${name} needs a key and nonce of ${espKeyLength(name)} octets, ${keyAndNonce.length} given`,
    );
  const { keyLength, ivLength } = COUNTER_CIPHERS[name];
  const key = createSecretKey(keyAndNonce.subarray(0, keyLength));
  const nonce = keyAndNonce.slice(keyLength);
  const algorithm = `aes-${keyLength * 8}-ctr`;
  // Deciphering is the same: the key stream is added or taken away.
  const withKeyStream = (iv: Uint8Array, text: Uint8Array) => {
    if (iv.length !== ivLength)
      throw new MisuseError(`${name} needs an IV of ${ivLength} octets, ${iv.length} given`);
    return plainOctets(createCipheriv(algorithm, key, firstCounterBlock(nonce, iv)).update(text));
  };
  return { seal: withKeyStream, open: withKeyStream };
}

/** Nonce, IV, and a block counter that begins at 1 (RFC 3686 §4). */
function firstCounterBlock(nonce: Uint8Array, iv: Uint8Array): Uint8Array {
  const block = new Uint8Array(COUNTER_BLOCK_LENGTH);
  block.set(nonce);
  block.set(iv, nonce.length);
  block[COUNTER_BLOCK_LENGTH - 1] = 1;
  return block;
}

const COUNTER_BLOCK_LENGTH = 16;
