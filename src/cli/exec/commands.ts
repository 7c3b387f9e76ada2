/** All exec commands. */
import { CLEAR_COMMANDS } from "./clear.ts";
import type { Command } from "./command.ts";
import { CONFIGURE_COMMANDS } from "./configure.ts";
import { DEBUG_COMMANDS } from "./debug.ts";
import { DEBUG_CONDITION_COMMANDS } from "./debug-condition.ts";
import { ENABLE_COMMANDS } from "./enable.ts";
import { FILE_COMMANDS } from "./file-commands.ts";
import { LATER_COMMANDS } from "./later-commands.ts";
import { LINE_COMMANDS } from "./line-commands.ts";
import { LOGGING_COMMANDS } from "./logging-commands.ts";
import { PING_COMMANDS } from "./ping.ts";
import { RELOAD_COMMANDS } from "./reload.ts";
import { SESSION_COMMANDS } from "./session-commands.ts";
import { SHOW_COMMANDS } from "./show.ts";
import { TERMINAL_COMMANDS } from "./terminal-commands.ts";
import { TRACEROUTE_COMMANDS } from "./traceroute.ts";

export const COMMANDS: readonly Command[] = [
  ...CLEAR_COMMANDS,
  ...CONFIGURE_COMMANDS,
  ...DEBUG_COMMANDS,
  ...DEBUG_CONDITION_COMMANDS,
  ...ENABLE_COMMANDS,
  ...FILE_COMMANDS,
  ...LATER_COMMANDS,
  ...LINE_COMMANDS,
  ...LOGGING_COMMANDS,
  ...PING_COMMANDS,
  ...RELOAD_COMMANDS,
  ...SESSION_COMMANDS,
  ...SHOW_COMMANDS,
  ...TERMINAL_COMMANDS,
  ...TRACEROUTE_COMMANDS,
];
