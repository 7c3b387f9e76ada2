/** What `show crypto isakmp …` may see: a snapshot. */
import type { Instant } from "../base/time.ts";
import type { CipherName, GroupId, HashName } from "../crypto/names.ts";
import type { AdmissionCounts } from "./admission.ts";
import type { SaReference } from "./events.ts";
import type { RememberedFailure } from "./failure-memory.ts";
import type { AuthenticationMethod } from "./policy.ts";

export interface IsakmpSaView {
  readonly sa: SaReference;
  /** IOS's names of the states of main and aggressive mode; QM_IDLE once established; DELETED while it lingers. */
  readonly state:
    | "MM_NO_STATE"
    | "MM_SA_SETUP"
    | "MM_KEY_EXCH"
    | "AG_NO_STATE"
    | "AG_INIT_EXCH"
    | "QM_IDLE"
    | "DELETED";
  readonly encryption: CipherName | undefined;
  readonly hash: HashName | undefined;
  readonly authentication: AuthenticationMethod | undefined;
  readonly group: GroupId | undefined;
  readonly establishedAt: Instant | undefined;
  readonly expiresAt: Instant | undefined;
  /** What the peer has proved to be in phase 1; empty before. */
  readonly identity: string;
  readonly capabilities: SaCapabilities;
  /** Quick modes and informational exchanges under way. */
  readonly exchanges: number;
}

/** What is used of what the peer can. */
export interface SaCapabilities {
  readonly deadPeerDetection: boolean;
  readonly natTraversal: boolean;
  readonly fragmentation: boolean;
}

export interface IkeView {
  readonly isakmpSas: readonly IsakmpSaView[];
  readonly halfOpen: number;
  readonly jobsRunning: number;
  readonly admission: AdmissionCounts;
  /** By peer, the last one last. */
  readonly failures: readonly RememberedFailure[];
}
