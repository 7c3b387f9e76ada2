/** What follows `--debug`, and `"debug"` in `lab.json`. */
import type { DebugFlag } from "../cli/services.ts";

/** The story of a negotiation, as the documents' listings show it. */
export const MAIN_DEBUG_FLAGS: readonly DebugFlag[] = ["isakmp", "ipsec", "engine"];

const PKI_FLAGS: readonly DebugFlag[] = ["pki transactions", "pki validation"];

export const DEBUG_WORDS: Readonly<Record<string, readonly DebugFlag[]>> = {
  isakmp: ["isakmp"],
  ipsec: ["ipsec"],
  engine: ["engine"],
  "key-exchange": ["key-exchange"],
  pki: PKI_FLAGS,
  session: ["session"],
  all: [...MAIN_DEBUG_FLAGS, "key-exchange", ...PKI_FLAGS, "session"],
};
