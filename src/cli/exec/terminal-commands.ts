/** `terminal`: how a session shows what it prints, and how many lines it remembers. */
import { optional, value } from "../sentence.ts";
import { integer } from "../value-types.ts";
import { phrase } from "../vocabulary.ts";
import { type Command, command } from "./command.ts";

/** IOS keeps as many unless told otherwise. */
export const HISTORY_DEFAULT = 10;

export const TERMINAL_COMMANDS: readonly Command[] = [
  command(
    [
      ...phrase("terminal length", "Set number of lines on a screen"),
      value("lines", integer(0, 512), "Number of lines on screen (0 for no pausing)"),
    ],
    ({ setTerminal }, { lines }) => setTerminal({ length: lines }),
  ),
  command(
    [
      ...phrase("terminal width", "Set width of the display terminal"),
      value("columns", integer(0, 512), "Number of characters on a screen line"),
    ],
    ({ setTerminal }, { columns }) => setTerminal({ width: columns }),
  ),
  command(phrase("terminal monitor", "Copy debug output to the current terminal line"), ({ setMonitor }) =>
    setMonitor(true),
  ),
  command(phrase("terminal no monitor", "Copy debug output to the current terminal line"), ({ setMonitor }) =>
    setMonitor(false),
  ),
  command(
    [
      ...phrase("terminal history", "Enable and control the command history function"),
      optional(
        ...phrase("size", "Set history buffer size"),
        value("lines", integer(0, 256), "Size of history buffer"),
      ),
    ],
    ({ setTerminal }, { lines }) => setTerminal({ historySize: lines ?? HISTORY_DEFAULT }),
  ),
  command(
    phrase("terminal no history", "Enable and control the command history function"),
    ({ setTerminal }) => setTerminal({ historySize: 0 }),
  ),
  command(phrase("show history", "Display the session command history"), ({ print, history }) =>
    print(history.map((line) => `  ${line}`)),
  ),
  command(phrase("show terminal", "Display terminal configuration parameters"), ({ print, terminal }) =>
    print([
      `Length: ${terminal.length} lines, Width: ${terminal.width} columns`,
      `History is ${terminal.historySize > 0 ? "enabled" : "disabled"}, history size is ${terminal.historySize}.`,
    ]),
  ),
];
