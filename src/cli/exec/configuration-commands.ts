/** All commands that are entered in configuration mode, done at once, and no part of the configuration. */
import type { Command } from "./command.ts";
import { CONFIG_KEY_COMMANDS } from "./config-key.ts";
import { ENROLLMENT_COMMANDS } from "./enrollment-commands.ts";
import { RSA_KEY_COMMANDS } from "./rsa-keys.ts";

export const CONFIGURATION_COMMANDS: readonly Command[] = [
  ...RSA_KEY_COMMANDS,
  ...CONFIG_KEY_COMMANDS,
  ...ENROLLMENT_COMMANDS,
];
