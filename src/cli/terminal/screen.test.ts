import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { terminalEmulator } from "../../../test/support/terminal-emulator.ts";
import { Screen } from "./screen.ts";

fc.configureGlobal({ seed: 2409 });

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

test("a terminal ends up showing the lines of a file and the unfinished one, whatever came in whatever order", () => {
  const text = fc.stringMatching(/^[a-z#]{0,30}$/);
  const action = fc.oneof(
    fc.record({ do: fc.constant("print" as const), text: fc.stringMatching(/^[a-z\n]{0,30}$/) }),
    fc.record({ do: fc.constant("log" as const), text }),
    fc.record({ do: fc.constant("partial" as const), text }),
    fc.record({ do: fc.constant("input" as const), text, cursor: fc.nat(30) }),
    fc.record({ do: fc.constant("finish" as const), text }),
  );
  fc.assert(
    fc.property(fc.array(action), fc.integer({ min: 5, max: 40 }), (actions, columns) => {
      const { screen, shown } = terminal(columns);
      const file = fileScreen();
      for (const each of actions)
        for (const target of [screen, file.screen]) {
          if (each.do === "print") target.print(each.text);
          else if (each.do === "log") target.log("A", [each.text]);
          else if (each.do === "partial") target.setPartial(each.text);
          else if (each.do === "input") target.setInput(each.text, Math.min(each.cursor, each.text.length));
          else target.finish();
        }
      screen.finish();
      file.screen.finish();
      const expected = file
        .written()
        .split("\n")
        .flatMap((line) => (line === "" ? [""] : (line.match(new RegExp(`.{1,${columns}}`, "g")) ?? [])))
        .map((row) => row.trimEnd());
      assert.deepEqual(shown(), expected);
    }),
    { numRuns: 300 },
  );
});

test("what a console in the background prints goes behind the gutter, line by line", () => {
  const { screen, written } = fileScreen();
  screen.foreground = "A";
  screen.print("!!", "Longer");
  screen.print("A prints\n", "A");
  screen.print("!\nSuccess\n", "Longer");
  assert.equal(written(), "A prints\nLonger | !!!\nLonger | Success\n");
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

test("a line is torn by what its own router says alone, where that is not synchronous", () => {
  const { screen, shown } = terminal(20, (router) => router !== "A");
  screen.setPartial("A#");
  screen.setInput("sh ver", 6);
  screen.log("Longer", ["one"]);
  screen.log("A", ["two"]);
  screen.setInput("sh vers", 7);
  screen.log("Longer", ["three"]);
  screen.setInput("sh versi", 8);
  assert.deepEqual(shown(), ["Longer | one", "A#sh ver", "A      | two", "Longer | three", "si"]);
  screen.finish();
  screen.setPartial("A#");
  assert.deepEqual(shown().slice(-2), ["si", "A#"]);
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

function terminal(columns: number, isSynchronous: (router?: string) => boolean = () => true) {
  const { write, rows } = terminalEmulator(columns);
  const names = ["A", "Longer"];
  const screen = new Screen({ write, columns: () => columns, useColor: false, names, isSynchronous });
  return { screen, shown: rows };
}
