/** From octets to payloads: the one place where malformed input of a peer is caught. */
import { MalformedError, tolerant } from "../base/errors.ts";
import { concat, constantTimeEqual } from "../base/octets.ts";
import { CIPHERS } from "../crypto/names.ts";
import { HEADER_LENGTH, type IsakmpHeader } from "../isakmp/header.ts";
import type { Payload } from "../isakmp/payload.ts";
import { decodePayloads, encodeBody, type PayloadChain } from "../isakmp/payload-chain.ts";
import type { Endpoint } from "../net/ip-address.ts";
import { NO_IVS } from "./conversation.ts";
import type { EngineState } from "./engine-state.ts";
import type { IsakmpSa } from "./isakmp-sa.ts";
import { hash1, phase2Iv } from "./keying.ts";
import type { HashedMessage } from "./phase2/quick-mode-state.ts";
import { unseal } from "./protection.ts";

/** The payloads of a clear message; undefined, and told, where they are malformed. */
export function decodeChain(
  state: EngineState,
  sa: IsakmpSa | undefined,
  local: Endpoint,
  remote: Endpoint,
  firstType: number,
  bytes: Uint8Array,
  sealedIdentities = false,
): readonly Payload[] | undefined {
  const options = { baseOffset: HEADER_LENGTH, sealedIdentities };
  const chain = tolerant(() => decodePayloads(firstType, bytes.subarray(HEADER_LENGTH), options));
  if (!(chain instanceof MalformedError)) return chain.payloads;
  state.dropped(sa, local, remote, "malformed", chain.message);
  return undefined;
}

export interface OpenedChain {
  readonly chain: PayloadChain;
  readonly plaintext: Uint8Array;
  readonly nextIv: Uint8Array;
  /** The IV that fitted. */
  readonly iv: Uint8Array;
}

/**
 * The payloads of an encrypted message under the first of the IVs with which it decrypts to something that reads as
 * payloads and satisfies `accepts`. A wrong key or IV makes noise of it, which is no payload but by accident.
 */
export function openWith(
  sa: IsakmpSa,
  ivs: readonly Uint8Array[],
  firstType: number,
  bytes: Uint8Array,
  accepts: (chain: PayloadChain, plaintext: Uint8Array) => boolean = () => true,
): OpenedChain | undefined {
  const { protection } = sa;
  if (protection === undefined) return undefined;
  for (const iv of ivs) {
    const opened = unseal(protection, iv, bytes);
    if (opened === undefined) return undefined;
    const chain = tolerant(() => decodePayloads(firstType, opened.plaintext, { baseOffset: HEADER_LENGTH }));
    if (chain instanceof MalformedError || !accepts(chain, opened.plaintext)) continue;
    return { chain, iv, ...opened };
  }
  return undefined;
}

/** What HASH_I and HASH_R prove of a phase 1 message: identity, and hash or signature. What is beside them is not covered. */
export function provenContent({ payloads }: PayloadChain): Uint8Array {
  return concat(
    ...payloads.filter(({ kind }) => kind === "ID" || kind === "HASH" || kind === "SIG").map(encodeBody),
  );
}

/** The payloads as they were encrypted, without what pads them. */
export function contentOf(chain: PayloadChain, plaintext: Uint8Array): Uint8Array {
  const last = chain.extents.at(-1);
  return plaintext.slice(0, last === undefined ? 0 : last.offset + last.length);
}

/** What the HASH payload of a phase 2 message covers besides the message id: all that follows it, without padding. */
export function hashedMessage(chain: PayloadChain, plaintext: Uint8Array): HashedMessage {
  const [first] = chain.extents;
  const last = chain.extents.at(-1);
  const start = first === undefined ? 0 : first.offset + first.length;
  const end = last === undefined ? 0 : last.offset + last.length;
  return { payloads: chain.payloads, afterHash: plaintext.subarray(start, end) };
}

/** The first message of any phase 2 exchange: its IV follows from phase 1, and HASH(1) tells whether it is authentic. */
export function openFirst(sa: IsakmpSa, header: IsakmpHeader, bytes: Uint8Array) {
  const { protection } = sa;
  if (protection === undefined) return undefined;
  const { blockLength } = CIPHERS[protection.cipher];
  const ivOf = (base: Uint8Array): Uint8Array =>
    phase2Iv(protection.hash, base, header.messageId, blockLength);
  const bases = [sa.phase2BaseIv, ...sa.formerBaseIvs];
  const verifies = (chain: PayloadChain, plaintext: Uint8Array): boolean => {
    const [first] = chain.payloads;
    const { afterHash } = hashedMessage(chain, plaintext);
    return (
      first?.kind === "HASH" &&
      constantTimeEqual(first.data, hash1(protection.hash, protection.SKEYID_a, header.messageId, afterHash))
    );
  };
  for (const base of bases) {
    const opened = openWith(sa, [ivOf(base)], header.nextPayload, bytes, verifies);
    if (opened === undefined) continue;
    // Authentic: from here on it is known what the peer chains to.
    sa.phase2BaseIv = base;
    sa.formerBaseIvs = NO_IVS;
    sa.phase1.isChainFixed = true;
    return opened;
  }
  return undefined;
}
