import assert from "node:assert/strict";
import { test } from "node:test";
import { FakeConsole } from "../../test/support/fake-router.ts";
import { milliseconds } from "../base/time.ts";
import type { SessionOptions } from "./session.ts";

const LOCAL_LOGIN = "hostname R1\nusername admin password ww\nline con 0\n login local\n";

function logged(
  options: SessionOptions | undefined,
  act: (console: FakeConsole) => void,
  text = "",
): string[] {
  const console = new FakeConsole(text, options);
  act(console);
  return console.router.logged;
}

test("whoever leaves configuration mode is in the log, however he leaves it, and once", () => {
  const ways: readonly ((console: FakeConsole) => void)[] = [
    (console) => console.type("end"),
    (console) => console.type("exit"),
    (console) => console.type("interface Ethernet0/0", "exit", "exit"),
    (console) => console.type("interface Ethernet0/0", "end"),
    ({ session }) => session.interrupt(),
  ];
  for (const leave of ways) {
    const lines = logged(undefined, (console) => {
      console.type("configure terminal");
      assert.deepEqual(console.router.logged, [], "he is still in it");
      leave(console);
      console.session.interrupt();
    });
    assert.deepEqual(lines, ["%SYS-5-CONFIG_I: Configured from console by console"], String(leave));
  }
});

test("a virtual terminal is named with its user and where he comes from", () => {
  const seat = { kind: "vty", number: 2 } as const;
  const from = (who: { user?: string; location?: string }) =>
    logged({ line: { ...seat, ...who }, level: 15, isRemote: true }, (console) =>
      console.type("configure terminal", "end"),
    );
  assert.deepEqual(from({ user: "admin", location: "10.1.1.2" }), [
    "%SYS-5-CONFIG_I: Configured from console by admin on vty2 (10.1.1.2)",
  ]);
  assert.deepEqual(from({ location: "127.0.0.1" }), [
    "%SYS-5-CONFIG_I: Configured from console by vty2 (127.0.0.1)",
  ]);
});

test("who has logged in at the console is named, and no longer when his time is over", () => {
  const text = `${LOCAL_LOGIN} exec-timeout 1\n privilege level 15\n`;
  const console = new FakeConsole(text);
  console.session.greet();
  console.type("admin", "ww", "configure terminal");
  console.router.world.runFor(milliseconds(61_000));
  assert.deepEqual(console.router.logged, ["%SYS-5-CONFIG_I: Configured from console by admin on console"]);
});

test("a PIX does not say who has configured it", () => {
  const lines = logged(
    undefined,
    (console) => console.type("configure terminal", "end"),
    "PIX Version 5.2\n",
  );
  assert.deepEqual(lines, []);
});
