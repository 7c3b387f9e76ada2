/** The file with the key that pre-shared keys are encrypted with, beside the configuration and for nobody else to read. */
import { existsSync, readFileSync, rmSync, statSync } from "node:fs";
import { reasonOf, writeAtomically } from "./atomic-file.ts";

/** `router.config-key` beside `router.cfg`. */
export function configKeyFileOf(configuration: string): string {
  return `${configuration.replace(/\.[^./\\]*$/, "")}.config-key`;
}

export type ConfigKeyRead =
  | { readonly kind: "key"; readonly key: string | undefined }
  /** As a sentence. */
  | { readonly kind: "problem"; readonly problem: string };

/** No key where there is no file. */
export function loadConfigKey(path: string): ConfigKeyRead {
  try {
    if (!existsSync(path)) return { kind: "key", key: undefined };
    if ((statSync(path).mode & 0o077) !== 0)
      return { kind: "problem", problem: `${path}: others may read the key in it; chmod 600` };
    return { kind: "key", key: readFileSync(path, "utf8").replace(/\n$/, "") };
  } catch (error) {
    return { kind: "problem", problem: reasonOf(error) };
  }
}

/** What is wrong, if anything. */
export function saveConfigKey(path: string, key: string | undefined): string | undefined {
  if (key !== undefined) return writeAtomically(path, `${key}\n`);
  try {
    rmSync(path, { force: true });
    return undefined;
  } catch (error) {
    return reasonOf(error);
  }
}
