/** Phase 1 of either mode: which steps a state's messages and results belong to. */
import type { JobResult } from "../../crypto/jobs.ts";
import type { Payload } from "../../isakmp/payload.ts";
import { drop } from "../action.ts";
import * as aggressiveMode from "./aggressive-mode.ts";
import type { AggressiveModeState } from "./aggressive-mode-state.ts";
import * as mainMode from "./main-mode.ts";
import type { Phase1Actions as Actions, Phase1Context, Phase1State } from "./phase1-state.ts";

/** A message the state awaits, decrypted where it came encrypted. */
export function receive(context: Phase1Context, state: Phase1State, payloads: readonly Payload[]): Actions {
  if (state.at === "established") return [drop("unexpected", "phase 1 is over")];
  return isAggressive(state)
    ? aggressiveMode.receive(context, state, payloads)
    : mainMode.receive(context, state, payloads);
}

/** The result of the job that the state waits for. */
export function jobDone(context: Phase1Context, state: Phase1State, result: JobResult): Actions {
  if (state.at === "established") return [];
  return isAggressive(state)
    ? aggressiveMode.jobDone(context, state, result)
    : mainMode.jobDone(context, state, result);
}

function isAggressive(state: Exclude<Phase1State, { at: "established" }>): state is AggressiveModeState {
  return AGGRESSIVE.some((at) => at === state.at);
}

const AGGRESSIVE: readonly AggressiveModeState["at"][] = [
  "prepares AM1",
  "awaits AM2",
  "opens AM1",
  "opens AM2",
  "checks AM2",
  "signs AM3",
  "prepares AM2",
  "signs AM2",
  "awaits AM3",
];
