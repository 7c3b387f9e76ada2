/**
 * What each message of an exchange must and may carry, in the words of RFC 2409. A message that fits becomes a bag of
 * named payloads, so that a step can only read what its message is sure to have.
 */
import type { Payload } from "../isakmp/payload.ts";

type Kind = Payload["kind"];
type Of<K extends Kind> = Extract<Payload, { kind: K }>;

export interface Shape<R extends Kind, M extends Kind> {
  /** Exactly once each. */
  readonly require: readonly R[];
  /** Any number of times, also none. */
  readonly allow: readonly M[];
  /** The kinds that come first, in this order. */
  readonly first: readonly Kind[];
}

export type Bag<R extends Kind, M extends Kind> = { readonly [K in R]: Of<K> } & {
  readonly all: { readonly [K in M]: readonly Of<K>[] };
};

export interface ShapeProblem {
  readonly kind: "shape problem";
  readonly detail: string;
}

/** Payload types from 128 on are for private use: those we do not know are passed over (RFC 2408 §3.1, §3.16). */
const PRIVATE_USE = 128;

/** Sorts the payloads by kind, or says in one sentence what is missing, too many or out of place. */
export function open<R extends Kind, M extends Kind>(
  shape: Shape<R, M>,
  payloads: readonly Payload[],
): Bag<R, M> | ShapeProblem {
  const byKind = new Map<Kind, Payload[]>();
  for (const payload of payloads) {
    if (payload.kind === "unknown" && payload.payloadType >= PRIVATE_USE) continue;
    const list = byKind.get(payload.kind);
    if (list === undefined) byKind.set(payload.kind, [payload]);
    else list.push(payload);
  }
  for (const [index, kind] of shape.first.entries())
    if (payloads[index]?.kind !== kind)
      return problem(`payload ${index + 1} must be ${kind}, not ${payloads[index]?.kind ?? "absent"}`);
  const bag: Record<string, unknown> = {};
  for (const kind of shape.require) {
    const found = byKind.get(kind) ?? [];
    if (found.length !== 1)
      return problem(
        found.length === 0 ? `no ${kind} payload` : `${found.length} ${kind} payloads where one is expected`,
      );
    bag[kind] = found[0];
    byKind.delete(kind);
  }
  const all: Record<string, unknown> = {};
  for (const kind of shape.allow) {
    all[kind] = byKind.get(kind) ?? [];
    byKind.delete(kind);
  }
  for (const kind of byKind.keys()) return problem(`unexpected ${kind} payload`);
  return { ...bag, all } as unknown as Bag<R, M>; // every key of the type was set just above
}

function problem(detail: string): ShapeProblem {
  return { kind: "shape problem", detail };
}

export function isShapeProblem(value: object): value is ShapeProblem {
  return "kind" in value && value.kind === "shape problem";
}

/** RFC 2409 §5.4, main mode with a pre-shared key. What only other authentication methods carry is passed over. */
export const MM_SA = {
  require: ["SA"],
  allow: ["VID", "NOTIFY", "CERT", "CERTREQ"],
  first: ["SA"],
} as const;
export const MM_KE = {
  require: ["KE", "NONCE"],
  allow: ["VID", "NOTIFY", "NAT-D", "CERT", "CERTREQ"],
  first: [],
} as const;
export const MM_AUTH = {
  require: ["ID", "HASH"],
  allow: ["VID", "NOTIFY", "CERT", "CERTREQ"],
  first: [],
} as const;

/** RFC 2409 §5.1: the last two messages of main mode with signatures. */
export const MM_AUTH_SIGNED = {
  require: ["ID", "SIG"],
  allow: ["VID", "NOTIFY", "CERT", "CERTREQ"],
  first: [],
} as const;

/** RFC 2409 §5.2, main mode with encrypted nonces: the identity stays an unknown payload, for it is encrypted. */
export const MM_KE_SEALED = {
  require: ["KE", "NONCE", "unknown"],
  allow: ["VID", "NOTIFY", "NAT-D", "CERT", "CERTREQ", "HASH"],
  first: [],
} as const;
export const MM_AUTH_SEALED = {
  require: ["HASH"],
  allow: ["VID", "NOTIFY", "CERT", "CERTREQ"],
  first: [],
} as const;

/** RFC 2409 §5.4, aggressive mode with a pre-shared key. */
export const AM_OFFER = {
  require: ["SA", "KE", "NONCE", "ID"],
  allow: ["VID", "NOTIFY", "CERT", "CERTREQ"],
  first: ["SA"],
} as const;
export const AM_ANSWER = {
  require: ["SA", "KE", "NONCE", "ID", "HASH"],
  allow: ["VID", "NOTIFY", "NAT-D", "CERT", "CERTREQ"],
  first: ["SA"],
} as const;
export const AM_PROOF = {
  require: ["HASH"],
  allow: ["VID", "NOTIFY", "NAT-D", "CERT", "CERTREQ"],
  first: [],
} as const;

/** RFC 2409 §5.2, aggressive mode with encrypted nonces. */
export const AM_OFFER_SEALED = {
  require: ["SA", "KE", "NONCE", "unknown"],
  allow: ["VID", "NOTIFY", "CERT", "CERTREQ", "HASH"],
  first: ["SA"],
} as const;
export const AM_ANSWER_SEALED = {
  require: ["SA", "KE", "NONCE", "unknown", "HASH"],
  allow: ["VID", "NOTIFY", "NAT-D", "CERT", "CERTREQ"],
  first: ["SA"],
} as const;

/** RFC 2409 §5.1, aggressive mode with signatures. */
export const AM_ANSWER_SIGNED = {
  require: ["SA", "KE", "NONCE", "ID", "SIG"],
  allow: ["VID", "NOTIFY", "NAT-D", "CERT", "CERTREQ"],
  first: ["SA"],
} as const;
export const AM_PROOF_SIGNED = {
  require: ["SIG"],
  allow: ["VID", "NOTIFY", "NAT-D", "CERT", "CERTREQ"],
  first: [],
} as const;

/** RFC 2409 §5.5: HASH first, then SA. */
export const QM_OFFER = {
  require: ["HASH", "SA", "NONCE"],
  allow: ["KE", "ID", "NOTIFY", "NAT-OA", "VID"],
  first: ["HASH", "SA"],
} as const;
export const QM_DONE = { require: ["HASH"], allow: ["NOTIFY", "VID"], first: ["HASH"] } as const;

/** RFC 2409 §5.7. */
export const INFO_PROTECTED = {
  require: ["HASH"],
  allow: ["NOTIFY", "DELETE", "VID"],
  first: ["HASH"],
} as const;
