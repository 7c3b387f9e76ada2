/** `debug crypto condition` and `show crypto debug-condition`. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { FakeConsole } from "../../../test/support/fake-router.ts";

function shown(...lines: readonly string[]): string[] {
  const console = new FakeConsole("");
  for (const line of lines) assert.deepEqual(console.output(line), [], line);
  return console.output("show crypto debug-condition");
}

test("conditions are listed, and taken back one by one", () => {
  const set = [
    "debug crypto condition peer ipv4 172.16.172.20",
    "debug crypto condition peer subnet 10.0.0.0 255.0.0.0",
    "debug crypto condition connid 2001",
    "debug crypto condition unmatched",
  ];
  assert.deepEqual(shown(...set), [
    "Crypto conditional debug currently is turned ON",
    "Debug context unmatched flag: ON",
    "",
    "IKE peer IP address filters:",
    "172.16.172.20",
    "10.0.0.0 255.0.0.0",
    "",
    "Connection id filters:",
    "2001",
  ]);
  assert.deepEqual(shown(...set, ...set.map((line) => `no ${line}`)), shown());
  assert.deepEqual(shown(...set, ...set), shown(...set), "twice is once");
});

test("reset takes all of them back", () => {
  assert.deepEqual(shown("debug crypto condition peer ipv4 172.16.172.20", "debug crypto condition reset"), [
    "Crypto conditional debug currently is turned OFF",
    "Debug context unmatched flag: OFF",
  ]);
});
