/**
 * Captures that others made and that are not part of this repository: in the folder that the environment variable
 * SKEYID_CAPTURES names, else in `captures` beside the repository.
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const { SKEYID_CAPTURES } = process.env;
const FOLDER = SKEYID_CAPTURES ?? fileURLToPath(new URL("../../../captures", import.meta.url));

/** For the `skip` option of a test that needs this file or folder: false, or a line that says what is missing. */
export function skipWithout(name: string): string | false {
  return existsSync(`${FOLDER}/${name}`) ? false : `needs ${name} from SKEYID_CAPTURES, which is not here`;
}

export function foreignCapture(name: string): Uint8Array {
  return new Uint8Array(readFileSync(`${FOLDER}/${name}`));
}

/** Paths of all captures below `folder`, for `foreignCapture`; empty where there are none. */
export function foreignCaptures(folder = ""): readonly string[] {
  const root = folder === "" ? FOLDER : `${FOLDER}/${folder}`;
  if (!existsSync(root)) return [];
  return readdirSync(root)
    .filter((name) => /\.pcap(ng)?$/.test(name))
    .sort()
    .map((name) => (folder === "" ? name : `${folder}/${name}`));
}
