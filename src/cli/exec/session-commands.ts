/** Commands about the session itself: privileges, configuration mode, the terminal, leaving. */
import { value } from "../sentence.ts";
import { integer } from "../value-types.ts";
import { phrase } from "../vocabulary.ts";
import { type Command, command, privileged } from "./command.ts";

/** Lengths and widths of terminals are not for the router to know: what it prints is never paged. */
export const SESSION_COMMANDS: readonly Command[] = [
  command(phrase("enable", "Turn on privileged commands"), ({ setPrivileged }) => setPrivileged(true)),
  privileged(phrase("disable", "Turn off privileged commands"), ({ setPrivileged }) => setPrivileged(false)),
  privileged(phrase("configure terminal", "Configure from the terminal"), ({ configure }) => configure()),
  command(phrase("exit", "Exit from the EXEC"), ({ close }) => close()),
  command(phrase("logout", "Exit from the EXEC"), ({ close }) => close()),
  command(phrase("quit", "Exit from the EXEC"), ({ close }) => close()),
  command(
    [
      ...phrase("terminal length", "Set number of lines on a screen"),
      value("lines", integer(0, 512), "Number of lines on screen (0 for no pausing)"),
    ],
    () => {},
  ),
  command(
    [
      ...phrase("terminal width", "Set width of the display terminal"),
      value("columns", integer(0, 512), "Number of characters on a screen line"),
    ],
    () => {},
  ),
  command(phrase("terminal monitor", "Copy debug output to the current terminal line"), () => {}),
  command(phrase("terminal no monitor", "Copy debug output to the current terminal line"), () => {}),
];
