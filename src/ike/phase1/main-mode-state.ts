/** The states of main mode: named for what is awaited, each with what is known by then and nothing else. */
import type { CertificateRequest } from "../../isakmp/payloads/certificate-request.ts";
import type { Identification } from "../../isakmp/payloads/identification.ts";
import type { VendorId } from "../../isakmp/payloads/vendor-id.ts";
import type { ProtectionSuite } from "../policy.ts";
import type { NatSituation } from "./nat-traversal.ts";
import type { Agreed, Exchanged, Introduced, Keyed } from "./phase1-state.ts";
import type { OwnProof, Proven } from "./proof.ts";

export type MainModeState =
  | { readonly at: "awaits MM2"; readonly suites: readonly ProtectionSuite[]; readonly SAi_b: Uint8Array }
  | ({
      readonly at: "generates key pair";
      readonly nonce: Uint8Array;
      readonly privateValue: Uint8Array;
    } & Agreed)
  | ({ readonly at: "awaits MM4" } & Agreed & Offered)
  | ({ readonly at: "opens MM4"; readonly message: KeyMessage } & Agreed & Offered)
  | ({ readonly at: "computes shared secret" } & Agreed &
      Exchanged &
      Introduced & { readonly gxi: Uint8Array; readonly gxr: Uint8Array })
  | ({ readonly at: "signs MM5"; readonly proof: OwnProof } & Agreed & Keyed & Introduced)
  | ({ readonly at: "awaits MM6" } & Agreed & Keyed & Introduced)
  | ({ readonly at: "awaits MM3" } & Agreed)
  | ({ readonly at: "opens MM3"; readonly message: KeyMessage } & Agreed)
  | ({ readonly at: "computes keys" } & Agreed & Exchanged & Introduced & { readonly gxi: Uint8Array })
  | ({ readonly at: "awaits MM5" } & Agreed & Keyed & Introduced)
  | ({ readonly at: "signs MM6"; readonly proof: OwnProof; readonly proven: Proven } & Agreed &
      Keyed &
      Introduced);

/** What an initiator has said in MM3. */
interface Offered {
  readonly nonce: Uint8Array;
  readonly privateValue: Uint8Array;
  readonly gxi: Uint8Array;
  /** With encrypted nonces: who we said we are. */
  readonly ownId: Identification | undefined;
}

/** The peer's MM3 or MM4. */
export interface KeyMessage {
  readonly publicValue: Uint8Array;
  /** Encrypted where the identity is. */
  readonly nonce: Uint8Array;
  /** Undefined where nonces are clear and identities come later. */
  readonly sealedId: Uint8Array | undefined;
  readonly vendorIds: readonly VendorId[];
  readonly nat: NatSituation;
  readonly requests: readonly CertificateRequest[];
}
