/** Checks the HASH payload of a message against what a key file knows (RFC 2409 §5, §5.5, §5.7). */
import { constantTimeEqual, hex } from "../base/octets.ts";
import type { HashName } from "../crypto/names.ts";
import { hash1, hash2, hash3, hashI, hashR } from "../ike/keying.ts";
import type { IsakmpHeader } from "../isakmp/header.ts";
import { EXCHANGE_TYPE } from "../isakmp/numbers/exchange-type.ts";
import { PAYLOAD_TYPE } from "../isakmp/numbers/payload-type.ts";
import { encodeBody, type PayloadChain } from "../isakmp/payload-chain.ts";
import type { CaptureKeys } from "./key-file.ts";
import type { Exchange, Negotiation } from "./negotiation.ts";

export interface HashCheck {
  /** `HASH(1)`, `HASH_I`. */
  readonly name: string;
  readonly result: "verified" | "does not verify" | "cannot be checked";
  /** Why it cannot be checked. */
  readonly why: string | undefined;
}

export interface HashCheckInput {
  readonly label: string;
  readonly header: IsakmpHeader;
  readonly chain: PayloadChain;
  /** The payloads of the message in clear, padding included. */
  readonly octets: Uint8Array;
  readonly negotiation: Negotiation;
  readonly exchange: Exchange;
  readonly keys: CaptureKeys;
}

/** `HASH(1) verified`. */
export function describeHashCheck({ name, result, why }: HashCheck): string {
  return why === undefined ? `${name} ${result}` : `${name} ${result}: ${why}`;
}

/** Undefined where the message has no HASH payload that proves something. */
export function checkHash(input: HashCheckInput): HashCheck | undefined {
  const payload = input.chain.payloads.find(({ kind }) => kind === "HASH");
  const name = hashName(input);
  if (payload?.kind !== "HASH" || name === undefined) return undefined;
  const expected = name === "HASH_I" || name === "HASH_R" ? phase1Hash(input, name) : phase2Hash(input, name);
  if (typeof expected === "string") return { name, result: "cannot be checked", why: expected };
  const isRight = constantTimeEqual(expected, payload.data);
  return { name, result: isRight ? "verified" : "does not verify", why: undefined };
}

type HashPayloadName = "HASH_I" | "HASH_R" | "HASH(1)" | "HASH(2)" | "HASH(3)";

function hashName({ label, header }: HashCheckInput): HashPayloadName | undefined {
  switch (label) {
    case "MM5":
    case "AM3":
      return "HASH_I";
    case "MM6":
    case "AM2":
      return "HASH_R";
    case "QM2":
      return "HASH(2)";
    case "QM3":
      return "HASH(3)";
    default:
      return WITH_HASH_1.includes(header.exchangeType) ? "HASH(1)" : undefined;
  }
}

/** The hash as it should be, or why that cannot be told. */
function phase1Hash(input: HashCheckInput, name: "HASH_I" | "HASH_R"): Uint8Array | string {
  const { negotiation, header, chain } = input;
  const { gxi, gxr, SAi_b, initiatorCookie } = negotiation;
  const SKEYID = keysOf(input)?.SKEYID;
  const hash = hashAlgorithm(input);
  if (SKEYID === undefined) return "it needs SKEYID";
  if (hash === undefined || gxi === undefined || gxr === undefined || SAi_b === undefined)
    return "the messages it covers are not all in the capture";
  const identity = chain.payloads.find(({ kind }) => kind === "ID");
  const ID_b = identity === undefined ? identityBefore(input, name) : encodeBody(identity);
  if (ID_b === undefined) return "the identity it covers is not known";
  const { responderCookie } = header;
  const covered = { hash, SKEYID, gxi, gxr, initiatorCookie, responderCookie, SAi_b };
  return (name === "HASH_I" ? hashI : hashR)(covered, ID_b);
}

/** In aggressive mode the initiator says who it is two messages before it proves it. */
function identityBefore({ negotiation }: HashCheckInput, name: "HASH_I" | "HASH_R"): Uint8Array | undefined {
  return name === "HASH_I" ? negotiation.IDii_b : undefined;
}

function phase2Hash(input: HashCheckInput, name: HashPayloadName): Uint8Array | string {
  const { header, exchange } = input;
  const SKEYID_a = keysOf(input)?.SKEYID_a;
  const hash = hashAlgorithm(input);
  if (SKEYID_a === undefined) return "it needs SKEYID_a";
  if (hash === undefined) return "the hash that was agreed on is not known";
  if (name === "HASH(1)") return hash1(hash, SKEYID_a, header.messageId, rest(input));
  const { openerNonce, answererNonce } = exchange;
  if (openerNonce === undefined) return "the nonce of QM1 is not known";
  if (name === "HASH(2)") return hash2(hash, SKEYID_a, header.messageId, openerNonce, rest(input));
  if (answererNonce === undefined) return "the nonce of QM2 is not known";
  return hash3(hash, SKEYID_a, header.messageId, openerNonce, answererNonce);
}

/** From behind the HASH payload to the end of the last payload. */
function rest({ chain, octets }: HashCheckInput): Uint8Array {
  const hash = chain.extents.find(({ type }) => type === PAYLOAD_TYPE.HASH);
  const last = chain.extents.at(-1);
  if (hash === undefined || last === undefined) return new Uint8Array(0);
  return octets.subarray(hash.offset + hash.length, last.offset + last.length);
}

function keysOf({ keys, negotiation }: HashCheckInput): ReturnType<CaptureKeys["isakmp"]["get"]> {
  return keys.isakmp.get(hex(negotiation.initiatorCookie));
}

function hashAlgorithm(input: HashCheckInput): HashName | undefined {
  return input.negotiation.suite?.hash ?? keysOf(input)?.hash;
}

const WITH_HASH_1: readonly number[] = [
  EXCHANGE_TYPE["Quick Mode"],
  EXCHANGE_TYPE.Informational,
  EXCHANGE_TYPE.Transaction,
];
