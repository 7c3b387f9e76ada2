/** `login` on the console's line: who sits down there says who he is. */
import type { Configuration } from "../../config/configuration.ts";
import { lineSettings, loginOf } from "../../config/line-settings.ts";
import { userWithPassword } from "../../config/login.ts";
import { isPassword, isWellFormed } from "../../config/password.ts";
import type { Dialogue, DialogueStep } from "./dialogue.ts";

/** What is asked first; undefined where nothing is. A password that is nobody's locks nobody out of his own console. */
export function consoleLogin(configuration: Configuration): DialogueStep | undefined {
  const line = lineSettings(configuration.lines, "con", 0);
  const { password } = line;
  switch (loginOf(line).kind) {
    case "password":
      return password === undefined || !isWellFormed(password.value)
        ? undefined
        : asks(
            GREETING,
            askPassword((typed) => (isPassword(password.value, typed) ? {} : undefined)),
          );
    case "local":
      return configuration.users.length === 0 ? undefined : asks(GREETING, askUser(configuration, 1));
    case "none":
    case "authentication":
      return undefined;
  }
}

/** Who it is, and at which level the session goes on, where that is said. */
interface Admitted {
  readonly name?: string;
  readonly level?: number | undefined;
}

function askUser(configuration: Configuration, attempt: number): Dialogue {
  return {
    ...REQUIRED,
    prompt: "Username: ",
    answer: (name) =>
      asks(
        [],
        askPassword(
          (typed) => {
            const user = userWithPassword(configuration, name.trim(), typed);
            return user === undefined ? undefined : { name: user.name, level: user.privilege };
          },
          attempt,
          () => askUser(configuration, attempt + 1),
        ),
      ),
  };
}

function askPassword(
  check: (typed: string) => Admitted | undefined,
  attempt = 1,
  again: () => Dialogue = () => askPassword(check, attempt + 1),
): Dialogue {
  return {
    ...REQUIRED,
    prompt: "Password: ",
    isHidden: true,
    answer: (typed): DialogueStep => {
      const admitted = check(typed);
      if (admitted !== undefined)
        return {
          kind: "does",
          lines: [],
          act: ({ setLevel, setUser }) => {
            if (admitted.name !== undefined) setUser(admitted.name);
            if (admitted.level !== undefined) setLevel(admitted.level);
          },
        };
      return attempt < ATTEMPTS
        ? asks(["% Login invalid", ""], again())
        : { kind: "does", lines: ["% Bad passwords", ""], act: ({ close }) => close() };
    },
  };
}

function asks(lines: readonly string[], dialogue: Dialogue): DialogueStep {
  return { kind: "asks", lines, dialogue };
}

const REQUIRED = { isRequired: true } as const;
const GREETING = ["", "User Access Verification", ""];
const ATTEMPTS = 3;
