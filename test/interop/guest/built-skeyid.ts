/** skeyid as it is built: it starts faster than from its sources, and a guest is slow. */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

/** Builds it, where its sources are newer. */
export function buildSkeyid(): void {
  const compiler = `${ROOT}node_modules/typescript/bin/tsc`;
  const { status, stdout } = spawnSync(process.execPath, [compiler, "-b", "src"], {
    cwd: ROOT,
    encoding: "utf8",
  });
  if (status !== 0) throw new Error(`skeyid does not build:\n${stdout}`);
}

const ROOT = fileURLToPath(new URL("../../../", import.meta.url));

/** Program and first argument. */
export const BUILT_SKEYID: readonly string[] = [process.execPath, `${ROOT}bin/skeyid.js`];
