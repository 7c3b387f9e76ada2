import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { FakeConsole } from "../../../test/support/fake-router.ts";
import { plain } from "../../../test/support/plain-configuration.ts";
import { configurationLines } from "../../../test/support/sentence-arbitraries.ts";
import { seconds } from "../../base/time.ts";
import { loadConfiguration } from "../load.ts";
import { runningConfig } from "../running-config.ts";
import { differenceLines } from "./configuration-difference.ts";
import { parseFileName } from "./file-store.ts";

fc.configureGlobal({ seed: 2409 });

const TEXT = "hostname R1\ninterface Ethernet0/0\n ip address 10.0.0.1 255.0.0.0\n";

function started(): FakeConsole {
  return new FakeConsole(TEXT);
}

function hostname(console: FakeConsole): string {
  return console.router.configuration().hostname.value;
}

test("what runs is written to the startup configuration, in several words", () => {
  for (const lines of [
    ["write memory"],
    ["wr"],
    ["copy running-config startup-config", ""],
    ["copy run start", ""],
  ]) {
    const console = started();
    console.type("configure terminal", "hostname R2", "end");
    assert.match(console.type(...lines), /Building configuration\.\.\.\n\[OK\]\n$/);
    assert.ok(console.output("show startup-config").includes("hostname R2"), lines[0]);
    assert.deepEqual(console.output("show archive config differences"), [
      "!Contextual Config Diffs:",
      "!No changes were found",
    ]);
  }
});

test("what differs is shown below the line of its mode", () => {
  const console = started();
  console.type(
    "configure terminal",
    "hostname R2",
    "interface Ethernet0/0",
    "description lan",
    "ip address 10.0.0.2 255.0.0.0",
    "ip host a 10.0.0.9",
    "end",
  );
  assert.deepEqual(console.output("show archive config differences"), [
    "!Contextual Config Diffs:",
    "+hostname R2",
    "+ip host a 10.0.0.9",
    "interface Ethernet0/0",
    " +description lan",
    " +ip address 10.0.0.2 255.0.0.0",
    " -ip address 10.0.0.1 255.0.0.0",
    "-hostname R1",
  ]);
});

test("lines whose order differs are told, and as few as can be", () => {
  assert.deepEqual(differenceLines(["a", "b", "c", "d"], ["b", "c", "d", "a"]), ["+a", "-a"]);
  assert.deepEqual(differenceLines(["a", "a"], ["a"]), ["-a"]);
  assert.deepEqual(differenceLines(["l", " x"], ["m", " x"]), ["+m", " +x", "-l", " -x"]);
});

test("a configuration differs from itself in nothing, and from another by lines of both", () => {
  const printed = (lines: readonly string[]) =>
    runningConfig(loadConfiguration(lines.join("\n"), "test").configuration);
  fc.assert(
    fc.property(configurationLines(), configurationLines(), (a, b) => {
      const [before, after] = [printed(a), printed(b)];
      assert.deepEqual(differenceLines(before, before), []);
      for (const line of differenceLines(before, after)) {
        const [, sign, text = ""] = /^ *([+-]?)(.*)$/.exec(line) ?? [];
        const where = sign === "-" ? before : after;
        assert.ok(
          where.some((own) => own.trim() === text.trim()),
          line,
        );
      }
    }),
    { numRuns: 60 },
  );
});

test("files are copied, shown, listed and deleted", () => {
  const console = started();
  assert.deepEqual(console.output("dir"), ["Directory of flash:/", "", "No files in directory", ""]);
  assert.match(console.type("copy running-config backup.cfg", ""), /\[backup\.cfg\]\? \n\d+ bytes copied/);
  assert.match(console.type("copy running-config flash:other", "third"), /bytes copied/);
  const names = console.output("dir").flatMap((line) => line.split(/\s+/).slice(-1));
  assert.deepEqual(
    names.filter((name) => /^[bt]/.test(name)),
    ["backup.cfg", "third"],
  );
  assert.deepEqual(console.output("more backup.cfg"), console.output("more running-config"));
  assert.match(console.type("delete flash:third", ""), /Delete flash:third\? \[confirm\]/);
  assert.deepEqual(console.output("more third"), [
    "%Error opening flash:third (No such file or directory)",
    "",
  ]);
  assert.match(console.type("copy none startup-config"), /No such file/);
  assert.match(console.type("copy tftp://10.0.0.1/x running-config"), /Invalid input/);
  assert.match(console.type("delete startup-config"), /erase startup-config/);
});

test("names of files lead out of no folder", () => {
  for (const name of ["../x", "a/b", "/etc/passwd", ".ssh", "flash:../x", "x\u0000", "x".repeat(64), ""])
    assert.equal(parseFileName(name), undefined, name);
  assert.equal(parseFileName("flash:/a.cfg"), "flash:a.cfg");
  assert.equal(parseFileName("NVRAM:startup-config"), "startup-config");
});

test("a file copied to the running configuration is entered into it, or none of it where a line is wrong", () => {
  const console = started();
  console.router.files().write("flash:more", "ip host a 10.0.0.9\n");
  console.router.files().write("flash:wrong", "hostname R9\nip hst b 10.0.0.9\n");
  console.type("copy more running-config", "");
  assert.deepEqual([hostname(console), console.router.configuration().hosts.length], ["R1", 1]);
  assert.match(console.type("copy wrong running-config", ""), /IOS refuses this line/);
  assert.equal(hostname(console), "R1");
});

test("the startup configuration is erased after a question", () => {
  for (const line of ["erase startup-config", "write erase"]) {
    const console = started();
    console.type(line, "n");
    assert.notEqual(console.router.files().read("startup-config"), undefined);
    assert.match(console.type(line, ""), /Erase of nvram: complete/);
    assert.deepEqual(console.output("show startup-config"), ["startup-config is not present", ""]);
  }
});

test("reload asks whether to save what would be lost, and begins with what is saved", () => {
  const change = ["configure terminal", "hostname R2", "end"];
  const lost = started();
  lost.type(...change, "reload", "no", "");
  assert.deepEqual([hostname(lost), lost.router.restarts], ["R1", 1]);
  const saved = started();
  saved.type(...change, "reload", "yes", "");
  assert.deepEqual([hostname(saved), saved.router.restarts], ["R2", 1]);
  const refused = started();
  assert.match(refused.type("reload", "n"), /Proceed with reload\? \[confirm\]n/);
  assert.equal(refused.router.restarts, 0);
});

test("after a reload the session is at its beginning", () => {
  const console = started();
  console.router.files().write("startup-config", `${TEXT}enable secret x\n`);
  console.type("reload", "no", "");
  assert.equal(console.session.prompt(), "R1>");
});

test("a reload waits for its time, and can be called off", () => {
  const console = started();
  console.type("reload in 5 tests", "");
  console.router.world.runFor(seconds(299));
  assert.deepEqual(console.output("show reload"), ["Reload scheduled in 1 seconds"]);
  assert.equal(console.router.restarts, 0);
  console.router.world.runFor(seconds(1));
  assert.equal(console.router.restarts, 1);
  assert.deepEqual(console.router.logged, [
    "%SYS-5-RELOAD: Reload requested",
    "%SYS-5-RESTART: System restarted --",
  ]);
  console.type("reload in 1:00", "", "reload cancel");
  console.router.world.runFor(seconds(4000));
  assert.equal(console.router.restarts, 1);
  assert.match(console.type("reload cancel"), /No reload is scheduled/);
});

test("configure replace leaves nothing of what was, or everything where the file is wrong", () => {
  const console = started();
  console.type("configure terminal", "ip host a 10.0.0.9", "end");
  console.router.files().write("flash:new", "hostname New\n");
  console.router.files().write("flash:wrong", "hostname Bad\nhostnme\n");
  const before = plain(console.router.configuration());
  assert.match(console.type("configure replace wrong force"), /Nothing was replaced/);
  assert.deepEqual(plain(console.router.configuration()), before);
  console.type("configure replace new", "no");
  assert.deepEqual(plain(console.router.configuration()), before);
  assert.match(console.type("configure replace new", "y"), /Rollback Done/);
  assert.deepEqual(
    plain(console.router.configuration()),
    plain(loadConfiguration("hostname New\n", "new").configuration),
  );
});

test("what is not confirmed in time is taken back, whatever was entered", () => {
  fc.assert(
    fc.property(configurationLines(), (lines) => {
      const console = started();
      const before = plain(console.router.configuration());
      console.type(
        "configure terminal revert timer 2",
        ...lines.filter((line) => !/^(end|exit|do|banner)/.test(line)),
      );
      console.router.world.runFor(seconds(121));
      assert.deepEqual(plain(console.router.configuration()), before);
    }),
    { numRuns: 40 },
  );
});

test("what is confirmed stays, and reverting can be had at once or later", () => {
  const change = ["configure terminal revert timer 2", "hostname R2", "end"];
  const confirmed = started();
  confirmed.type(...change, "configure confirm");
  confirmed.router.world.runFor(seconds(1000));
  assert.equal(hostname(confirmed), "R2");
  const now = started();
  assert.match(now.type(...change, "configure revert now"), /Rollback Done/);
  assert.equal(hostname(now), "R1");
  const later = started();
  later.type(...change, "configure revert timer 10");
  later.router.world.runFor(seconds(599));
  assert.equal(hostname(later), "R2");
  assert.match(
    later.type("configure terminal revert timer 3"),
    /waits to be confirmed already, for 1 seconds/,
  );
  later.router.world.runFor(seconds(1));
  assert.equal(hostname(later), "R1");
  assert.match(later.type("configure confirm"), /No Rollback Confirmed Change pending/);
});

test("configure memory enters the startup configuration once more, configure alone asks", () => {
  const console = started();
  console.type("configure terminal", "hostname R2", "end", "configure memory");
  assert.equal(hostname(console), "R1");
  console.type("configure", "");
  assert.equal(console.session.prompt(), "R1(config)#");
});
