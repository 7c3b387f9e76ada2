/** tshark, which decrypts IKE and ESP with the keys that we leave. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";

/** False if it is there, so that it can be given as `skip`. */
export function whyNoTshark(): string | false {
  return spawnSync("tshark", ["--version"]).status === 0
    ? false
    : "tshark is not installed (apt-get install tshark)";
}

/** What it says about the capture. The keys lie in `wireshark` in the folder, where it looks for them in a profile. */
export function tshark(capture: string, folder: string, ...args: readonly string[]): string {
  const decryption = ["esp.enable_encryption_decode:TRUE", "esp.enable_authentication_check:TRUE"];
  const { stdout, stderr, status } = spawnSync(
    "tshark",
    ["-r", capture, ...decryption.flatMap((preference) => ["-o", preference]), ...args],
    { encoding: "utf8", env: { ...process.env, XDG_CONFIG_HOME: folder, HOME: folder }, maxBuffer: 1 << 26 },
  );
  assert.equal(status, 0, stderr);
  return stdout;
}
