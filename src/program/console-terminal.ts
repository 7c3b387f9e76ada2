/** The consoles of a lab on a terminal: keys go to the console one is at, what happens elsewhere appears above the line. */
import { emitKeypressEvents } from "node:readline";
import type { LabConsole } from "../lab/lab-console.ts";
import { type Key, type KeyEffect, LineEditor } from "./console-line-editor.ts";
import type { Screen } from "./console-screen.ts";
import type { Pace } from "./lab-pace.ts";

/** Resolves when the operator leaves. */
export function runConsoles(consoles: readonly LabConsole[], screen: Screen, pace: Pace): Promise<void> {
  const { stdin } = process;
  return new Promise((resolve) => {
    const keyboard = new Keyboard(consoles, screen, () => {
      stdin.off("keypress", onKey);
      stdin.setRawMode(false);
      stdin.pause();
      resolve();
    });
    const onKey = (text: string | undefined, key: NodeKey) => {
      // What is due happens before the key is heard, and what the key causes is waited for.
      pace.poke();
      keyboard.press({ text: text ?? "", name: key.name, ctrl: key.ctrl, meta: key.meta });
      pace.poke();
    };
    emitKeypressEvents(stdin);
    stdin.setRawMode(true);
    stdin.on("keypress", onKey);
    stdin.resume();
    pace.poke();
    keyboard.start();
  });
}

interface NodeKey {
  readonly name: string | undefined;
  readonly ctrl: boolean;
  readonly meta: boolean;
}

/** A console with the line being typed at it. */
interface Seat {
  readonly console: LabConsole;
  readonly editor: LineEditor;
  /** Lines typed while a command runs. */
  readonly ahead: string[];
  isBusy: boolean;
}

/** Which console the keys go to, and what each key does there. */
export class Keyboard {
  readonly #seats: readonly Seat[];
  readonly #screen: Screen;
  readonly #leave: () => void;
  #at = 0;
  #hasLeft = false;

  constructor(consoles: readonly LabConsole[], screen: Screen, leave: () => void) {
    this.#seats = consoles.map((console) => ({
      console,
      editor: new LineEditor(),
      ahead: [],
      isBusy: false,
    }));
    this.#screen = screen;
    this.#leave = leave;
  }

  start(): void {
    const names = this.#seats.map(({ console }) => console.name).join(", ");
    this.#screen.say([
      "",
      `Consoles: ${names}. "connect NAME" or Ctrl-^ x goes to another one, ? tells what may be typed,`,
      'Tab completes, Ctrl-C ends a ping, "exit" or Ctrl-D ends the lab.',
      "",
    ]);
    this.#goTo(0);
  }

  press(key: Key): void {
    const seat = this.#seat;
    if (seat === undefined || this.#hasLeft) return;
    this.#obey(seat, seat.editor.press(key));
    if (!this.#hasLeft) this.#showInput();
  }

  get #seat(): Seat | undefined {
    return this.#seats[this.#at];
  }

  #obey(seat: Seat, effect: KeyEffect): void {
    switch (effect.kind) {
      case "edited":
        return;
      case "entered":
        if (seat.isBusy) seat.ahead.push(effect.line);
        else this.#enter(seat, effect.line);
        return;
      case "help":
        this.#interject(seat, `${effect.before}?`, () => seat.console.help(effect.before));
        return;
      case "complete": {
        const completed = seat.console.complete(effect.before);
        if (completed !== undefined) seat.editor.replaceBefore(completed);
        return;
      }
      case "abort":
      case "end":
        seat.ahead.length = 0;
        this.#interject(seat, effect.kind === "end" ? "^Z" : "", () => seat.console.interrupt());
        return;
      case "escape":
        if (seat.isBusy) seat.console.interrupt();
        return;
      case "switch":
        this.#screen.setInput("", 0);
        this.#screen.finish();
        this.#goTo((this.#at + 1) % this.#seats.length);
        return;
      case "leave":
        this.#end();
        return;
    }
  }

  #enter(seat: Seat, line: string): void {
    this.#screen.setInput(line, line.length);
    this.#screen.finish();
    const target = this.#connectTarget(line);
    if (target !== undefined) {
      this.#goTo(target);
      return;
    }
    seat.isBusy = true;
    seat.console.enter(line, () => {
      seat.isBusy = false;
      if (seat.console.isLeft) {
        this.#end();
        return;
      }
      if (seat !== this.#seat) return;
      this.#prompt();
      const next = seat.ahead.shift();
      if (next === undefined) this.#showInput();
      else this.#enter(seat, next);
    });
  }

  /** `connect NAME`: which seat it means; undefined if the line says something else. */
  #connectTarget(line: string): number | undefined {
    const [, name] = /^\s*connect\s+(\S+)\s*$/i.exec(line) ?? [];
    if (name === undefined) return undefined;
    const names = this.#seats.map(({ console }) => console.name.toLowerCase());
    const exact = names.indexOf(name.toLowerCase());
    if (exact >= 0) return exact;
    const beginning = names.filter((each) => each.startsWith(name.toLowerCase()));
    return beginning.length === 1 ? names.indexOf(beginning[0] ?? "") : undefined;
  }

  #goTo(index: number): void {
    this.#at = index;
    this.#screen.foreground = this.#seat?.console.name;
    this.#prompt();
  }

  /** Ends the line being typed as `text`, does something, and lets the prompt appear again. */
  #interject(seat: Seat, text: string, act: () => void): void {
    if (!seat.isBusy) {
      this.#screen.setInput(text, text.length);
      this.#screen.finish();
    }
    act();
    this.#prompt();
  }

  #prompt(): void {
    const seat = this.#seat;
    if (seat !== undefined && !seat.isBusy) this.#screen.setPartial(seat.console.prompt());
  }

  #showInput(): void {
    const editor = this.#seat?.editor;
    if (editor !== undefined) this.#screen.setInput(editor.text, editor.cursor);
  }

  #end(): void {
    if (this.#hasLeft) return;
    this.#hasLeft = true;
    this.#screen.setInput("", 0);
    this.#screen.finish();
    this.#leave();
  }
}
