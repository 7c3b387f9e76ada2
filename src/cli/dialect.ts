/** In which dialect a configuration is written: IOS's, or that of the PIX. */
import { type Configuration, emptyConfiguration } from "../config/configuration.ts";
import { emptyPixConfiguration } from "../config/defaults.ts";
import { GLOBAL_MODE } from "./config/global-mode.ts";
import { PIX_MODE } from "./config/pix/pix-mode.ts";
import type { Mode } from "./mode.ts";
import type { Line } from "./words.ts";

/** All that may be entered globally. */
export function globalModeOf({ pix }: Configuration): Mode {
  return pix === undefined ? GLOBAL_MODE : PIX_MODE;
}

/** A PIX writes its own remarks, and that its configuration ends, behind a colon. */
export function isComment({ text }: Line, { pix }: Configuration): boolean {
  return text.startsWith("!") || (pix !== undefined && text.startsWith(":"));
}

/** The configuration that the lines of a file begin with: a PIX's where the first that says anything is `PIX Version`. */
export function configurationBefore(lines: readonly string[]): Configuration {
  const first = lines.find((line) => !/^\s*(?:[:!].*)?$/.test(line)) ?? "";
  const version = /^\s*PIX\s+Version\s+(\S+)/i.exec(first)?.[1];
  return version === undefined ? emptyConfiguration() : emptyPixConfiguration(version);
}
