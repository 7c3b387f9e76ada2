/** The strict decoders of `isakmp`, used so that a malformed message is still read as far as it goes. */
import { MalformedError } from "../base/errors.ts";
import type { ReadField } from "../base/reader.ts";
import { decodeHeader, HEADER_LENGTH, type IsakmpHeader } from "../isakmp/header.ts";
import { decodeMessage } from "../isakmp/message.ts";
import { type ChainOptions, decodePayloads, type PayloadChain } from "../isakmp/payload-chain.ts";
import type { Problem } from "./explanation.ts";

/** The header, also of a message whose length it does not give; undefined where it is not whole. */
export function headerIn(bytes: Uint8Array, record: (field: ReadField) => void): IsakmpHeader | undefined {
  if (bytes.length < HEADER_LENGTH) {
    attempt(() => decodeHeader(bytes, { record }));
    return undefined;
  }
  const written = new DataView(bytes.buffer, bytes.byteOffset).getUint32(LENGTH_AT);
  const corrected = bytes.slice();
  new DataView(corrected.buffer).setUint32(LENGTH_AT, bytes.length);
  return decodeHeader(corrected, {
    record: (field) => record(field.offset === LENGTH_AT ? { ...field, value: written } : field),
  });
}

/** What RFC 2408 §5.1 to §5.3 object to: nothing, or the first thing that is wrong. */
export function objectionsTo(bytes: Uint8Array, options: ChainOptions = {}): Problem[] {
  const { problem } = attempt(() => decodeMessage(bytes, options));
  return problem === undefined ? [] : [problem];
}

/** The payloads behind the header in clear, or what is wrong with them. */
export function chainIn(
  header: IsakmpHeader,
  octets: Uint8Array,
  options: ChainOptions,
): { readonly chain: PayloadChain | undefined; readonly problem: Problem | undefined } {
  const { result, problem } = attempt(() =>
    decodePayloads(header.nextPayload, octets, { ...options, baseOffset: HEADER_LENGTH }),
  );
  return { chain: result, problem };
}

function attempt<T>(decode: () => T): {
  readonly result: T | undefined;
  readonly problem: Problem | undefined;
} {
  try {
    return { result: decode(), problem: undefined };
  } catch (error) {
    if (!(error instanceof MalformedError)) throw error;
    return { result: undefined, problem: { reason: error.reason, path: error.path, offset: error.offset } };
  }
}

const LENGTH_AT = HEADER_LENGTH - 4;
