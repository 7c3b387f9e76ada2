/** The consoles of a lab on a terminal: keys go to the console one is at, what happens elsewhere appears above the line. */
import { type Key, KeyReader } from "../cli/terminal/key-reader.ts";
import { type KeyEffect, LineEditor } from "../cli/terminal/line-editor.ts";
import type { ScreenSize } from "../cli/terminal/pager.ts";
import type { Screen } from "../cli/terminal/screen.ts";
import type { LabConsole } from "../lab/lab-console.ts";
import type { Pace } from "./lab-pace.ts";

/** Resolves when the operator leaves. */
export function runConsoles(consoles: readonly LabConsole[], screen: Screen, pace: Pace): Promise<void> {
  const { stdin, stdout } = process;
  return new Promise((resolve) => {
    const keyboard = new Keyboard(consoles, screen, () => {
      stdin.off("data", onData);
      stdout.off("resize", onResize);
      stdin.setRawMode(false);
      stdin.pause();
      resolve();
    });
    const reader = new KeyReader();
    const onData = (text: string) => {
      for (const key of reader.take(text)) {
        // What is due happens before the key is heard, and what the key causes is waited for.
        pace.poke();
        keyboard.press(key);
        pace.poke();
      }
    };
    const onResize = () => keyboard.resize({ length: stdout.rows ?? 0, width: stdout.columns ?? 0 });
    stdin.setEncoding("utf8");
    stdin.setRawMode(true);
    stdin.on("data", onData);
    stdout.on("resize", onResize);
    onResize();
    stdin.resume();
    pace.poke();
    keyboard.start();
  });
}

/** A console with the line being typed at it. */
interface Seat {
  readonly console: LabConsole;
  readonly editor: LineEditor;
  /** Lines typed while a command runs. */
  readonly ahead: string[];
  isBusy: boolean;
  isGreeted: boolean;
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
      editor: new LineEditor(() => console.history()),
      ahead: [],
      isBusy: false,
      isGreeted: false,
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
    if (seat.console.paused()) {
      this.#screen.setPartial("");
      seat.console.more(key.text);
      this.#prompt();
    } else this.#obey(seat, seat.editor.press(key, seat.console.hidesInput()));
    if (!this.#hasLeft) this.#showInput();
  }

  resize(screen: ScreenSize): void {
    for (const { console } of this.#seats) console.resize(screen);
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
      case "redraw":
        this.#screen.finish();
        this.#prompt();
        return;
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
    const shown = seat.console.hidesInput() ? "" : line;
    this.#screen.setInput(shown, shown.length);
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
    if (seat === this.#seat && seat.console.paused()) this.#prompt();
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
    const seat = this.#seat;
    this.#screen.foreground = seat?.console.name;
    if (seat !== undefined && !seat.isGreeted) {
      seat.isGreeted = true;
      seat.console.greet();
    }
    this.#prompt();
  }

  /** Ends the line being typed as `text`, does something, and lets the prompt appear again. */
  #interject(seat: Seat, text: string, act: () => void): void {
    if (!seat.isBusy) {
      this.#screen.setInput(text, text.length);
      this.#screen.finish();
    }
    act();
    if (seat.console.isLeft) this.#end();
    else this.#prompt();
  }

  #prompt(): void {
    const seat = this.#seat;
    if (seat !== undefined && (!seat.isBusy || seat.console.paused()))
      this.#screen.setPartial(seat.console.prompt());
  }

  #showInput(): void {
    const seat = this.#seat;
    if (seat === undefined) return;
    const isSeen = !seat.console.hidesInput() && !seat.console.paused();
    this.#screen.setInput(isSeen ? seat.editor.text : "", isSeen ? seat.editor.cursor : 0);
  }

  #end(): void {
    if (this.#hasLeft) return;
    this.#hasLeft = true;
    this.#screen.setInput("", 0);
    this.#screen.finish();
    this.#leave();
  }
}
