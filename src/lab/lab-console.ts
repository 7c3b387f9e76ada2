/** A place where lines are typed in a lab: at a router, or at a host. */
export interface LabConsole {
  /** Of the node. */
  readonly name: string;
  /** What stands before the line to be typed: `Initiator#`, or a question. */
  prompt(): string;
  /** Takes a line. `done` is called when the next may come: at once, or when what was asked for has ended. */
  enter(line: string, done: () => void): void;
  /** Prints what may come after `before`. */
  help(before: string): void;
  /** `before` with its last word completed; undefined if there is nothing, or more than one thing, to complete it to. */
  complete(before: string): string | undefined;
  /** Ends what is running, or leaves configuration. */
  interrupt(): void;
  /** The operator has left the console. */
  readonly isLeft: boolean;
}
