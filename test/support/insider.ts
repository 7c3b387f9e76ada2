/** Somebody who holds the keys of an ISAKMP SA between A and B, and may say under them whatever he likes. */
import { concat, fromHex } from "../../src/base/octets.ts";
import { CIPHERS } from "../../src/crypto/names.ts";
import type { IkeOutput } from "../../src/ike/engine-contract.ts";
import { hash1, hash2, phase2Iv } from "../../src/ike/keying.ts";
import { type Protection, seal, unseal } from "../../src/ike/protection.ts";
import { HEADER_LENGTH } from "../../src/isakmp/header.ts";
import { EXCHANGE_TYPE } from "../../src/isakmp/numbers/exchange-type.ts";
import type { Notification, Payload } from "../../src/isakmp/payload.ts";
import { decodePayloads, encodePayloads } from "../../src/isakmp/payload-chain.ts";
import { type Datagram, IkePair } from "./ike-pair.ts";

type Options = NonNullable<ConstructorParameters<typeof IkePair>[0]>;

export class Insider {
  readonly pair: IkePair;
  readonly protection: Protection;
  readonly cookies: { readonly initiatorCookie: Uint8Array; readonly responderCookie: Uint8Array };
  readonly #baseIv: Uint8Array;
  #nextMessageId = 0x1000;

  /** `pair` has just negotiated, with `exportKeys` at A. */
  constructor(pair: IkePair) {
    const keys = pair.outputs.A.findLast((output) => output.kind === "isakmp-keys") as Extract<
      IkeOutput,
      { kind: "isakmp-keys" }
    >; // findLast does not narrow
    const { hash, encryption } = keys as { hash: "sha1"; encryption: "3des" }; // the names of SUITE
    this.pair = pair;
    this.protection = {
      cipher: encryption,
      hash,
      encryptionKey: keys.encryptionKey,
      SKEYID_a: keys.SKEYID_a,
      SKEYID_d: keys.SKEYID_a,
    };
    const last = pair.wire.findLast(({ bytes }) => bytes[18] === EXCHANGE_TYPE["Identity Protection"]);
    if (last === undefined) throw new TypeError("no main mode was heard");
    this.cookies = {
      initiatorCookie: fromHex(keys.initiatorCookie),
      responderCookie: last.bytes.slice(8, 16),
    };
    this.#baseIv = lastBlock(last.bytes, this.blockLength);
  }

  /** A pair that has negotiated once, and an insider of its SA. */
  static ofNew(a: Options = {}, b: Options = {}): Insider {
    const pair = new IkePair({ ...a, exportKeys: true }, b);
    pair.negotiate("A");
    return new Insider(pair);
  }

  get blockLength(): number {
    return CIPHERS[this.protection.cipher].blockLength;
  }

  get ownSpi(): Uint8Array {
    return concat(this.cookies.initiatorCookie, this.cookies.responderCookie);
  }

  messageIdOf({ bytes }: Datagram): number {
    return new DataView(bytes.buffer, bytes.byteOffset).getUint32(20);
  }

  /** The first message of an exchange: IV and HASH(1) as they must be, the rest as given. */
  first(
    from: "A" | "B",
    exchange: "Quick Mode" | "Informational",
    payloads: readonly Payload[],
    messageId = this.#takeMessageId(),
  ): Datagram {
    const { hash, SKEYID_a } = this.protection;
    const digest = hash1(hash, SKEYID_a, messageId, encodePayloads(payloads).bytes);
    return this.raw(from, exchange, [{ kind: "HASH", data: digest }, ...payloads], messageId);
  }

  /** The same without a HASH(1) of ours. */
  raw(
    from: "A" | "B",
    exchange: "Quick Mode" | "Informational",
    payloads: readonly Payload[],
    messageId = this.#takeMessageId(),
  ): Datagram {
    const iv = phase2Iv(this.protection.hash, this.#baseIv, messageId, this.blockLength);
    const header = { ...this.cookies, exchangeType: EXCHANGE_TYPE[exchange], messageId };
    return { from, bytes: seal(this.protection, iv, header, payloads).bytes };
  }

  /** Says something in an informational exchange of its own. */
  inform(from: "A" | "B", ...payloads: readonly Payload[]): void {
    this.pair.deliver(this.first(from, "Informational", payloads));
    this.pair.settle();
  }

  /** The payloads of a quick mode's first message, its HASH included. */
  openFirst(message: Datagram): readonly Payload[] {
    const iv = phase2Iv(this.protection.hash, this.#baseIv, this.messageIdOf(message), this.blockLength);
    return this.#open(message, iv);
  }

  openSecond(first: Datagram, second: Datagram): readonly Payload[] {
    return this.#open(second, lastBlock(first.bytes, this.blockLength));
  }

  /** The second message of a quick mode with its payloads (HASH aside) changed and its HASH(2) right again. */
  answer(
    first: Datagram,
    second: Datagram,
    change: (payloads: readonly Payload[]) => readonly Payload[],
  ): Datagram {
    const messageId = this.messageIdOf(first);
    const { hash, SKEYID_a } = this.protection;
    const nonce = this.openFirst(first).find((payload) => payload.kind === "NONCE");
    const payloads = change(this.openSecond(first, second).slice(1));
    const rest = encodePayloads(payloads).bytes;
    const data = hash2(hash, SKEYID_a, messageId, nonce?.kind === "NONCE" ? nonce.data : rest, rest);
    const header = { ...this.cookies, exchangeType: EXCHANGE_TYPE["Quick Mode"], messageId };
    const iv = lastBlock(first.bytes, this.blockLength);
    return {
      ...second,
      bytes: seal(this.protection, iv, header, [{ kind: "HASH", data }, ...payloads]).bytes,
    };
  }

  #takeMessageId(): number {
    this.#nextMessageId += 1;
    return this.#nextMessageId;
  }

  #open({ bytes }: Datagram, iv: Uint8Array): readonly Payload[] {
    const opened = unseal(this.protection, iv, bytes);
    return decodePayloads(bytes[16] ?? 0, opened?.plaintext ?? new Uint8Array(0)).payloads;
  }
}

export function notification(
  notifyType: number,
  fields: Partial<Omit<Notification, "kind" | "notifyType">> = {},
): Notification {
  const empty = new Uint8Array(0);
  return { kind: "NOTIFY", doi: 1, protocolId: 1, spi: empty, data: empty, ...fields, notifyType };
}

export function lastBlock(message: Uint8Array, blockLength: number): Uint8Array {
  return message.slice(HEADER_LENGTH).slice(-blockLength);
}
