/** `key config-key password-encrypt`: the key that pre-shared keys are encrypted with. It stands in configuration mode and is no setting. */
import { CONFIG_KEY_MAX, CONFIG_KEY_MIN } from "../../config/key-encryption.ts";
import { optional, value } from "../sentence.ts";
import { SECRET_LINE } from "../value-types.ts";
import { phrase } from "../vocabulary.ts";
import { type Command, type Console, privileged } from "./command.ts";
import { type Dialogue, type DialogueStep, yesOrNo } from "./dialogue.ts";

export const CONFIG_KEY_COMMANDS: readonly Command[] = [
  privileged(
    [
      ...phrase("key config-key password-encrypt", "Set encryption key for passwords"),
      optional(value("key", SECRET_LINE, "The encryption key")),
    ],
    ({ services, follow }, { key }) =>
      follow(key === undefined ? asking(services.configKey()) : setting(key)),
  ),
  privileged(
    phrase("no key config-key password-encrypt", "Set encryption key for passwords"),
    ({ services, follow }) =>
      follow(
        services.configKey() === undefined ? { kind: "ends", lines: ["% There is no key."] } : removal(),
      ),
  ),
];

function asking(old: string | undefined): DialogueStep {
  return old === undefined
    ? { kind: "asks", lines: [], dialogue: newKey() }
    : {
        kind: "asks",
        lines: [],
        dialogue: hidden("Old key: ", (typed) =>
          typed === old
            ? { kind: "asks", lines: [], dialogue: newKey() }
            : { kind: "ends", lines: ["% The old key is another one."] },
        ),
      };
}

function newKey(): Dialogue {
  return hidden("New key: ", (typed) => ({
    kind: "asks",
    lines: [],
    dialogue: hidden("Confirm key: ", (again) =>
      again === typed ? setting(typed) : { kind: "ends", lines: ["% The keys are not the same."] },
    ),
  }));
}

function setting(key: string): DialogueStep {
  if (key.length < CONFIG_KEY_MIN || key.length > CONFIG_KEY_MAX)
    return {
      kind: "ends",
      lines: [`% The key must have ${CONFIG_KEY_MIN} to ${CONFIG_KEY_MAX} characters.`],
    };
  return { kind: "does", lines: [], act: (console) => change(console, key) };
}

function removal(): DialogueStep {
  return {
    kind: "asks",
    lines: ["WARNING: All type 6 encrypted keys will become unusable"],
    dialogue: yesOrNo(
      "Continue with master key deletion ?",
      () => ({ kind: "does", lines: [], act: (console) => change(console, undefined) }),
      () => ({ kind: "ends", lines: [] }),
    ),
  };
}

function change({ services, print }: Console, key: string | undefined): void {
  const problem = services.setConfigKey(key);
  if (problem !== undefined) print([`% ${problem}`]);
}

function hidden(prompt: string, answer: Dialogue["answer"]): Dialogue {
  return { prompt, isHidden: true, answer };
}
