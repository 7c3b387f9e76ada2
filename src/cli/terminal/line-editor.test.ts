import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { type Key, KeyReader } from "./key-reader.ts";
import { type KeyEffect, LineEditor } from "./line-editor.ts";

fc.configureGlobal({ seed: 2409 });

test("what is typed is what is entered", () => {
  fc.assert(
    fc.property(fc.stringMatching(/^[ -~]*$/), (line) => {
      const editor = new LineEditor();
      type(editor, line.replaceAll("?", ""));
      assert.deepEqual(press(editor, "return"), { kind: "entered", line: line.replaceAll("?", "") });
      assert.equal(editor.text, "");
    }),
  );
});

test("whatever keys are pressed, the cursor stays within the line and control characters stay out of it", () => {
  const key = fc.oneof(
    fc
      .constantFrom("left", "right", "home", "end", "up", "down", "backspace", "delete", "return", "tab")
      .map(named),
    fc.constantFrom(..."abefpnhkuwcdxz").map((name) => ({ ...named(name), ctrl: true })),
    fc.constantFrom(..."bfd").map((name) => ({ ...named(name), meta: true })),
    fc.constantFrom(..."abc def?\u001e\u0007\u001b").map(typed),
  );
  fc.assert(
    fc.property(fc.array(key), (keys) => {
      const editor = new LineEditor();
      for (const each of keys) {
        editor.press(each);
        assert.ok(editor.cursor >= 0 && editor.cursor <= editor.text.length);
        assert.match(editor.text, /^[ -~]*$/);
      }
    }),
  );
});

test("keys edit where the cursor is", () => {
  const editor = new LineEditor();
  type(editor, "show crypto map");
  press(editor, "w", { ctrl: true });
  assert.equal(editor.text, "show crypto ");
  type(editor, "sa");
  press(editor, "a", { ctrl: true });
  type(editor, "do ");
  press(editor, "f", { meta: true });
  press(editor, "k", { ctrl: true });
  assert.equal(editor.text, "do show");
  press(editor, "left");
  press(editor, "backspace");
  press(editor, "delete");
  assert.equal(editor.text, "do sh");
  press(editor, "u", { ctrl: true });
  assert.equal(editor.text, "");
});

test("the history is walked both ways and gives the unfinished line back", () => {
  const editor = new LineEditor(() => ["one", "two"]);
  type(editor, "unfinished");
  const walked = ["up", "up", "up", "down", "down"].map((name) => {
    press(editor, name);
    return editor.text;
  });
  assert.deepEqual(walked, ["two", "one", "one", "two", "unfinished"]);
});

test("a question mark asks for help on what stands before the cursor, and does not enter the line", () => {
  const editor = new LineEditor();
  type(editor, "show cr");
  assert.deepEqual(editor.press(typed("?")), { kind: "help", before: "show cr" });
  assert.equal(editor.text, "show cr");
  assert.deepEqual(press(editor, "tab"), { kind: "complete", before: "show cr" });
  editor.replaceBefore("show crypto ");
  assert.equal(editor.text, "show crypto ");
});

test("the escape sequence is its own, and followed by x switches to the next console", () => {
  const editor = new LineEditor();
  assert.deepEqual(editor.press(typed("\u001e")), { kind: "escape" });
  assert.deepEqual(editor.press(typed("x")), { kind: "switch" });
  editor.press(typed("\u001e"));
  editor.press(typed("y"));
  editor.press(typed("x"));
  assert.equal(editor.text, "yx");
});

test("Ctrl-D leaves only from an empty line, Ctrl-C empties it, Ctrl-Z ends configuration", () => {
  const editor = new LineEditor();
  type(editor, "ab");
  press(editor, "home");
  assert.equal(press(editor, "d", { ctrl: true }).kind, "edited");
  assert.equal(editor.text, "b");
  assert.equal(press(editor, "c", { ctrl: true }).kind, "abort");
  assert.equal(press(editor, "d", { ctrl: true }).kind, "leave");
  type(editor, "exit");
  assert.deepEqual(press(editor, "z", { ctrl: true }), { kind: "end", line: "exit" });
});

function type(editor: LineEditor, line: string): void {
  for (const character of line) editor.press(typed(character));
}

function press(editor: LineEditor, name: string, more: Partial<Key> = {}): KeyEffect {
  return editor.press({ ...named(name), ...more });
}

function named(name: string): Key {
  return { text: "", name, ctrl: false, meta: false };
}

function typed(text: string): Key {
  return { text, name: undefined, ctrl: false, meta: false };
}

function edited(keys: string, history: readonly string[] = []): string {
  const editor = new LineEditor(() => history);
  for (const key of new KeyReader().take(keys)) editor.press(key);
  return `${editor.text.slice(0, editor.cursor)}|${editor.text.slice(editor.cursor)}`;
}

test("what was deleted is given back, and what was deleted before it", () => {
  assert.equal(edited("one two\u0017\u0017\u0019"), "one |");
  assert.equal(edited("one two\u0017\u0017\u0019\u001by"), "two|");
  assert.equal(edited("one two\u0001\u000bx\u0019"), "xone two|");
  assert.equal(edited("\u0019a"), "a|");
});

test("words change their case, characters their places", () => {
  assert.equal(edited("show CRYPTO map\u0001\u001bc\u001bl\u001bu"), "Show crypto MAP|");
  assert.equal(edited("shwo\u0002\u0014"), "show|");
  assert.equal(edited("shwo\u0014"), "show|");
  assert.equal(edited("a b c\u001b\u007f"), "a b |");
});

test("a quoted character is taken as it is", () => {
  assert.equal(edited("a\u0016?b\u001bq?"), "a?b?|");
});

test("a password has any character in it, and nothing is recalled into it", () => {
  const editor = new LineEditor(() => ["show version"]);
  for (const key of new KeyReader().take("a?\u001b[A\tb")) editor.press(key, true);
  assert.equal(editor.text, "a?b");
});
