/**
 * Work too slow for the event loop, as plain data: the core asks for it, the host performs it off the loop, and the
 * result comes back as an input. `performJob` is pure, so simulators and tests perform jobs inline.
 */
import type { GroupId } from "./names.ts";
import type { GeneratedRsaKey } from "./rsa-generation.ts";

export type Job =
  /** g^x: our public value for a private exponent. */
  | { readonly kind: "dh-public"; readonly group: GroupId; readonly privateValue: Uint8Array }
  /** g^xy alone. */
  | {
      readonly kind: "dh-shared";
      readonly group: GroupId;
      readonly privateValue: Uint8Array;
      readonly peerPublicValue: Uint8Array;
    }
  /** Both at once: what a responder needs after one message. */
  | {
      readonly kind: "dh-both";
      readonly group: GroupId;
      readonly privateValue: Uint8Array;
      readonly peerPublicValue: Uint8Array;
    }
  /** A signature over the bare content. Private keys are in the DER of PKCS #8. */
  | { readonly kind: "rsa-sign"; readonly privateKey: Uint8Array; readonly content: Uint8Array }
  /** Ciphertexts of a stranger; each that is none yields its substitute. */
  | {
      readonly kind: "rsa-decrypt";
      readonly privateKey: Uint8Array;
      readonly ciphertexts: readonly Uint8Array[];
      readonly substitutes: readonly Uint8Array[];
    }
  /** A new key pair, which follows from the seed. */
  | { readonly kind: "rsa-generate"; readonly modulusBits: number; readonly seed: Uint8Array };

/** What a job knows and nobody else may: to be moved rather than copied, and to be forgotten when it is done. */
export function secretOf(job: Job): Uint8Array {
  switch (job.kind) {
    case "dh-public":
    case "dh-shared":
    case "dh-both":
      return job.privateValue;
    case "rsa-sign":
    case "rsa-decrypt":
      return job.privateKey;
    case "rsa-generate":
      return job.seed;
  }
}

/** The same job with its secret in other octets. */
export function withSecret(job: Job, secret: Uint8Array): Job {
  switch (job.kind) {
    case "dh-public":
    case "dh-shared":
    case "dh-both":
      return { ...job, privateValue: secret };
    case "rsa-sign":
    case "rsa-decrypt":
      return { ...job, privateKey: secret };
    case "rsa-generate":
      return { ...job, seed: secret };
  }
}

export type JobResult =
  | { readonly kind: "dh-public"; readonly publicValue: Uint8Array }
  | { readonly kind: "dh-shared"; readonly sharedSecret: Uint8Array }
  | { readonly kind: "dh-both"; readonly publicValue: Uint8Array; readonly sharedSecret: Uint8Array }
  | { readonly kind: "rsa-sign"; readonly signature: Uint8Array }
  | { readonly kind: "rsa-decrypt"; readonly contents: readonly Uint8Array[] }
  | { readonly kind: "rsa-generate"; readonly key: GeneratedRsaKey }
  /** The peer's public value is not one of the group (RFC 2409 §5, RFC 6989), or the work could not be done. */
  | { readonly kind: "failed"; readonly reason: string };
