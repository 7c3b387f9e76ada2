import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { DEFAULT_LOGGING, type LoggingSettings, SEVERITIES } from "../config/logging-settings.ts";
import { ipv4 } from "../net/ip-address.ts";
import { LogBuffer } from "./log-buffer.ts";
import { Logging } from "./logging.ts";
import { syslogDatagram } from "./syslog-datagram.ts";

fc.configureGlobal({ seed: 2409 });

const SERVERS = [{ address: ipv4("10.1.1.1"), port: 514, origin: undefined }];

test("a message goes where its severity lets it, and is counted there", () => {
  const logging = withSettings({ console: set(4), monitor: set("off"), trap: set(6), servers: SERVERS });
  const of = (line: string) => {
    const { toConsole, toMonitors, toServers } = logging.take("log", [line], "");
    return { toConsole, toMonitors, toServers };
  };
  assert.deepEqual(of("%SYS-3-BAD: x"), { toConsole: true, toMonitors: false, toServers: true });
  assert.deepEqual(of("%SYS-6-GOOD: x"), { toConsole: false, toMonitors: false, toServers: true });
  assert.equal(logging.take("debug", ["ISAKMP: x"], "").toServers, false);
  assert.deepEqual(logging.view().counts, { console: 1, monitor: 0, buffer: 3, trap: 2 });
});

test("without `logging on` the console alone is told", () => {
  const logging = withSettings({ on: set(false), servers: SERVERS });
  const { toConsole, toMonitors, toServers } = logging.take("log", ["%SYS-0-DEAD: x"], "");
  assert.deepEqual([toConsole, toMonitors, toServers], [true, false, false]);
  assert.deepEqual(logging.view().lines, []);
});

test("sequence numbers and stamps stand before the first line of a message", () => {
  const logging = withSettings({ sequenceNumbers: set(true) });
  logging.take("log", ["%A-5-B: one"], "00:00:12: ");
  const { message } = logging.take("log", ["%A-5-B: two", "  more"], "*Mar  1 00:14:48.579: ");
  assert.deepEqual(message.lines, ["000002: *Mar  1 00:14:48.579: %A-5-B: two", "  more"]);
});

test("a buffer holds the last lines that fit, whatever comes", () => {
  fc.assert(
    fc.property(fc.array(fc.string({ maxLength: 30 })), fc.integer({ min: 1, max: 200 }), (lines, size) => {
      const buffer = new LogBuffer();
      for (const line of lines) buffer.add([line], size);
      const octets = buffer.lines.reduce((sum, line) => sum + line.length + 1, 0);
      assert.ok(octets <= size, "no more than fits");
      assert.deepEqual(buffer.lines, lines.slice(lines.length - buffer.lines.length));
      const next = lines.at(-buffer.lines.length - 1);
      if (next !== undefined && buffer.lines.length < lines.length)
        assert.ok(octets + next.length + 1 > size, "nothing that fits is let go");
    }),
  );
});

test("servers get IOS's form, or the fields of RFC 5424", () => {
  const said = ["%SYS-5-CONFIG_I: Configured from \u001b[31mconsole", "by x"];
  const { message } = withSettings({}).take("log", said, "*Mar  1 00:14:48.579: ");
  const sender = { hostname: "R1", timeOfDay: Date.UTC(2026, 10, 21, 10, 44, 8, 123) };
  const text = (settings: Partial<LoggingSettings>) =>
    new TextDecoder().decode(syslogDatagram(message, { ...DEFAULT_LOGGING, ...settings }, sender));
  assert.equal(
    text({}),
    "<189>1: *Mar  1 00:14:48.579: %SYS-5-CONFIG_I: Configured from \\x1b[31mconsole by x",
  );
  assert.equal(
    text({ rfc5424: set(true), facility: set(16) }),
    "<133>1 2026-11-21T10:44:08.123Z R1 skeyid - SYS-5-CONFIG_I - %SYS-5-CONFIG_I: Configured from \\x1b[31mconsole by x",
  );
});

test("every message has a priority that a server understands, and no datagram is long", () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...SEVERITIES),
      fc.string({ unit: "binary", maxLength: 3000 }),
      (severity, text) => {
        const { message } = withSettings({}).take("log", [`%X-${severity}-Y: ${text}`], "");
        const datagram = syslogDatagram(message, DEFAULT_LOGGING, { hostname: "R", timeOfDay: 0 });
        assert.ok(
          new TextDecoder().decode(datagram).startsWith(`<${184 + severity}>`),
          "facility and severity",
        );
        assert.ok(datagram.length < 9000, "one datagram");
      },
    ),
  );
});

function withSettings(settings: Partial<LoggingSettings>): Logging {
  return new Logging(() => ({ ...DEFAULT_LOGGING, ...settings }));
}

function set<T>(value: T) {
  return { value, origin: undefined };
}
