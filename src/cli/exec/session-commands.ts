/** Leaving a session. */
import { phrase } from "../vocabulary.ts";
import { type Command, command } from "./command.ts";

export const SESSION_COMMANDS: readonly Command[] = [
  command(phrase("exit", "Exit from the EXEC"), ({ close }) => close()),
  command(phrase("logout", "Exit from the EXEC"), ({ close }) => close()),
  command(phrase("quit", "Exit from the EXEC"), ({ close }) => close()),
];
