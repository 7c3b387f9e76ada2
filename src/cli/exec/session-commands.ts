/** Commands about the session itself: configuration mode, and leaving. */
import { phrase } from "../vocabulary.ts";
import { type Command, command, privileged } from "./command.ts";

export const SESSION_COMMANDS: readonly Command[] = [
  privileged(phrase("configure terminal", "Configure from the terminal"), ({ configure }) => configure()),
  command(phrase("exit", "Exit from the EXEC"), ({ close }) => close()),
  command(phrase("logout", "Exit from the EXEC"), ({ close }) => close()),
  command(phrase("quit", "Exit from the EXEC"), ({ close }) => close()),
];
