/**
 * CBC for many packets under one key (ESP: RFC 2405, 2451, 3602; NULL: RFC 2410). Setting up a context costs more than
 * encrypting a packet, so one context per direction lives as long as its SA and chains on from packet to packet. What
 * that chaining adds to the first block of a packet is known, and taken out again: the octets are those of plain CBC.
 */
import { type Cipher, createCipheriv, createDecipheriv, type Decipher } from "node:crypto";
import { MisuseError } from "../base/errors.ts";
import { cbcAlgorithm, checkCbcLengths } from "./cbc.ts";
import { CIPHERS, type CipherName } from "./names.ts";
import { plainOctets } from "./plain-octets.ts";

/** One key's cipher. Texts are whole blocks; IVs have one block, none with NULL. Throws MisuseError otherwise. */
export interface PacketCipher {
  /** The ciphertext alone, as long as the plaintext. */
  seal(iv: Uint8Array, plaintext: Uint8Array): Uint8Array;
  open(iv: Uint8Array, ciphertext: Uint8Array): Uint8Array;
}

export function packetCipher(cipher: CipherName | "null", key: Uint8Array): PacketCipher {
  if (cipher !== "null") return new ChainedCbc(cipher, key);
  if (key.length !== 0) throw new MisuseError(`the NULL cipher has no key, ${key.length} octets given`);
  return NULL_CIPHER;
}

/** RFC 2410: what comes out is what went in, in octets of its own. */
const NULL_CIPHER: PacketCipher = {
  seal: (_iv, plaintext) => plaintext.slice(),
  open: (_iv, ciphertext) => ciphertext.slice(),
};

class ChainedCbc implements PacketCipher {
  readonly #cipher: CipherName;
  readonly #blockLength: number;
  readonly #algorithm: string;
  readonly #key: Uint8Array;
  #sealing: Chain<Cipher> | undefined;
  #opening: Chain<Decipher> | undefined;

  constructor(cipher: CipherName, key: Uint8Array) {
    const { algorithm, algorithmKey } = cbcAlgorithm(cipher, key);
    this.#cipher = cipher;
    this.#blockLength = CIPHERS[cipher].blockLength;
    this.#algorithm = algorithm;
    this.#key = algorithmKey;
  }

  seal(iv: Uint8Array, plaintext: Uint8Array): Uint8Array {
    checkCbcLengths(this.#cipher, iv, plaintext);
    this.#sealing ??= this.#chain((start) => createCipheriv(this.#algorithm, this.#key, start));
    const { context, last } = this.#sealing;
    // The context is going to add its last block where the IV belongs.
    const input = plaintext.slice();
    exchange(input, last, iv);
    const ciphertext = plainOctets(context.update(input));
    this.#remember(last, ciphertext);
    return ciphertext;
  }

  open(iv: Uint8Array, ciphertext: Uint8Array): Uint8Array {
    checkCbcLengths(this.#cipher, iv, ciphertext);
    this.#opening ??= this.#chain((start) => createDecipheriv(this.#algorithm, this.#key, start));
    const { context, last } = this.#opening;
    const plaintext = plainOctets(context.update(ciphertext));
    exchange(plaintext, last, iv);
    this.#remember(last, ciphertext);
    return plaintext;
  }

  #chain<C extends Cipher | Decipher>(create: (start: Uint8Array) => C): Chain<C> {
    const start = new Uint8Array(this.#blockLength);
    const context = create(start);
    context.setAutoPadding(false);
    return { context, last: start };
  }

  #remember(last: Uint8Array, ciphertext: Uint8Array): void {
    if (ciphertext.length > 0) last.set(ciphertext.subarray(ciphertext.length - this.#blockLength));
  }
}

interface Chain<C> {
  readonly context: C;
  /** The last ciphertext block that went through the context. */
  readonly last: Uint8Array;
}

/** Takes one block out of the first block of `text`, and puts another in. */
function exchange(text: Uint8Array, out: Uint8Array, into: Uint8Array): void {
  if (text.length === 0) return;
  for (let i = 0; i < out.length; i++) text[i] = (text[i] ?? 0) ^ (out[i] ?? 0) ^ (into[i] ?? 0);
}
