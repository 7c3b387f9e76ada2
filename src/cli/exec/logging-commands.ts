/** `show logging`, `clear logging`. */
import { showLogging } from "../views/logging.ts";
import { phrase } from "../vocabulary.ts";
import { type Command, command, privileged } from "./command.ts";

export const LOGGING_COMMANDS: readonly Command[] = [
  command(phrase("show logging", "Show the contents of logging buffers"), ({ print, services }) =>
    print(showLogging(services.configuration(), services.logging())),
  ),
  privileged(phrase("clear logging", "Clear logging buffer"), ({ services }) => services.clearLogging()),
];
