import assert from "node:assert/strict";
import { test } from "node:test";
import { compile } from "../../config/compile.ts";
import { loadConfiguration } from "../load.ts";
import { runningConfig } from "../running-config.ts";

function compiled(...lines: string[]) {
  const { configuration, problems } = loadConfiguration(lines.join("\n"), "test.cfg");
  assert.deepEqual(problems, []);
  const ike = compile(configuration).policy?.ike;
  return {
    policy: [ike?.natTransparency, ike?.natKeepaliveSeconds],
    printed: runningConfig(configuration).filter((line) => / nat/.test(line)),
  };
}

test("NATs are traversed, with a keepalive every 20 seconds, where nothing is said", () => {
  assert.deepEqual(compiled(), { policy: [true, 20], printed: [] });
  const said = compiled("crypto ipsec nat-transparency udp-encapsulation");
  assert.deepEqual(said, { policy: [true, 20], printed: [] });
});

test("both are switched, printed and taken back", () => {
  const lines = ["crypto isakmp nat keepalive 300", "no crypto ipsec nat-transparency udp-encapsulation"];
  assert.deepEqual(compiled(...lines), { policy: [false, 300], printed: lines });
  const back = ["no crypto isakmp nat keepalive", "crypto ipsec nat-transparency udp-encapsulation"];
  assert.deepEqual(compiled(...lines, ...back), { policy: [true, 20], printed: [] });
});

test("what IOS refuses changes nothing and has its words", () => {
  const { configuration, problems } = loadConfiguration(
    [
      "crypto isakmp nat keepalive 4",
      "crypto isakmp nat keepalive",
      "crypto ipsec nat-transparency tcp",
    ].join("\n"),
    "test.cfg",
  );
  assert.deepEqual(
    problems.map(({ message }) => message),
    [
      "crypto isakmp nat keepalive 4\n                            ^\n% Invalid input detected at '^' marker.",
      "crypto isakmp nat keepalive\n% Incomplete command.",
      "crypto ipsec nat-transparency tcp\n                              ^\n% Invalid input detected at '^' marker.",
    ],
  );
  assert.equal(configuration.isakmp.natKeepaliveSeconds, undefined);
});

test("SPI matching, which no NAT needs that UDP encapsulation goes through, is kept without effect", () => {
  const line = "crypto ipsec nat-transparency spi-matching";
  const { configuration, problems } = loadConfiguration(line, "test.cfg");
  assert.deepEqual(
    problems.map(({ kind }) => kind),
    ["without-effect"],
  );
  assert.ok(runningConfig(configuration).includes(line), "it prints back");
});
