/** Anti-replay: how far behind the newest packet late ones are still told from repetitions, for all SAs or for a map entry's. */
import type { Configuration, ReplaySettings, ReplayWindowSize } from "../../config/configuration.ts";
import { possible } from "../lenses.ts";
import { globalSetting, type Statement } from "../mode.ts";
import { choice, word } from "../sentence.ts";
import { phrase } from "../vocabulary.ts";

/** Behind `crypto ipsec security-association replay` and `set security-association replay`. */
export const WINDOW_SIZE = [
  word("window-size", "Set replay window size"),
  choice("size", {
    "32": [32, "Window size of 32"],
    "64": [64, "Window size of 64 (default)"],
    "128": [128, "Window size of 128"],
    "256": [256, "Window size of 256"],
    "512": [512, "Window size of 512"],
    "1024": [1024, "Window size of 1024"],
  }),
] as const;

export const DISABLE = [word("disable", "Disable replay checking")] as const;

export const REPLAY_HELP = "Set replay checking";

/** Of what has such settings; `key` words of its sentence name the setting. */
export function windowSizeOf<T extends { readonly replay: ReplaySettings }>(key: number) {
  return possible<T, { readonly size: ReplayWindowSize }, ReplayWindowSize>({
    key,
    read: ({ replay }) => replay.windowSize,
    write: (owner, windowSize) => ({ ...owner, replay: { ...owner.replay, windowSize } }),
    toValue: ({ size }) => size,
    toArguments: (size) => ({ size }),
  });
}

export function disabledOf<T extends { readonly replay: ReplaySettings }>(key: number) {
  return possible<T, object, true>({
    key,
    read: ({ replay }) => replay.disabled,
    write: (owner, disabled) => ({ ...owner, replay: { ...owner.replay, disabled } }),
    toValue: () => true,
    toArguments: () => ({}),
  });
}

const GLOBAL = "crypto ipsec security-association replay";

export const IPSEC_REPLAY: readonly Statement[] = [
  globalSetting([...phrase(GLOBAL, REPLAY_HELP), ...DISABLE], disabledOf<Configuration>(5)),
  globalSetting([...phrase(GLOBAL, REPLAY_HELP), ...WINDOW_SIZE], windowSizeOf<Configuration>(5)),
];
