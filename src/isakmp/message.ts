/** An ISAKMP message: header and payloads, or header and ciphertext (RFC 2408 §3.1, §5.2). */
import { concat } from "../base/octets.ts";
import { Reader } from "../base/reader.ts";
import {
  decodeHeader,
  encodeHeader,
  FLAG_AUTHENTICATION,
  FLAG_COMMIT,
  FLAG_ENCRYPTION,
  HEADER_LENGTH,
  type IsakmpHeader,
} from "./header.ts";
import type { Payload } from "./payload.ts";
import { type ChainOptions, decodePayloads, encodePayloads, type PayloadChain } from "./payload-chain.ts";

export type Message = ClearMessage | EncryptedMessage;

export interface ClearMessage {
  readonly kind: "clear";
  readonly header: IsakmpHeader;
  readonly chain: PayloadChain;
}

/** The payloads are unknown until `ciphertext` is decrypted: `decodePayloads(header.nextPayload, plaintext)`. */
export interface EncryptedMessage {
  readonly kind: "encrypted";
  readonly header: IsakmpHeader;
  readonly ciphertext: Uint8Array;
}

/**
 * The message in `bytes`, which are all of a datagram. Refuses what RFC 2408 §5.2 refuses for every exchange: a version
 * other than 1.0 and unknown flags. Throws MalformedError.
 */
export function decodeMessage(bytes: Uint8Array, options: ChainOptions = {}): Message {
  const header = decodeHeader(bytes, withName(options, "HDR"));
  const start = options.baseOffset ?? 0;
  const body = new Reader(bytes.subarray(HEADER_LENGTH), {
    ...withName(options, "HDR"),
    baseOffset: start + HEADER_LENGTH,
  });
  if (header.majorVersion !== 1 || header.minorVersion !== 0)
    body.fail(
      `${header.majorVersion}.${header.minorVersion} is not ISAKMP's 1.0`,
      "version",
      start + VERSION_AT,
    );
  if ((header.flags & ~FLAGS) !== 0)
    body.fail(`unknown bits in 0x${header.flags.toString(16)}`, "flags", start + FLAGS_AT);
  if ((header.flags & FLAG_ENCRYPTION) !== 0)
    return { kind: "encrypted", header, ciphertext: body.rest("ciphertext") };
  const chainOptions = { ...options, baseOffset: start + HEADER_LENGTH };
  return {
    kind: "clear",
    header,
    chain: decodePayloads(header.nextPayload, bytes.subarray(HEADER_LENGTH), chainOptions),
  };
}

/** A message in clear. `trailing` follows the last payload; well-made messages have none. */
export function encodeMessage(
  header: Omit<IsakmpHeader, "length" | "nextPayload">,
  payloads: readonly Payload[],
  trailing: Uint8Array = new Uint8Array(),
): Uint8Array {
  const { firstType, bytes } = encodePayloads(payloads);
  const length = HEADER_LENGTH + bytes.length + trailing.length;
  return concat(encodeHeader({ ...header, nextPayload: firstType }, length), bytes, trailing);
}

/** A message whose payloads, the first of type `header.nextPayload`, are in `ciphertext`. */
export function encodeEncryptedMessage(
  header: Omit<IsakmpHeader, "length">,
  ciphertext: Uint8Array,
): Uint8Array {
  const flags = header.flags | FLAG_ENCRYPTION;
  return concat(encodeHeader({ ...header, flags }, HEADER_LENGTH + ciphertext.length), ciphertext);
}

function withName(options: ChainOptions, name: string): ChainOptions {
  return options.name === undefined ? { ...options, name } : { ...options, name: `${options.name}.${name}` };
}

const FLAGS = FLAG_ENCRYPTION | FLAG_COMMIT | FLAG_AUTHENTICATION;
const VERSION_AT = 17;
const FLAGS_AT = 19;
