/** The states of main mode: named for what is awaited, each with what is known by then and nothing else. */
import type { ProtectionSuite } from "../policy.ts";
import type { Agreed, Exchanged, Keyed } from "./phase1-state.ts";

export type MainModeState =
  | { readonly at: "awaits MM2"; readonly suites: readonly ProtectionSuite[]; readonly SAi_b: Uint8Array }
  | ({
      readonly at: "generates key pair";
      readonly nonce: Uint8Array;
      readonly privateValue: Uint8Array;
    } & Agreed)
  | ({
      readonly at: "awaits MM4";
      readonly nonce: Uint8Array;
      readonly privateValue: Uint8Array;
      readonly gxi: Uint8Array;
    } & Agreed)
  | ({ readonly at: "computes shared secret" } & Agreed &
      Exchanged & { readonly gxi: Uint8Array; readonly gxr: Uint8Array })
  | ({ readonly at: "awaits MM6" } & Agreed & Keyed)
  | ({ readonly at: "awaits MM3" } & Agreed)
  | ({ readonly at: "computes keys" } & Agreed & Exchanged & { readonly gxi: Uint8Array })
  | ({ readonly at: "awaits MM5" } & Agreed & Keyed);
