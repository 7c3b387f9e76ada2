/** `crypto isakmp keepalive`: what it says, prints and refuses. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { compile } from "../../config/compile.ts";
import { loadConfiguration } from "../load.ts";
import { runningConfig } from "../running-config.ts";

function said(line: string) {
  const { configuration, problems } = loadConfiguration(line, "test.cfg");
  return {
    detection: compile(configuration).policy?.ike.deadPeerDetection,
    printed: runningConfig(configuration).filter((text) => text.includes("keepalive")),
    problems: problems.length,
  };
}

for (const [line, detection, printed] of [
  ["crypto isakmp keepalive 10", [10, 2, "on-demand"], undefined],
  ["crypto isakmp keepalive 10 3", [10, 3, "on-demand"], undefined],
  ["crypto isakmp keepalive 20 5 periodic", [20, 5, "periodic"], undefined],
  ["crypto isakmp keepalive 20 periodic", [20, 2, "periodic"], undefined],
  ["crypto isakmp keepalive 3600 60 on-demand", [3600, 60, "on-demand"], "crypto isakmp keepalive 3600 60"],
] as const)
  test(line, () => {
    const [seconds, retrySeconds, mode] = detection;
    assert.deepEqual(said(line), {
      detection: { seconds, retrySeconds, mode },
      printed: [printed ?? line],
      problems: 0,
    });
  });

test("without the line, and after `no`, nobody is asked; too short an interval is refused", () => {
  assert.equal(said("").detection, undefined);
  assert.equal(said("crypto isakmp keepalive 10\nno crypto isakmp keepalive").detection, undefined);
  assert.equal(said("crypto isakmp keepalive 9").problems, 1);
});
