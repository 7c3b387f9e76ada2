import assert from "node:assert/strict";
import { test } from "node:test";
import { FakeRouter } from "../../../test/support/fake-router.ts";
import { loadConfiguration } from "../load.ts";
import { runningConfig } from "../running-config.ts";
import { Session } from "../session.ts";

test("logging, time stamps and the time zone print as they are said, levels by name", () => {
  const { configuration, problems } = loadConfiguration(
    [
      "service timestamps debug datetime msec localtime show-timezone year",
      "service timestamps log uptime",
      "service sequence-numbers",
      "clock timezone IST 5 30",
      "logging buffered 16384 4",
      "no logging console",
      "logging monitor warnings",
      "logging trap 7",
      "logging facility local0",
      "logging 10.1.1.1",
      "logging host 10.1.1.2 transport udp port 5514",
      "logging source-interface Ethernet0/0",
      "no logging on",
    ].join("\n"),
    "test",
  );
  assert.deepEqual(problems, []);
  assert.deepEqual(
    runningConfig(configuration).filter((line) => /logging|service|clock/.test(line)),
    [
      "service timestamps debug datetime msec localtime show-timezone year",
      "service timestamps log uptime",
      "service sequence-numbers",
      "no logging on",
      "logging buffered 16384 warnings",
      "no logging console",
      "logging monitor warnings",
      "clock timezone IST 5 30",
      "logging trap debugging",
      "logging facility local0",
      "logging source-interface Ethernet0/0",
      "logging host 10.1.1.1",
      "logging host 10.1.1.2 transport udp port 5514",
    ],
  );
});

test("show logging tells where messages go, and shows those that are kept", () => {
  const router = new FakeRouter("no logging console\nlogging host 10.1.1.1");
  router.logs.take("log", ["%SYS-5-CONFIG_I: Configured from console"], "00:00:12: ");
  const { shown, enter } = sessionAt(router);
  enter("show logging");
  assert.deepEqual(shown().split("\n"), [
    "Syslog logging: enabled (0 messages dropped, 0 flushes, 0 overruns)",
    "    Console logging: disabled",
    "    Monitor logging: level debugging, 1 messages logged",
    "    Buffer logging: level debugging, 1 messages logged",
    "    Trap logging: level informational, 1 message lines logged",
    "        Logging to 10.1.1.1 (udp port 514), 1 message lines logged",
    "",
    "Log Buffer (4096 bytes):",
    "",
    "00:00:12: %SYS-5-CONFIG_I: Configured from console",
    "",
  ]);
  enter("clear logging");
  assert.deepEqual(router.logging().lines, []);
});

test("show users marks the line one is at, and clear line ends another after a question", () => {
  const { shown, enter, session } = sessionAt(new FakeRouter("hostname R1"));
  enter("show users");
  const rows = shown().split("\n").slice(1, 3);
  assert.deepEqual(rows, [
    "*  0 con 0                idle                 00:00:00",
    "   3 vty 1     admin      idle                 00:01:15 10.1.1.2",
  ]);
  enter("clear line vty 1");
  assert.equal(session.prompt(), "[confirm]");
  enter("");
  enter("who");
  assert.match(shown(), / \[OK\]/);
  assert.doesNotMatch(shown().split("[OK]")[1] ?? "", /admin/);
});

function sessionAt(router: FakeRouter) {
  let text = "";
  const session = new Session(
    router,
    (printed) => {
      text += printed;
    },
    { line: { kind: "con", number: 0 }, level: 15 },
  );
  return { session, shown: () => text, enter: (line: string) => session.line(line) };
}
