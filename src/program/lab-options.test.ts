import assert from "node:assert/strict";
import { test } from "node:test";
import { type LabRequest, readLabRequest } from "./lab-options.ts";

test("nothing on the command line leaves every choice open", () => {
  const request = requestOf("");
  assert.deepEqual(request.paths, []);
  assert.deepEqual([request.debug, request.seed, request.time], [undefined, undefined, undefined]);
  assert.deepEqual([request.hold, request.consoles, request.json], [false, true, false]);
  assert.deepEqual(request.conditions, {});
});

test("conditions of the links are read together, with or without an equals sign", () => {
  const request = requestOf(
    "some/folder --loss 20 --duplicate=5 --reorder 2.5 --corrupt 1 --delay 50 --jitter 10 --mtu 1400",
  );
  assert.deepEqual(request.paths, ["some/folder"]);
  assert.deepEqual(request.conditions, {
    lossPercent: 20,
    duplicatePercent: 5,
    reorderPercent: 2.5,
    corruptPercent: 1,
    delay: 50,
    jitter: 10,
    mtu: 1400,
  });
});

test("what is to be debugged may be said with commas and again", () => {
  const flags = (line: string) => [...(requestOf(line).debug ?? [])].join();
  assert.equal(flags("--debug isakmp,ipsec"), "isakmp,ipsec");
  assert.equal(flags("--debug engine --debug ipsec folder"), "engine,ipsec");
  assert.equal(
    flags("--debug all"),
    "isakmp,ipsec,engine,key-exchange,pki transactions,pki validation,session",
  );
  assert.deepEqual(requestOf("--debug none").debug, new Set());
});

test("what cannot be is refused in one line that names the option", () => {
  const wrong: readonly (readonly [string, string])[] = [
    ["--lose 5", "unknown option --lose (did you mean --loss?)"],
    ["--loss", "--loss needs PERCENT"],
    ["--loss 120", '--loss must be a number from 0 to 100, not "120"'],
    ["--loss=-5", '--loss must be a number from 0 to 100, not "-5"'],
    ["--mtu 20", '--mtu must be a number from 68 to 65535, not "20"'],
    ["--delay 1e3", '--delay must be a number from 0 to 60000, not "1e3"'],
    ["--seed x", '--seed must be a whole number, not "x"'],
    ["--hold=yes", "--hold takes no value"],
    [
      "--debug crypto",
      'debug knows isakmp, ipsec, engine, key-exchange, pki, session, all, none, not "crypto"',
    ],
    [
      "--debug toString",
      'debug knows isakmp, ipsec, engine, key-exchange, pki, session, all, none, not "toString"',
    ],
    ["--real-time --virtual-time", "--real-time and --virtual-time exclude each other"],
  ];
  for (const [line, expected] of wrong) {
    const result = readLabRequest(line.split(" "));
    assert.equal(result.kind === "problem" ? result.problem : result.kind, expected);
  }
});

function requestOf(line: string): LabRequest {
  const result = readLabRequest(line === "" ? [] : line.split(" "));
  assert.ok(result.kind === "request", result.kind === "problem" ? result.problem : "");
  return result.request;
}
