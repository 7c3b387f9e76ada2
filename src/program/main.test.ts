import assert from "node:assert/strict";
import { test } from "node:test";
import { run } from "./main.ts";
import type { Terminal } from "./terminal.ts";

interface Said {
  readonly code: number;
  readonly out: readonly string[];
  readonly err: readonly string[];
}

async function skeyid(...args: string[]): Promise<Said> {
  const out: string[] = [];
  const err: string[] = [];
  const terminal: Terminal = {
    print: (lines) => void out.push(...lines),
    complain: (lines) => void err.push(...lines),
    readFile: (path) => ({ kind: "problem", problem: `cannot read ${path}: there is no such file` }),
  };
  return { code: await run(args, terminal), out, err };
}

test("help and version are printed and end well", async () => {
  for (const args of [["--help"], ["-h"], ["help"], ["help", "help"]]) {
    const { code, out, err } = await skeyid(...args);
    assert.equal(code, 0);
    assert.deepEqual(err, []);
    for (const name of ["lab", "explain", "check"])
      assert.ok(
        out.some((line) => line.startsWith(`  ${name} `)),
        name,
      );
  }
  const { code, out } = await skeyid("--version");
  assert.equal(code, 0);
  assert.match(out.join(""), /^\d+\.\d+\.\d+/);
});

test("every subcommand explains itself, asked either way", async () => {
  for (const name of ["explain", "check"]) {
    const asked = await skeyid(name, "--help");
    assert.equal(asked.code, 0);
    assert.match(asked.out[0] ?? "", new RegExp(`^Usage: skeyid ${name} `));
    assert.deepEqual(await skeyid("help", name), asked);
  }
});

test("without a subcommand the overview goes to standard error, with exit code 2", async () => {
  const { code, out, err } = await skeyid();
  assert.equal(code, 2);
  assert.deepEqual(out, []);
  assert.ok(err.length > 3);
});

test("an unknown subcommand or option is one line that names the nearest, with exit code 2", async () => {
  const table: readonly (readonly [readonly string[], string])[] = [
    [["explian", "x.pcap"], 'skeyid: unknown command "explian" (did you mean explain?); see skeyid --help'],
    [["frobnicate"], 'skeyid: unknown command "frobnicate"; see skeyid --help'],
    [["help", "chekc"], 'skeyid: unknown command "chekc" (did you mean check?); see skeyid --help'],
    [["--versoin"], "skeyid: unknown option --versoin (did you mean --version?); see skeyid --help"],
    [["constructor"], 'skeyid: unknown command "constructor"; see skeyid --help'],
    [
      ["explain", "x.pcap", "--jsno"],
      "skeyid explain: unknown option --jsno (did you mean --json?); see skeyid explain --help",
    ],
    [["check"], "skeyid check: CONFIG... is missing; see skeyid check --help"],
  ];
  for (const [args, line] of table) {
    const { code, out, err } = await skeyid(...args);
    assert.equal(code, 2, args.join(" "));
    assert.deepEqual(out, []);
    assert.deepEqual(err, [line]);
  }
});

test("a file that cannot be read is one line, with exit code 2", async () => {
  for (const name of ["explain", "check"]) {
    const { code, out, err } = await skeyid(name, "missing");
    assert.equal(code, 2);
    assert.deepEqual(out, []);
    assert.deepEqual(err, [`skeyid ${name}: cannot read missing: there is no such file`]);
  }
});
