/** `show`: views of the configuration and of the running gateway. */
import type { Configuration } from "../../config/configuration.ts";
import { INTERFACE_NAME } from "../interface-names.ts";
import { runningConfig } from "../running-config.ts";
import { flag, value, word } from "../sentence.ts";
import { phrase } from "../vocabulary.ts";
import { type Command, type Console, command, privileged } from "./command.ts";
import { debuggingLines } from "./debug.ts";
import { SHOW_CRYPTO_COMMANDS } from "./show-crypto.ts";
import { SHOW_IP_COMMANDS } from "./show-ip.ts";
import { SHOW_SYSTEM_COMMANDS } from "./show-system.ts";
import { TECH_SUPPORT_COMMAND } from "./tech-support.ts";

export const SHOW_COMMANDS: readonly Command[] = [
  privileged(
    [...phrase("show running-config"), flag("all", "all", "Configuration with defaults")],
    (console, { all }) => showRunningConfig(console, all === true),
  ),
  privileged(
    [
      ...phrase("show running-config"),
      word("interface", "Show interface configuration"),
      value("name", INTERFACE_NAME, "Interface"),
    ],
    ({ print, services }, { name }) => print(runningConfigOf(services.configuration(), name)),
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

/** What stands below one interface. */
function runningConfigOf(configuration: Configuration, name: string): string[] {
  const lines = runningConfig(configuration);
  const start = lines.indexOf(`interface ${name}`);
  if (start < 0) return ["% Invalid interface type and number"];
  const length = lines.slice(start + 1).findIndex((line) => !line.startsWith(" "));
  return [...HEADING, "!", ...lines.slice(start, start + 1 + length), "end"];
}

function showRunningConfig({ print, services }: Console, all: boolean): void {
  print([...HEADING, ...runningConfig(services.configuration(), { all })]);
}

/** As IOS 12.0 has it; later ones count the octets. */
const HEADING = ["Building configuration...", "", "Current configuration:"];
