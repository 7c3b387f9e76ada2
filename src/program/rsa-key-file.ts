/** The file with a router's RSA keys, beside its configuration and for nobody else to read. */
import { existsSync, readFileSync, rmSync, statSync } from "node:fs";
import type { RsaKeyPair } from "../config/rsa-key-pair.ts";
import { readRsaKeys, writeRsaKeys } from "../config/rsa-key-text.ts";
import { reasonOf, writeAtomically } from "./atomic-file.ts";

/** `router.keys` beside `router.cfg`. */
export function keyFileOf(configuration: string): string {
  return `${configuration.replace(/\.[^./\\]*$/, "")}.keys`;
}

/** The keys, none where there is no file; or what is wrong, as a sentence. */
export function loadRsaKeys(path: string, routerName: string): readonly RsaKeyPair[] | string {
  if (!existsSync(path)) return [];
  try {
    const others = statSync(path).mode & 0o077;
    const keys = readRsaKeys(readFileSync(path, "utf8"), routerName);
    if (typeof keys === "string") return `${path}: ${keys}`;
    return others === 0 || keys.length === 0
      ? keys
      : `${path}: others may read the private keys in it; chmod 600`;
  } catch (error) {
    return reasonOf(error);
  }
}

/** Replaces the file in one step, so that it is whole at any time; without keys there is none. What is wrong, if anything. */
export function saveRsaKeys(path: string, keys: readonly RsaKeyPair[]): string | undefined {
  if (keys.length > 0) return writeAtomically(path, writeRsaKeys(keys));
  try {
    rmSync(path, { force: true });
    return undefined;
  } catch (error) {
    return reasonOf(error);
  }
}
