/** `show`: views of the configuration and of the running gateway. */
import { runningConfig } from "../running-config.ts";
import { flag } from "../sentence.ts";
import { phrase } from "../vocabulary.ts";
import { type Command, type Console, command, privileged } from "./command.ts";
import { debuggingLines } from "./debug.ts";
import { SHOW_CRYPTO_COMMANDS } from "./show-crypto.ts";
import { SHOW_IP_COMMANDS } from "./show-ip.ts";
import { SHOW_SYSTEM_COMMANDS } from "./show-system.ts";
import { TECH_SUPPORT_COMMAND } from "./tech-support.ts";

export const SHOW_COMMANDS: readonly Command[] = [
  privileged(
    [
      ...phrase("show running-config", "Current operating configuration"),
      flag("all", "all", "Configuration with defaults"),
    ],
    (console, { all }) => showRunningConfig(console, all === true),
  ),
  privileged(phrase("write terminal", "Write to terminal"), (console) => showRunningConfig(console, false)),
  ...SHOW_CRYPTO_COMMANDS,
  ...SHOW_IP_COMMANDS,
  ...SHOW_SYSTEM_COMMANDS,
  TECH_SUPPORT_COMMAND,
  command(phrase("show debugging", "State of each debugging option"), ({ print, services }) =>
    print(debuggingLines(services.debugFlags())),
  ),
];

function showRunningConfig({ print, services }: Console, all: boolean): void {
  print([
    "Building configuration...",
    "",
    "Current configuration:",
    ...runningConfig(services.configuration(), { all }),
  ]);
}
