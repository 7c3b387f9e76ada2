import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { FakeConsole } from "../../../test/support/fake-router.ts";
import { Pager } from "./pager.ts";

fc.configureGlobal({ seed: 2409 });

const LINES = Array.from({ length: 10 }, (_, i) => `line ${i}`);

function paging(length: number, width = 0): { pager: Pager; shown: string[]; next: () => string[] } {
  const shown: string[] = [];
  const pager = new Pager(
    (lines) => shown.push(...lines),
    () => ({ length, width }),
  );
  pager.begin();
  return { pager, shown, next: () => shown.splice(0) };
}

test("a screen at a time: space goes on by a screen, Enter by a line", () => {
  const { pager, next } = paging(5);
  pager.print(LINES);
  assert.deepEqual(next(), LINES.slice(0, 4));
  assert.equal(pager.prompt(), " --More-- ");
  pager.key("\r");
  assert.deepEqual(next(), ["line 4"]);
  pager.key(" ");
  assert.deepEqual(next(), LINES.slice(5, 9));
  pager.key(" ");
  assert.deepEqual(next(), ["line 9"]);
  assert.equal(pager.isPaused, false);
});

test("any other key ends it", () => {
  for (const key of ["q", "Q", "\u0003", "x", "\u001b[A"]) {
    const { pager, next } = paging(5);
    pager.print(LINES);
    next();
    pager.key(key);
    assert.equal(pager.isPaused, false, key);
    assert.deepEqual(next(), [], key);
  }
});

test("a long line takes as many rows as it wraps to", () => {
  const { pager, next } = paging(5, 10);
  pager.print(["x".repeat(25), "y", "z"]);
  assert.deepEqual(next(), ["x".repeat(25), "y"]);
  assert.ok(pager.isPaused, "the last line waits");
});

test("/ goes on from the next line that matches, + with those that match, - with those that do not", () => {
  for (const [sign, expected] of [
    ["/", ["line 6", "line 7", "line 8", "line 9"]],
    ["+", ["line 6"]],
    ["-", ["line 4", "line 5", "line 7", "line 8"]],
  ] as const) {
    const { pager, next } = paging(5);
    pager.print(LINES);
    next();
    for (const key of [sign, "x", "\u007f", "6"]) pager.key(key);
    assert.equal(pager.prompt(), `${sign}6`);
    pager.key("\r");
    assert.deepEqual(next(), expected, sign);
  }
});

test("whatever keys are pressed, what is shown is a part of what was printed, in its order, and it ends", () => {
  const keys = fc.array(fc.constantFrom(" ", "\r", "/", "+", "-", "1", "\u007f", "\u0003"), {
    maxLength: 40,
  });
  fc.assert(
    fc.property(keys, fc.integer({ min: 0, max: 6 }), fc.nat(8), (pressed, length, width) => {
      const { pager, shown } = paging(length, width);
      pager.print(LINES);
      for (const key of pressed) if (pager.isPaused) pager.key(key);
      while (pager.isPaused) pager.key("\r");
      assert.deepEqual(
        shown,
        LINES.filter((line) => shown.includes(line)),
      );
      if (length === 0) assert.deepEqual(shown, LINES);
    }),
  );
});

test("a session stops at its screen's end, lines that come meanwhile wait, and ^C ends it", () => {
  const console = new FakeConsole("hostname R1\n", { screen: { length: 4, width: 80 } });
  const first = console.output("show running-config");
  assert.deepEqual(first, ["Building configuration...", "", "Current configuration:"]);
  assert.deepEqual(
    [console.session.prompt(), console.session.paused(), console.session.busy()],
    [" --More-- ", true, true],
  );
  console.session.line("terminal length 0");
  console.session.more("q");
  assert.equal(console.session.prompt(), "R1#");
  assert.ok(console.output("show running-config").length > 4, "the line that waited was obeyed");
  console.session.line("terminal length 5");
  console.session.line("show running-config");
  console.session.interrupt();
  assert.equal(console.session.prompt(), "R1#");
});

test("filters count lines and find sections, and what is behind | is helped with", () => {
  const console = new FakeConsole(
    "hostname R1\ninterface Ethernet0/0\n ip address 10.0.0.1 255.0.0.0\ninterface Loopback0\n description x_y\n",
  );
  assert.deepEqual(console.output("show running-config | count ^interface"), [
    "Number of lines which match regexp = 2",
  ]);
  assert.deepEqual(console.output("show running-config | section Ethernet"), [
    "interface Ethernet0/0",
    " ip address 10.0.0.1 255.0.0.0",
  ]);
  assert.deepEqual(console.output("show run | sec inc address|desc"), [
    " ip address 10.0.0.1 255.0.0.0",
    " description x_y",
    " no ip address",
  ]);
  assert.ok(!console.output("show run | section exclude interface").some((line) => /address/.test(line)));
  // `_` is what stands between words.
  assert.deepEqual(console.output("show run | include _address_10"), [" ip address 10.0.0.1 255.0.0.0"]);
  assert.deepEqual(console.output("show run | include x\\_y"), [" description x_y"]);
  assert.deepEqual(console.help("show running-config | "), [
    "  begin    Begin with the line that matches",
    "  count    Count number of lines which match regexp",
    "  exclude  Exclude lines that match",
    "  include  Include lines that match",
    "  section  Filter a section of output",
  ]);
  assert.deepEqual(console.help("show running-config | e"), ["exclude"]);
  assert.deepEqual(console.help("show running-config | x"), ["% Unrecognized command"]);
  assert.deepEqual(console.help("show running-config | begin "), ["  LINE  Regular Expression"]);
  assert.equal(console.session.complete("show running-config | i"), "show running-config | include ");
  assert.ok(console.help("show privilege ").includes("  |  Output modifiers"), "| is among what may follow");
});
