import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { KeyReader } from "./key-reader.ts";

fc.configureGlobal({ seed: 2409 });

const named = (text: string) =>
  new KeyReader().take(text).map(({ name, ctrl, meta }) => `${ctrl ? "C-" : ""}${meta ? "M-" : ""}${name}`);

test("keys are read as terminals send them", () => {
  assert.deepEqual(named("a\r\t\u007f\b"), ["a", "return", "tab", "backspace", "backspace"]);
  assert.deepEqual(named("\u0001\u0005\u001a"), ["C-a", "C-e", "C-z"]);
  assert.deepEqual(named("\u001b[A\u001bOB\u001b[C\u001b[D"), ["up", "down", "right", "left"]);
  assert.deepEqual(named("\u001b[H\u001b[4~\u001b[3~\u001b[1;5C"), ["home", "end", "delete", "right"]);
  assert.deepEqual(named("\u001bb\u001bF\u001b\u007f"), ["M-b", "M-f", "M-backspace"]);
  assert.deepEqual(named("\u001b[99~x"), ["undefined", "x"]);
});

test("keys are the same however they are cut into pieces, nothing is lost, and nothing is gathered without end", () => {
  const sent = fc.array(
    fc.constantFrom("a", "?", "é", "\r", "\u0001", "\u001b[A", "\u001bOF", "\u001bd", "\u001b[3~"),
  );
  fc.assert(
    fc.property(sent, fc.integer({ min: 1, max: 4 }), (keys, size) => {
      const text = keys.join("");
      const reader = new KeyReader();
      const pieces = Array.from({ length: Math.ceil(text.length / size) }, (_, i) =>
        text.slice(i * size, (i + 1) * size),
      );
      const read = pieces.flatMap((piece) => reader.take(piece));
      assert.deepEqual(
        read.map((key) => key.text),
        keys,
      );
    }),
  );
  assert.ok(new KeyReader().take(`\u001b[${"1".repeat(1000)}`).length > 100, "noise ends");
});
