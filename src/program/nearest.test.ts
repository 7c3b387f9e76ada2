import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { nearest, suggestion } from "./nearest.ts";

fc.configureGlobal({ seed: 2409 });

const NAMES = ["lab", "explain", "check", "help"];

test("a slip of the finger finds the name that was meant", () => {
  for (const [typed, meant] of [
    ["lba", "lab"],
    ["exlpain", "explain"],
    ["explian", "explain"],
    ["chek", "check"],
    ["CHECK", "check"],
    ["ex", "explain"],
    ["hepl", "help"],
  ] as const)
    assert.equal(nearest(typed, NAMES), meant, typed);
});

test("what is close to nothing finds nothing", () => {
  for (const typed of ["", "x", "run", "configure"]) assert.equal(nearest(typed, NAMES), undefined, typed);
  assert.equal(suggestion("configure", NAMES), "");
  assert.equal(suggestion("jsn", ["json"], "--"), " (did you mean --json?)");
});

test("any text is answered with a name of the list or none", () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 200 }), (typed) => {
      const name = nearest(typed, NAMES);
      assert.ok(name === undefined || NAMES.includes(name));
    }),
  );
});

test("one dropped letter of a longer name is always found", () => {
  const names = ["explain", "check"];
  for (const name of names)
    for (let i = 0; i < name.length; i++)
      assert.equal(nearest(name.slice(0, i) + name.slice(i + 1), names), name);
});
