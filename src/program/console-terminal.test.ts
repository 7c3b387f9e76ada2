import assert from "node:assert/strict";
import { test } from "node:test";
import { TextLab } from "../../test/support/lab-from-text.ts";
import { terminalEmulator } from "../../test/support/terminal-emulator.ts";
import { KeyReader } from "../cli/terminal/key-reader.ts";
import { Screen } from "../cli/terminal/screen.ts";
import type { LabConsole } from "../lab/lab-console.ts";
import { labConsoles } from "../lab/lab-consoles.ts";
import { Keyboard } from "./console-terminal.ts";

test("a line is entered at the console one is at, and its output stands below it", () => {
  const { type, rows } = seated();
  type("show\r");
  assert.deepEqual(rows(), ["A#show", "A did show", "A#"]);
});

test("connect goes to another console, by the beginning of its name too, and so does Ctrl-^ x", () => {
  const { type, rows } = seated();
  type("connect beta\rone\r");
  type("\u001ex");
  type("two\rconn\r");
  assert.deepEqual(rows(), [
    "A#connect beta",
    "Beta#one",
    "Beta did one",
    "Beta#",
    "A#two",
    "A did two",
    "A#conn",
    "A did conn",
    "A#",
  ]);
});

test("whoever sits down at a console is greeted, once", () => {
  const { type, consoles } = seated();
  assert.deepEqual([consoles.A.greeted, consoles.Beta.greeted], [1, 0]);
  type("\u001ex\u001ex\u001ex");
  assert.deepEqual([consoles.A.greeted, consoles.Beta.greeted], [1, 1]);
});

test("a router's console in a lab shows its banners and asks for its login; ^C at the login leaves", () => {
  const configuration = [
    "hostname R1",
    "username admin privilege 15 password ww",
    "banner motd ^CKeep out^C",
    "interface Ethernet0/0",
    " ip address 10.1.1.1 255.255.255.0",
    "line con 0",
    " login local",
    "",
  ].join("\n");
  const console = () => {
    const { lab } = new TextLab([
      configuration,
      configuration.replaceAll("R1", "R2").replace("1.1.1", "1.1.2"),
    ]);
    return seatedAt((print) => labConsoles(lab, print).slice(0, 1));
  };
  const known = console();
  known.type("admin\rww\r");
  assert.deepEqual(known.rows().slice(known.rows().indexOf("Keep out")), [
    "Keep out",
    "",
    "User Access Verification",
    "",
    "Username: admin",
    "Password:",
    "R1#",
  ]);
  const other = console();
  other.type("\u0003");
  assert.equal(other.left(), 1);
});

test("help appears below the line, and the line comes back", () => {
  const { type, rows } = seated();
  type("sh?ow");
  assert.deepEqual(rows(), ["A#sh?", "help for sh", "A#show"]);
});

test("Tab completes in place", () => {
  const { type, rows } = seated();
  type("sh\t");
  assert.deepEqual(rows(), ["A#sh-completed"]);
});

test("lines typed while a command runs wait for its end; Ctrl-C forgets them and ends it", () => {
  const { type, rows, consoles } = seated();
  type("wait\rshow\r");
  assert.deepEqual(rows(), ["A#wait", ""]);
  consoles.A.finish();
  assert.deepEqual(rows(), ["A#wait", "A#show", "A did show", "A#"]);
  type("wait\rshow\r\u0003");
  assert.deepEqual(rows().slice(3), ["A#wait", "A interrupted", "A#"]);
});

test("what a command left behind prints goes behind the gutter", () => {
  const { type, rows, consoles } = seated();
  type("wait\r\u001exconnect beta\r");
  consoles.A.finish();
  type("one\r");
  assert.deepEqual(rows().slice(-3), ["Beta#one", "Beta did one", "Beta#"]);
});

test("exit and Ctrl-D leave, once", () => {
  for (const keys of ["exit\r", "\u0004", "exit\r\u0004"]) {
    const { type, left } = seated();
    type(keys);
    assert.equal(left(), 1, JSON.stringify(keys));
  }
});

class FakeConsole implements LabConsole {
  readonly name: string;
  readonly #print: (text: string) => void;
  #done: (() => void) | undefined;
  isLeft = false;
  greeted = 0;

  constructor(name: string, print: (text: string) => void) {
    this.name = name;
    this.#print = print;
  }

  greet(): void {
    this.greeted += 1;
  }

  prompt(): string {
    return `${this.name}#`;
  }

  enter(line: string, done: () => void): void {
    this.isLeft = line === "exit";
    if (line === "wait") this.#done = done;
    else {
      if (line !== "" && !this.isLeft) this.#print(`${this.name} did ${line}\n`);
      done();
    }
  }

  help(before: string): void {
    this.#print(`help for ${before}\n`);
  }

  complete(before: string): string {
    return `${before}-completed`;
  }

  hidesInput(): boolean {
    return false;
  }

  paused(): boolean {
    return false;
  }

  more(): void {}

  history(): readonly string[] {
    return [];
  }

  resize(): void {}

  interrupt(): void {
    if (this.#done !== undefined) this.#print(`${this.name} interrupted\n`);
    this.finish();
  }

  finish(): void {
    const done = this.#done;
    this.#done = undefined;
    done?.();
  }
}

function seated() {
  const consoles: FakeConsole[] = [];
  const seat = seatedAt((print) => {
    consoles.push(...["A", "Beta"].map((name) => new FakeConsole(name, (text) => print(name, text))));
    return consoles;
  });
  const [A, Beta] = consoles;
  assert.ok(A !== undefined && Beta !== undefined, "both are there");
  // What is said of the consoles comes before the first prompt.
  const banner = seat.rows().length - 1;
  return { ...seat, consoles: { A, Beta }, rows: () => seat.rows().slice(banner) };
}

function seatedAt(make: (print: (console: string, text: string) => void) => readonly LabConsole[]) {
  const emulator = terminalEmulator(60);
  const screen = new Screen({
    write: emulator.write,
    columns: () => emulator.columns,
    useColor: false,
    names: ["A", "Beta"],
  });
  const consoles = make((console, text) => screen.print(text, console));
  let left = 0;
  const keyboard = new Keyboard(consoles, screen, () => {
    left += 1;
  });
  keyboard.start();
  const type = (keys: string) => {
    for (const key of new KeyReader().take(keys)) keyboard.press(key);
  };
  return { type, rows: () => emulator.rows(), left: () => left };
}
