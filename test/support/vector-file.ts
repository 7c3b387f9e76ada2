/** Known answers from `test/vectors`; where they come from is in PROVENANCE.md beside them. */
import { readFileSync } from "node:fs";

/** The content of a JSON file in `test/vectors`, in the shape that the caller knows it to have. */
export function vectorFile<T>(name: string): T {
  const text = readFileSync(new URL(`../vectors/${name}`, import.meta.url), "utf8");
  // The files are part of the repository: a wrong shape is found by the test that reads it.
  return JSON.parse(text) as T;
}
