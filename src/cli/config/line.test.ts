import assert from "node:assert/strict";
import { test } from "node:test";
import { isSynchronous, lineSettings, loginOf } from "../../config/line-settings.ts";
import { loadConfiguration } from "../load.ts";
import { runningConfig } from "../running-config.ts";

test("what is entered for several lines goes to each, and lines alike print together", () => {
  const { configuration, problems } = load(
    "line con 0",
    " exec-timeout 0 0",
    "line vty 0 4",
    " access-class 23 in",
    " login local",
    " transport input ssh",
    "line vty 3",
    " privilege level 15",
    "line vty 5 15",
    " transport input none",
  );
  assert.deepEqual(problems, []);
  assert.deepEqual(linesOf(configuration), [
    "line con 0",
    " exec-timeout 0 0",
    "line vty 0 2",
    " access-class 23 in",
    " login local",
    " transport input ssh",
    "line vty 3",
    " access-class 23 in",
    " privilege level 15",
    " login local",
    " transport input ssh",
    "line vty 4",
    " access-class 23 in",
    " login local",
    " transport input ssh",
    "line vty 5 15",
    " transport input none",
  ]);
});

test("logging synchronous has a level and a limit; with level all it changes nothing", () => {
  const ends = (line: string) => {
    const { configuration, problems } = load("line con 0", ` ${line}`);
    assert.deepEqual(problems, []);
    return [linesOf(configuration)[1], isSynchronous(lineSettings(configuration.lines, "con", 0))];
  };
  assert.deepEqual(ends("logging synchronous"), [" logging synchronous", true]);
  assert.deepEqual(ends("logging synchronous level 2 limit 20"), [" logging synchronous", true]);
  assert.deepEqual(ends("logging syn lim 50 level 5"), [" logging synchronous level 5 limit 50", true]);
  assert.deepEqual(ends("logging synchronous level all"), [" logging synchronous level all", false]);
  assert.deepEqual(ends("no logging synchronous level 2"), [undefined, false]);
});

test("lines that become alike again print as one", () => {
  const { configuration } = load(
    "line vty 0 4",
    " transport input ssh telnet",
    "line vty 2",
    " width 132",
    " no width",
  );
  assert.deepEqual(linesOf(configuration), ["line vty 0 4", " transport input telnet ssh"]);
});

test("the console asks for no password and virtual terminals do, unless it is said otherwise", () => {
  const { lines } = load("line vty 1", "no login", "line con 0", "login").configuration;
  assert.deepEqual(loginOf(lineSettings(lines, "vty", 0)), { kind: "password" });
  assert.deepEqual(loginOf(lineSettings(lines, "vty", 1)), { kind: "none" });
  assert.deepEqual(loginOf(lineSettings(lines, "con", 0)), { kind: "password" });
  assert.deepEqual(loginOf(lineSettings([], "con", 0)), { kind: "none" });
});

test("`no exec-timeout` is to wait for ever, as on IOS", () => {
  const { configuration } = load("line con 0", " no exec-timeout");
  assert.deepEqual(linesOf(configuration), ["line con 0", " exec-timeout 0 0"]);
});

test("lines of ports that a gateway does not have are kept", () => {
  const { configuration } = load("line tty 1 8", " modem InOut", "line 33 48", " speed 38400");
  assert.deepEqual(linesOf(configuration), ["line tty 1 8", " modem InOut", "line 33 48", " speed 38400"]);
});

function load(...lines: string[]) {
  return loadConfiguration(lines.join("\n"), "test");
}

/** From the first terminal line on, without what divides. */
function linesOf(configuration: ReturnType<typeof load>["configuration"]): string[] {
  const printed = runningConfig(configuration).filter((line) => line !== "!" && line !== "end");
  return printed.slice(printed.findIndex((line) => line.startsWith("line")));
}
