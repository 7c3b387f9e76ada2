/**
 * Work too slow for the event loop, as plain data: the core asks for it, the host performs it off the loop, and the
 * result comes back as an input. `performJob` is pure, so simulators and tests perform jobs inline.
 */
import type { GroupId } from "./names.ts";

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
    };

export type JobResult =
  | { readonly kind: "dh-public"; readonly publicValue: Uint8Array }
  | { readonly kind: "dh-shared"; readonly sharedSecret: Uint8Array }
  | { readonly kind: "dh-both"; readonly publicValue: Uint8Array; readonly sharedSecret: Uint8Array }
  /** The peer's public value is not one of the group (RFC 2409 §5, RFC 6989), or the work could not be done. */
  | { readonly kind: "failed"; readonly reason: string };
