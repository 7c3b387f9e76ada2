import assert from "node:assert/strict";
import { test } from "node:test";
import { Screen } from "./console-screen.ts";

test("in a file, a line of a console stays in one piece whatever routers say meanwhile", () => {
  const { screen, written } = fileScreen();
  screen.print("Sending 5 echos:\n.");
  screen.log("A", ["00:00:01: ISAKMP: one", "", "  two"]);
  screen.print("!!");
  screen.log("Longer", ["00:00:02: three"]);
  screen.print("!!\nSuccess\n");
  assert.equal(
    written(),
    "Sending 5 echos:\n" +
      "A      | 00:00:01: ISAKMP: one\nA      |\nA      |   two\n" +
      "Longer | 00:00:02: three\n" +
      ".!!!!\nSuccess\n",
  );
});

test("an unfinished line is finished at the end", () => {
  const { screen, written } = fileScreen();
  screen.print("Initiator#");
  screen.finish();
  screen.finish();
  assert.equal(written(), "Initiator#\n");
});

test("on a terminal, what routers say appears above the line being typed, which comes back with its cursor", () => {
  const { screen, shown } = terminal(20);
  screen.setPartial("A#");
  screen.setInput("show crypto isakmp sa", 4);
  screen.log("A", ["x".repeat(25)]);
  screen.setInput("show crypto", 11);
  screen.log("Longer", ["done"]);
  assert.deepEqual(shown(), ["A      | xxxxxxxxxxx", "xxxxxxxxxxxxxx", "Longer | done", "A#show crypto"]);
  screen.print("\n% nothing\nA#");
  screen.setInput("", 0);
  assert.deepEqual(shown().slice(3), ["A#", "% nothing", "A#"]);
});

test("on a terminal, marks appear one by one", () => {
  const { screen, shown } = terminal(40);
  screen.print(".");
  screen.print("!");
  assert.deepEqual(shown(), [".!"]);
});

function fileScreen() {
  let text = "";
  const write = (more: string) => {
    text += more;
  };
  const screen = new Screen({ write, columns: () => undefined, useColor: false, names: ["A", "Longer"] });
  return { screen, written: () => text };
}

/** As much of a terminal as the screen asks of it: wrapping, return, newline, cursor up and right, erase below. */
function terminal(columns: number) {
  const rows: string[][] = [[]];
  let row = 0;
  let column = 0;
  const put = (character: string) => {
    if (column === columns) {
      column = 0;
      row += 1;
    }
    rows[row] ??= [];
    const cells = rows[row] ?? [];
    cells[column] = character;
    column += 1;
  };
  const write = (text: string) => {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: a terminal's commands start with one.
    for (const match of text.matchAll(/\u001b\[(\d*)([A-Z])|[\s\S]/g)) {
      const [part, digits, control] = match;
      const count = Number(digits || 1);
      if (control === "A") row -= count;
      else if (control === "C") column += count;
      else if (control === "J") {
        rows.splice(row + 1);
        (rows[row] ?? []).splice(column);
      } else if (part === "\r") column = 0;
      else if (part === "\n") {
        row += 1;
        column = 0;
        rows[row] ??= [];
      } else put(part);
    }
  };
  const screen = new Screen({ write, columns: () => columns, useColor: false, names: ["A", "Longer"] });
  return { screen, shown: () => rows.map((cells) => cells.join("")) };
}
