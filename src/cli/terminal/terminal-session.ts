/** A session at a terminal: keys in, what the terminal shows out. For SSH and consoles alike. */
import { isSynchronous, lineSettings } from "../../config/line-settings.ts";
import { promptingServices } from "../prompting-services.ts";
import type { RouterServices } from "../services.ts";
import { Session, type SessionOptions } from "../session.ts";
import { type Key, KeyReader } from "./key-reader.ts";
import { type KeyEffect, LineEditor } from "./line-editor.ts";
import type { ScreenSize } from "./pager.ts";
import { Screen } from "./screen.ts";

export interface TerminalSessionOptions extends SessionOptions {
  readonly screen: ScreenSize;
  /** The operator has left. Called once. */
  readonly onClosed: () => void;
}

export class TerminalSession {
  readonly #session: Session;
  readonly #screen: Screen;
  readonly #editor: LineEditor;
  readonly #keys = new KeyReader();
  readonly #onClosed: () => void;
  #columns: number;
  #hasLeft = false;

  /** `write` gets text for the terminal; lines end in `\n` alone. */
  constructor(services: RouterServices, write: (text: string) => void, options: TerminalSessionOptions) {
    const { onClosed, screen } = options;
    this.#onClosed = onClosed;
    this.#columns = columnsOf(screen);
    const { kind, number } = options.line ?? CONSOLE;
    this.#screen = new Screen({
      write,
      columns: () => this.#columns,
      useColor: false,
      names: [],
      isSynchronous: () => isSynchronous(lineSettings(services.configuration().lines, kind, number)),
    });
    const told = promptingServices(services, () => this.#prompt());
    this.#session = new Session(told, (text) => this.#screen.print(text), options);
    this.#editor = new LineEditor(() => this.#session.history());
    this.#session.greet();
    this.#session.touch();
    this.#prompt();
  }

  /** What the terminal sends. */
  input(text: string): void {
    for (const key of this.#keys.take(text)) if (!this.#hasLeft) this.#press(key);
  }

  /** Lines that nobody asked for at this moment: with `logging synchronous` they appear above what is being typed. */
  log(lines: readonly string[]): void {
    if (!this.#hasLeft) this.#screen.say(lines);
  }

  resize(screen: ScreenSize): void {
    this.#columns = columnsOf(screen);
    this.#session.resize(screen);
  }

  /** The terminal is gone. */
  end(): void {
    if (this.#hasLeft) return;
    this.#hasLeft = true;
    this.#session.interrupt();
    this.#onClosed();
  }

  #press(key: Key): void {
    const session = this.#session;
    session.touch();
    if (session.paused()) {
      this.#screen.setPartial("");
      session.more(key.text);
    } else this.#obey(this.#editor.press(key, session.hidesInput()));
    this.#settle();
  }

  #obey(effect: KeyEffect): void {
    switch (effect.kind) {
      case "edited":
        return;
      case "entered":
        return this.#enter(effect.line);
      case "end":
        if (effect.line === "") this.#finish("^Z");
        else this.#enter(effect.line);
        return this.#session.interrupt();
      case "help":
        this.#finish(`${this.#editor.text}?`);
        return this.#session.help(effect.before);
      case "complete": {
        const completed = this.#session.complete(effect.before);
        if (completed !== undefined) this.#editor.replaceBefore(completed);
        return;
      }
      case "redraw":
        return this.#screen.finish();
      case "abort":
        this.#finish("");
        return this.#session.interrupt();
      case "escape":
        if (this.#session.busy()) this.#session.interrupt();
        return;
      case "switch":
        return;
      case "leave":
        this.#finish("");
        return this.end();
    }
  }

  #enter(line: string): void {
    // While something runs, what is typed ahead is not shown: it will be when its turn comes.
    if (!this.#session.busy()) this.#finish(this.#session.hidesInput() ? "" : line);
    this.#session.line(line);
  }

  /** Ends the line on the screen as `text`. */
  #finish(text: string): void {
    this.#screen.setInput(text, text.length);
    this.#screen.finish();
  }

  #settle(): void {
    if (this.#session.closed()) return this.end();
    if (!this.#hasLeft) this.#prompt();
  }

  #prompt(): void {
    const session = this.#session;
    if (session.closed()) return this.end();
    const isTyping = !session.paused() && !session.hidesInput();
    if (!session.busy() || session.paused()) this.#screen.setPartial(session.prompt());
    if (isTyping) this.#screen.setInput(this.#editor.text, this.#editor.cursor);
    else this.#screen.setInput("", 0);
  }
}

function columnsOf({ width }: ScreenSize): number {
  return width > 0 ? width : USUAL_COLUMNS;
}

const CONSOLE = { kind: "con", number: 0 } as const;
/** Some terminals do not tell. */
const USUAL_COLUMNS = 80;
