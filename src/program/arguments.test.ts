import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { type CommandSyntax, commandHelp, readArguments } from "./arguments.ts";

fc.configureGlobal({ seed: 2409 });

const SYNTAX: CommandSyntax = {
  name: "explain",
  operands: "CAPTURE",
  operandsMin: 1,
  operandsMax: 1,
  summary: ["Tells what is in a capture."],
  options: { keys: { value: "FILE", help: "keys" }, json: { help: "as JSON" } },
  examples: ["skeyid explain a.pcap"],
};

test("operands and options may come in any order, and options with a value several times", () => {
  for (const args of [
    ["--keys", "k1", "--json", "a.pcap", "--keys=k2"],
    ["a.pcap", "--keys=k1", "--keys", "k2", "--json"],
  ]) {
    const read = readArguments(SYNTAX, args);
    assert.ok(read.kind === "read");
    assert.deepEqual(read.operands, ["a.pcap"]);
    assert.deepEqual([...read.given], ["json"]);
    assert.deepEqual(read.values.get("keys"), ["k1", "k2"]);
  }
});

test("after two dashes everything is an operand, and one dash is one", () => {
  const read = readArguments(SYNTAX, ["--", "--json"]);
  assert.ok(read.kind === "read");
  assert.deepEqual(read.operands, ["--json"]);
  assert.deepEqual(readArguments(SYNTAX, ["-"]), {
    kind: "read",
    operands: ["-"],
    given: new Set(),
    values: new Map(),
  });
});

test("what is wrong is said in one line", () => {
  const problems: readonly (readonly [readonly string[], string])[] = [
    [[], "CAPTURE is missing"],
    [["a", "b"], 'unexpected "b" after CAPTURE'],
    [["a", "--jsn"], "unknown option --jsn (did you mean --json?)"],
    [["a", "--wrong"], "unknown option --wrong"],
    [["a", "-x"], "unknown option -x"],
    [["a", "--json=yes"], "--json takes no value"],
    [["a", "--keys"], "--keys needs FILE"],
    [["a", "--keys", "--json"], "--keys needs FILE"],
    [["a", "--constructor"], "unknown option --constructor"],
    [["a", "--no-json"], "unknown option --no-json"],
  ];
  for (const [args, problem] of problems)
    assert.deepEqual(readArguments(SYNTAX, args), { kind: "problem", problem }, args.join(" "));
});

test("help is asked for wherever it stands, before anything else is missed", () => {
  for (const args of [["--help"], ["-h"], ["a", "b", "--help"]])
    assert.deepEqual(readArguments(SYNTAX, args), { kind: "help" });
});

test("no command line throws, and none that is read has too few or too many operands", () => {
  const word = fc.oneof(
    fc.constantFrom("--keys", "--keys=", "--json", "-", "--", "-h", "--__proto__", "--=", "-k", "a.pcap"),
    fc.string({ maxLength: 6 }),
  );
  fc.assert(
    fc.property(fc.array(word, { maxLength: 6 }), (args) => {
      const read = readArguments(SYNTAX, args);
      if (read.kind === "read") assert.equal(read.operands.length, 1);
    }),
  );
});

test("the help names every option and the way to call it", () => {
  const help = commandHelp(SYNTAX);
  assert.equal(help[0], "Usage: skeyid explain [OPTION]... CAPTURE");
  for (const option of ["--keys FILE", "--json", "--help"])
    assert.ok(
      help.some((line) => line.startsWith(`  ${option} `)),
      option,
    );
});
