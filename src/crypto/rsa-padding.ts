/**
 * The blocks of PKCS #1 v1.5 (RFC 8017 §8.2, §7.2): `00 01 FF … 00 content` is signed, `00 02 nonzero … 00 content` is
 * encrypted. IKE signs the bare hash, without the DigestInfo that certificates have around it (RFC 2409 §5.1).
 */
import { MisuseError } from "../base/errors.ts";

/** Octets that a block has besides its content. */
export const PADDING_OVERHEAD = 11;

/** What a signature over `content` is the private operation of; undefined where it does not fit in `length` octets. */
export function signatureBlock(content: Uint8Array, length: number): Uint8Array | undefined {
  if (content.length > length - PADDING_OVERHEAD) return undefined;
  const block = new Uint8Array(length).fill(0xff);
  block[0] = 0;
  block[1] = 1;
  block[length - content.length - 1] = 0;
  block.set(content, length - content.length);
  return block;
}

/** `padding`: unpredictable octets, none of them zero, that fill the block. */
export function encryptionBlock(content: Uint8Array, padding: Uint8Array): Uint8Array {
  if (padding.length < PADDING_OVERHEAD - 3 || padding.includes(0))
    throw new MisuseError("a block to be encrypted needs eight octets of padding or more, none of them zero");
  const block = new Uint8Array(padding.length + content.length + 3);
  block[1] = 2;
  block.set(padding, 2);
  block.set(content, padding.length + 3);
  return block;
}

/**
 * The content of a decrypted block, or `substitute` where it is none that was ever encrypted properly. Whoever learns which
 * of the two it was can decrypt anything (Bleichenbacher 1998), so there is neither a branch nor an early end that depends
 * on the block.
 */
export function unpadEncryptionBlock(block: Uint8Array, substitute: Uint8Array): Uint8Array {
  let bad = (block[0] ?? 1) | ((block[1] ?? 0) ^ 2);
  let looking = -1;
  let separator = 0;
  for (let i = 2; i < block.length; i++) {
    const isZero = allOnesIfZero(block[i] ?? 0);
    separator |= i & looking & isZero;
    looking &= ~isZero;
  }
  bad |= looking;
  // Fewer than eight octets of padding.
  bad |= (separator - (PADDING_OVERHEAD - 1)) >> 31;
  const choice = [substitute, block.slice(separator + 1)] as const;
  return choice[allOnesIfZero(bad) & 1] ?? substitute;
}

function allOnesIfZero(value: number): number {
  return ~((value | -value) >> 31);
}
