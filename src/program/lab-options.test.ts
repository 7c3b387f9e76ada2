import assert from "node:assert/strict";
import { test } from "node:test";
import { type LabOptionsRead, optionsHelp, readLabOptions } from "./lab-options.ts";

test("nothing on the command line leaves every choice open", () => {
  const options = optionsOf([]);
  assert.deepEqual(options.paths, []);
  assert.deepEqual([options.debug, options.seed, options.time], [undefined, undefined, undefined]);
  assert.deepEqual([options.hold, options.consoles, options.json], [false, true, false]);
  assert.deepEqual(options.conditions, {});
});

test("conditions of the links are read together, with or without an equals sign", () => {
  const options = optionsOf(
    "some/folder --loss 20 --duplicate=5 --reorder 2.5 --corrupt 1 --delay 50 --jitter 10 --mtu 1400".split(
      " ",
    ),
  );
  assert.deepEqual(options.paths, ["some/folder"]);
  assert.deepEqual(options.conditions, {
    lossPercent: 20,
    duplicatePercent: 5,
    reorderPercent: 2.5,
    corruptPercent: 1,
    delay: 50,
    jitter: 10,
    mtu: 1400,
  });
});

test("what is to be debugged may be said with commas, with spaces and again", () => {
  const flags = (line: string) => [...(optionsOf(line.split(" ")).debug ?? [])].join();
  assert.equal(flags("--debug isakmp,ipsec"), "isakmp,ipsec");
  assert.equal(flags("--debug isakmp ipsec folder"), "isakmp,ipsec");
  assert.equal(flags("--debug engine --debug ipsec"), "engine,ipsec");
  assert.equal(flags("--debug all"), "isakmp,ipsec,engine");
  assert.deepEqual(optionsOf(["--debug", "none"]).debug, new Set());
});

test("what cannot be is refused in one line that names the option", () => {
  const wrong: readonly (readonly [string, string])[] = [
    ["--lose 5", "unknown option --lose; see skeyid lab --help"],
    ["--loss", "--loss needs PERCENT"],
    ["--loss 120", '--loss cannot be "120"'],
    ["--loss -5", '--loss cannot be "-5"'],
    ["--mtu 20", '--mtu cannot be "20"'],
    ["--seed x", "--seed must be a whole number from 0 on"],
    ["--hold=yes", "--hold takes no value"],
    ["--debug crypto", '--debug knows isakmp, ipsec, engine, all, none, not "crypto"'],
    ["--real-time --virtual-time", "--virtual-time contradicts --real-time"],
    ["-x", "unknown option -x; see skeyid lab --help"],
  ];
  for (const [line, expected] of wrong) {
    const result = readLabOptions(line.split(" "));
    assert.equal(result.kind === "problem" ? result.problem : result.kind, expected);
  }
});

test("the help names every option that is read", () => {
  const named = optionsHelp().flatMap((line) => /^ {2}--([a-z-]+)/.exec(line)?.[1] ?? []);
  for (const name of named) {
    const result = readLabOptions([`--${name}`, "1"]);
    if (result.kind === "problem") assert.doesNotMatch(result.problem, /unknown/);
  }
  assert.ok(named.length >= 15);
  for (const line of optionsHelp()) assert.ok(line.length <= 110, line);
});

function optionsOf(args: readonly string[]): LabOptionsRead {
  const result = readLabOptions(args);
  assert.ok(result.kind === "options", result.kind === "problem" ? result.problem : "");
  return result.options;
}
