/** `enable` and `disable`: from level to level, up by password. */
import type { Configuration } from "../../config/configuration.ts";
import { type HashedPassword, type HiddenPassword, isPassword, isWellFormed } from "../../config/password.ts";
import { TOP_LEVEL, USER_LEVEL } from "../../config/privilege-settings.ts";
import { optional, value } from "../sentence.ts";
import { integer } from "../value-types.ts";
import { phrase } from "../vocabulary.ts";
import { type Command, type Console, command } from "./command.ts";
import type { Dialogue, DialogueStep } from "./dialogue.ts";

export const ENABLE_COMMANDS: readonly Command[] = [
  command(
    [
      ...phrase("enable", "Turn on privileged commands"),
      optional(value("level", integer(0, 15), "Enable level")),
    ],
    (console, { level = TOP_LEVEL }) => enable(console, level),
  ),
  command(
    [
      ...phrase("disable", "Turn off privileged commands"),
      optional(value("level", integer(0, 15), "Privilege level to go to")),
    ],
    (console, { level = USER_LEVEL }) => {
      if (level < console.level) console.setLevel(level);
      else console.print(["New privilege level must be less than current privilege level"]);
    },
  ),
  command(phrase("show privilege", "Show current privilege level"), ({ level, print }) =>
    print([`Current privilege level is ${level}`]),
  ),
];

interface EnablePassword {
  readonly kind: "secrets" | "passwords";
  readonly known: HashedPassword | HiddenPassword;
}

/** By which a level is reached: a secret outranks a password. */
export function enablePasswordFor(
  { enableSecrets, enablePasswords }: Configuration,
  level: number,
): EnablePassword | undefined {
  const secret = enableSecrets.find((each) => each.level === level);
  if (secret !== undefined) return { kind: "secrets", known: secret.password };
  const password = enablePasswords.find((each) => each.level === level);
  return password === undefined ? undefined : { kind: "passwords", known: password.password };
}

/** Where the console of a router begins. A password that is nobody's locks nobody out of his own console. */
export function levelOfConsole(configuration: Configuration): number {
  const password = enablePasswordFor(configuration, TOP_LEVEL);
  return password === undefined || !isWellFormed(password.known) ? TOP_LEVEL : USER_LEVEL;
}

function enable({ services, level: now, isLocal, setLevel, follow, print }: Console, level: number): void {
  if (level <= now) return setLevel(level);
  const password = enablePasswordFor(services.configuration(), level);
  if (password !== undefined)
    return follow({ kind: "asks", lines: [], dialogue: asking(password, level, 1) });
  // Whoever is at the router itself needs none.
  if (isLocal) setLevel(level);
  else print(["% No password set", ""]);
}

function asking(password: EnablePassword, level: number, attempt: number): Dialogue {
  return {
    prompt: "Password: ",
    isHidden: true,
    answer: (typed): DialogueStep => {
      if (isPassword(password.known, typed))
        return { kind: "does", lines: [], act: ({ setLevel }) => setLevel(level) };
      return attempt < ATTEMPTS
        ? { kind: "asks", lines: [], dialogue: asking(password, level, attempt + 1) }
        : { kind: "ends", lines: [`% Bad ${password.kind}`, ""] };
    },
  };
}

const ATTEMPTS = 3;
