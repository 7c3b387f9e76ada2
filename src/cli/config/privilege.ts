/** `privilege exec level 5 show running-config`. */
import type { PrivilegeMode, PrivilegeSettings } from "../../config/privilege-settings.ts";
import { globalSetting } from "../mode.ts";
import { replaced } from "../replaced.ts";
import { choice, flag, value, word } from "../sentence.ts";
import { integer, LINE } from "../value-types.ts";
import { phrase } from "../vocabulary.ts";

const MODE = choice("mode", {
  configure: ["configure", "Global configuration mode"],
  exec: ["exec", "Exec mode"],
  interface: ["interface", "Interface configuration mode"],
  line: ["line", "Line configuration mode"],
});
const COMMAND = value("command", LINE, "Initial keywords of the command to modify");

export const PRIVILEGE = globalSetting(
  [
    ...phrase("privilege", "Command privilege parameters"),
    MODE,
    flag("all", "all", "All suboption will be set to the same level"),
    word("level", "Set privilege level of command"),
    value("level", integer(0, 15), "Privilege level"),
    COMMAND,
  ],
  {
    set: (configuration, { mode, all, level, command }, origin) => {
      const own: PrivilegeSettings = { mode, isAll: all === true, level, command, origin };
      const isOld = (other: PrivilegeSettings) => isAbout(other, mode, command);
      return { ...configuration, privileges: replaced(configuration.privileges, own, isOld) };
    },
    unset: (configuration, { mode, command }) => ({
      ...configuration,
      privileges: configuration.privileges.filter((other) => !isAbout(other, mode, command)),
    }),
    get: ({ privileges }) =>
      privileges.map(({ mode, isAll, level, command }) => ({
        ...{ mode, level, command },
        all: isAll ? (true as const) : undefined,
      })),
  },
);

/** As IOS takes it back: `no` says the same. */
export const PRIVILEGE_RESET = globalSetting(
  [
    ...phrase("privilege", "Command privilege parameters"),
    MODE,
    word("reset", "Reset privilege level of command"),
    COMMAND,
  ],
  {
    set: (configuration, { mode, command }) => ({
      ...configuration,
      privileges: configuration.privileges.filter((other) => !isAbout(other, mode, command)),
    }),
    unset: (configuration) => configuration,
    get: () => [],
  },
);

function isAbout(
  own: PrivilegeSettings,
  mode: PrivilegeMode | undefined,
  command: string | undefined,
): boolean {
  return own.mode === mode && own.command === command;
}
