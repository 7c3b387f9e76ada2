/** The version of the software, as its package says. */
import { readFileSync } from "node:fs";

export function softwareVersion(): string {
  const text = readFileSync(new URL("../../package.json", import.meta.url), "utf8");
  const { version }: { readonly version?: string } = JSON.parse(text);
  return version ?? "unknown";
}
