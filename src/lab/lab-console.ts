/** A place where lines are typed in a lab: at a router, or at a host. */
import type { ScreenSize } from "../cli/terminal/pager.ts";

export interface LabConsole {
  /** Of the node. */
  readonly name: string;
  /** Somebody sits down: banners are shown, and a login is asked for where the configuration says so. */
  greet(): void;
  /** What stands before the line to be typed: `Initiator#`, or a question. */
  prompt(): string;
  /** Takes a line. `done` is called when the next may come: at once, or when what was asked for has ended. */
  enter(line: string, done: () => void): void;
  /** Prints what may come after `before`. */
  help(before: string): void;
  /** `before` with its last word completed; undefined if there is nothing, or more than one thing, to complete it to. */
  complete(before: string): string | undefined;
  /** What is typed now is a password, and must not be seen. */
  hidesInput(): boolean;
  /** Output waits at ` --More-- `, which is then the prompt: the next key goes to `more`. */
  paused(): boolean;
  /** A key, as a terminal sends it. */
  more(key: string): void;
  /** Lines that were entered, the last one last. */
  history(): readonly string[];
  /** The size of the terminal; until it is told, output is not paged. */
  resize(screen: ScreenSize): void;
  /** Ends what is running, or leaves configuration. */
  interrupt(): void;
  /** The operator has left the console. */
  readonly isLeft: boolean;
}
