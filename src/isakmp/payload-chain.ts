/**
 * The chain of payloads behind an ISAKMP header (RFC 2408 §3.2, §5.3): each names the type of the next, the last names
 * none. What is left behind the last is padding.
 */
import { Reader, type ReaderOptions } from "../base/reader.ts";
import { Writer } from "../base/writer.ts";
import { readGenericHeader, writeWithGenericHeader } from "./generic-header.ts";
import { PAYLOADS_MAX } from "./limits.ts";
import { PAYLOAD_TYPE } from "./numbers/payload-type.ts";
import { decodeBody, type Payload, payloadTypeOf, writeBody } from "./payload.ts";

export { encodeBody } from "./payload.ts";

export interface PayloadChain {
  readonly payloads: readonly Payload[];
  /** Where each payload lies. */
  readonly extents: readonly PayloadExtent[];
  /** What follows the last payload: padding of an encrypted chain, nothing in a well-made clear one. */
  readonly trailing: Uint8Array;
}

export interface PayloadExtent {
  readonly type: number;
  /** Of the generic header, from the start of the chain. */
  readonly offset: number;
  /** Generic header included. */
  readonly length: number;
}

export interface ChainOptions extends ReaderOptions {
  /** Identities are encrypted to an RSA key (RFC 2409 §5.2) and stay unknown payloads of type 5. */
  readonly sealedIdentities?: boolean;
}

/** The payloads in `bytes`, of which the header says that the first has type `firstType`. */
export function decodePayloads(
  firstType: number,
  bytes: Uint8Array,
  options: ChainOptions = {},
): PayloadChain {
  const reader = new Reader(bytes, options);
  const start = reader.offset;
  const payloads: Payload[] = [];
  const extents: PayloadExtent[] = [];
  const names = new PayloadNames();
  let typeAt = start;
  for (let type = firstType; type !== PAYLOAD_TYPE.NONE; ) {
    const name = names.next(type);
    if (payloads.length === PAYLOADS_MAX) reader.fail(`more than ${PAYLOADS_MAX} payloads`, name);
    if (type === PAYLOAD_TYPE.P || type === PAYLOAD_TYPE.T)
      reader.fail(`payload type ${type} exists inside an SA payload only`, name, typeAt);
    const at = reader.offset;
    const { nextPayload, body } = readGenericHeader(reader, name);
    const isSealed = options.sealedIdentities === true && type === PAYLOAD_TYPE.ID;
    payloads.push(
      isSealed ? { kind: "unknown", payloadType: type, body: body.rest("body") } : decodeBody(type, body),
    );
    extents.push({ type, offset: at - start, length: reader.offset - at });
    typeAt = at;
    type = nextPayload;
  }
  return { payloads, extents, trailing: reader.remaining === 0 ? new Uint8Array() : reader.rest("trailing") };
}

export interface EncodedChain {
  /** Goes into the header. */
  readonly firstType: number;
  readonly bytes: Uint8Array;
}

export function encodePayloads(payloads: readonly Payload[]): EncodedChain {
  const writer = new Writer();
  payloads.forEach((payload, i) => {
    const next = payloads[i + 1];
    writeWithGenericHeader(writer, next === undefined ? PAYLOAD_TYPE.NONE : payloadTypeOf(next), (w) =>
      writeBody(w, payload),
    );
  });
  const [first] = payloads;
  return {
    firstType: first === undefined ? PAYLOAD_TYPE.NONE : payloadTypeOf(first),
    bytes: writer.finish(),
  };
}

/** Names for the payloads of one chain: `SA`, `VID`, `VID[1]`. */
class PayloadNames {
  readonly #seen = new Map<number, number>();

  next(type: number): string {
    const count = this.#seen.get(type) ?? 0;
    this.#seen.set(type, count + 1);
    const name = SHORT_NAMES[type] ?? `payload${type}`;
    return count === 0 ? name : `${name}[${count}]`;
  }
}

const SHORT_NAMES: { readonly [type: number]: string } = {
  ...Object.fromEntries(Object.entries(PAYLOAD_TYPE).map(([name, type]) => [type, name])),
  15: "NAT-D",
  16: "NAT-OA",
  130: "NAT-D",
  131: "NAT-OA",
};
