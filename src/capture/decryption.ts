/**
 * Opens encrypted messages of a capture. The IV of a message is the last ciphertext block of the one before it, which may
 * be missing or be there twice in different forms; so each block it can be is tried (RFC 2409 Appendix B).
 */
import { MalformedError } from "../base/errors.ts";
import { hex } from "../base/octets.ts";
import { decryptCbc } from "../crypto/cbc.ts";
import { CIPHERS, type CipherName, HASHES, type HashName } from "../crypto/names.ts";
import { initialIv, phase2Iv } from "../ike/keying.ts";
import { HEADER_LENGTH, type IsakmpHeader } from "../isakmp/header.ts";
import { decodePayloads, type PayloadChain } from "../isakmp/payload-chain.ts";
import type { CaptureKeys } from "./key-file.ts";
import type { Exchange, Negotiation } from "./negotiation.ts";

export type Decryption =
  | { readonly kind: "opened"; readonly plaintext: Uint8Array; readonly chain: PayloadChain }
  /** The key is right, as it has opened others, but this one does not hold well-formed payloads. */
  | { readonly kind: "malformed"; readonly plaintext: Uint8Array }
  | { readonly kind: "closed"; readonly why: string };

export function decrypt(
  header: IsakmpHeader,
  ciphertext: Uint8Array,
  negotiation: Negotiation,
  keys: CaptureKeys,
): Decryption {
  const key = keys.isakmp.get(hex(negotiation.initiatorCookie))?.encryptionKey;
  if (key === undefined) return closed("no key for this initiator's cookie");
  const material = ivMaterial(negotiation);
  if (typeof material === "string") return closed(material);
  const { cipher, hash } = material;
  const { keyLength, blockLength } = CIPHERS[cipher];
  if (key.length !== keyLength)
    return closed(`the key has ${key.length} octets, ${negotiation.suite?.cipherName} needs ${keyLength}`);
  if (ciphertext.length === 0 || ciphertext.length % blockLength !== 0)
    return closed(`${ciphertext.length} octets of ciphertext are not whole blocks of ${blockLength}`);
  const exchange = negotiation.exchange(header.messageId);
  const candidates = ivCandidates(material, negotiation, exchange, header.messageId);
  // In CBC the IV touches the first block alone: one decryption serves for all candidates.
  const plaintext = decryptCbc(cipher, key.reveal(), new Uint8Array(blockLength), ciphertext);
  const firstBlock = plaintext.slice(0, blockLength);
  for (const iv of candidates) {
    plaintext.set(xor(firstBlock, iv));
    const chain = plausibleChain(header, plaintext, hash);
    if (chain !== undefined) return { kind: "opened", plaintext, chain };
  }
  if (negotiation.isKeyProven) {
    plaintext.set(xor(firstBlock, candidates[0] ?? firstBlock));
    return { kind: "malformed", plaintext };
  }
  return closed(
    isPhase1Incomplete(header, negotiation)
      ? "the end of phase 1, which its IV is made of, is not in the capture, or the key is wrong"
      : "the key is wrong: what comes out are no payloads",
  );
}

interface IvMaterial {
  readonly cipher: CipherName;
  readonly hash: HashName;
  readonly initial: Uint8Array;
}

/** What all IVs of an ISAKMP SA derive from, or what is missing. */
function ivMaterial({ suite, gxi, gxr }: Negotiation): IvMaterial | string {
  if (suite === undefined) return "the SA payload that chose the cipher is not in the capture";
  const { cipher, hash } = suite;
  if (cipher === undefined) return `${suite.cipherName} is not supported`;
  if (hash === undefined) return `the hash ${suite.hashName} is not supported`;
  if (gxi === undefined || gxr === undefined)
    return "the public values that the first IV is made of are not in the capture";
  return { cipher, hash, initial: initialIv(hash, gxi, gxr, CIPHERS[cipher].blockLength) };
}

/** The likeliest first. */
function ivCandidates(
  { cipher, hash, initial }: IvMaterial,
  { phase1 }: Negotiation,
  exchange: Exchange,
  messageId: number,
): readonly Uint8Array[] {
  const { blockLength } = CIPHERS[cipher];
  const ofPhase1 = [...phase1.lastBlocks, initial];
  if (messageId === 0) return ofPhase1;
  return [...exchange.lastBlocks, ...ofPhase1.map((block) => phase2Iv(hash, block, messageId, blockLength))];
}

/** RFC 2409 §5.5, §5.7: after phase 1 every message begins with a HASH payload of the hash's length. */
function plausibleChain(
  header: IsakmpHeader,
  plaintext: Uint8Array,
  hash: HashName,
): PayloadChain | undefined {
  try {
    const chain = decodePayloads(header.nextPayload, plaintext, { baseOffset: HEADER_LENGTH });
    const [first] = chain.payloads;
    if (first === undefined || chain.trailing.length > PADDING_MAX) return undefined;
    if (header.messageId === 0) return chain;
    return first.kind === "HASH" && first.data.length === HASHES[hash].length ? chain : undefined;
  } catch (error) {
    if (error instanceof MalformedError) return undefined;
    throw error;
  }
}

function isPhase1Incomplete(header: IsakmpHeader, { phase1 }: Negotiation): boolean {
  return header.messageId !== 0 && phase1.lastBlocks.length < 2;
}

function xor(a: Uint8Array, b: Uint8Array): Uint8Array {
  return a.map((octet, i) => octet ^ (b[i] ?? 0));
}

function closed(why: string): Decryption {
  return { kind: "closed", why };
}

/** Some fill up far more than a block, to hide the length. */
const PADDING_MAX = 255;
