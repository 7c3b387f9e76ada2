import assert from "node:assert/strict";
import { test } from "node:test";
import { FakeRouter } from "../../../test/support/fake-router.ts";
import { terminalEmulator } from "../../../test/support/terminal-emulator.ts";
import { seconds } from "../../base/time.ts";
import { bannerLines } from "../banners.ts";
import { loadConfiguration } from "../load.ts";
import { TerminalSession, type TerminalSessionOptions } from "./terminal-session.ts";

function attached(text: string, options: Partial<TerminalSessionOptions> = {}) {
  const emulator = terminalEmulator(70);
  const router = new FakeRouter(`hostname R1\n${text}`);
  let closed = 0;
  const session = new TerminalSession(router, emulator.write, {
    screen: { length: 0, width: 70 },
    onClosed: () => {
      closed += 1;
    },
    ...options,
  });
  return {
    router,
    type: (keys: string) => session.input(keys),
    rows: () => emulator.rows(),
    closed: () => closed,
  };
}

const BANNERS =
  "banner motd ^C\nKeep out of $(hostname)\n^C\nbanner login #Say who you are#\nbanner exec ^CWelcome^C\n";

test("banners are shown where a session begins: that for the login only where there is one", () => {
  assert.deepEqual(attached(BANNERS).rows(), ["Keep out of R1", "Welcome", "R1#"]);
  const login = `${BANNERS}line con 0\n password ww\n login\n`;
  assert.deepEqual(attached(login).rows(), [
    "Keep out of R1",
    "Say who you are",
    "",
    "User Access Verification",
    "",
    "Password:",
  ]);
});

test("a banner is what stands between its delimiters, however it is entered, and is told of by nobody", () => {
  const said = (text: string) => {
    const { configuration, problems } = loadConfiguration(text, "r.cfg");
    assert.deepEqual(problems, []);
    return bannerLines(configuration, "motd");
  };
  assert.deepEqual(said("banner motd ^Cone^C\n"), ["one"]);
  assert.deepEqual(said("banner motd #one\ntwo#\n"), ["one", "two"]);
  assert.deepEqual(said("banner motd z\n one\n\n two\nz\n"), [" one", "", " two"]);
  assert.deepEqual(said("hostname A\n"), []);
});

test("the console's line asks for its password, three times, and ^C is no way around it", () => {
  const text = "line con 0\n password ww\n login\n privilege level 7\n";
  const admitted = attached(text);
  admitted.type("no\rww\rshow privilege\r");
  assert.deepEqual(admitted.rows().slice(2), [
    "",
    "Password:",
    "% Login invalid",
    "",
    "Password:",
    "R1#show privilege",
    "Current privilege level is 7",
    "R1#",
  ]);
  for (const keys of ["a\rb\rc\r", "\u0003", "\u001a"]) {
    const refused = attached(text);
    refused.type(keys);
    assert.equal(refused.closed(), 1, JSON.stringify(keys));
    refused.type("show privilege\r");
    assert.ok(!refused.rows().some((row) => /level is/.test(row)), "nobody is in");
  }
});

test("login local asks for a name, and the user's level counts", () => {
  const { type, rows } = attached("username joe privilege 5 secret open sesame\nline con 0\n login local\n");
  type("joe\rwrong\rjoe\ropen sesame\rshow privilege\r");
  assert.deepEqual(rows().slice(-3), ["R1#show privilege", "Current privilege level is 5", "R1#"]);
});

test("a password that nobody can know locks nobody out of his own console", () => {
  assert.deepEqual(attached("line con 0\n password 7 aaaaa\n login\n").rows(), ["R1#"]);
});

test("after its time without input the console is as it was at its beginning, a login included", () => {
  const { router, type, rows } = attached("enable secret x\nline con 0\n exec-timeout 5 0\n");
  type("enable\rx\rconfigure terminal\rhost");
  router.world.runFor(minutes(4));
  type("name R2\r");
  router.world.runFor(minutes(4));
  assert.equal(rows().at(-1), "R2(config)#");
  router.world.runFor(minutes(1));
  assert.deepEqual(rows().slice(-3), ["R2 con0 is now available", "", "R2>"]);
  const login = attached("line con 0\n password ww\n login\n exec-timeout 1 0\n");
  login.type("ww\r");
  login.router.world.runFor(minutes(1));
  assert.equal(login.rows().at(-1), "Password:");
  const asked = login.rows();
  login.router.world.runFor(minutes(60));
  assert.deepEqual(login.rows(), asked, "said once, however long nobody is there");
});

test("without exec-timeout a local console waits for ever, and exec-timeout 0 0 says the same", () => {
  for (const text of ["", "line con 0\n exec-timeout 0 0\n"]) {
    const { router, type, rows } = attached(text);
    type("configure terminal\r");
    router.world.runFor(minutes(1000));
    assert.equal(rows().at(-1), "R1(config)#");
  }
});

function minutes(count: number) {
  return seconds(count * 60);
}

test("who logs in at the console is told by name, and when he leaves it to the next", () => {
  const told: (string | undefined)[] = [];
  const { type, router } = attached("username joe secret ww\nline con 0\n login local\n exec-timeout 0 9\n", {
    onUser: (name) => told.push(name),
  });
  type("joe\rww\r");
  router.world.runFor(minutes(1));
  assert.deepEqual(told, ["joe", undefined]);
});
