/** Exec commands: the same sentences as configuration, but what they say is done at once. */

import type { SessionLine } from "../configured-from.ts";
import type { Arguments } from "../grammar.ts";
import { printSentence } from "../print.ts";
import { type ArgumentsOf, type Part, type Sentence, sentence, typed } from "../sentence.ts";
import type { PingOptions, RouterServices, TracerouteOptions } from "../services.ts";
import type { ScreenSize } from "../terminal/pager.ts";
import type { DialogueStep } from "./dialogue.ts";

export interface Command {
  readonly sentence: Sentence;
  /** Only after `enable`. */
  readonly isPrivileged: boolean;
  /** False where it is known and says only that it does nothing yet. */
  readonly isInEffect: boolean;
  run(console: Console, args: Arguments): void;
}

/** `terminal`. */
export interface TerminalSettings extends ScreenSize {
  /** Lines that are remembered. */
  readonly historySize: number;
}

/** What commands act on: the router, and the session they are entered in. */
export interface Console {
  readonly services: RouterServices;
  /** Whole lines. */
  print(lines: readonly string[]): void;
  readonly history: readonly string[];
  configure(): void;
  /** 0 to 15. */
  readonly level: number;
  setLevel(level: number): void;
  /** He has logged in here. */
  setUser(name: string): void;
  /** Where the session is; undefined where lines are not told apart. */
  readonly line: SessionLine | undefined;
  /** The session is at the router itself. */
  readonly isLocal: boolean;
  readonly terminal: TerminalSettings;
  setTerminal(settings: Partial<TerminalSettings>): void;
  /** Whether log lines appear here. */
  setMonitor(on: boolean): void;
  close(): void;
  /** The session is as it was at its beginning. */
  begin(): void;
  ping(options: PingOptions): void;
  traceroute(options: TracerouteOptions): void;
  /** Asks the operator, or does what has been answered. */
  follow(step: DialogueStep): void;
}

export function command<const P extends readonly Part[]>(
  parts: P,
  run: (console: Console, args: ArgumentsOf<P>) => void,
  options: { isPrivileged?: boolean } = {},
): Command {
  return {
    sentence: sentence(parts),
    isPrivileged: options.isPrivileged ?? false,
    isInEffect: true,
    run: (console, args) => run(console, typed(args)),
  };
}

export function privileged<const P extends readonly Part[]>(
  parts: P,
  run: (console: Console, args: ArgumentsOf<P>) => void,
): Command {
  return command(parts, run, { isPrivileged: true });
}

/** A command of later work: it is understood, and says that it does nothing yet. */
export function later(parts: readonly Part[]): Command {
  const known = privileged(parts, ({ print }, args) =>
    print([`% \`${printSentence(known.sentence, { ...args })}\` is not in effect yet.`, ""]),
  );
  return { ...known, isInEffect: false };
}
