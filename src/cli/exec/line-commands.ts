/** `show users`, `who`, `show line`, `clear line`: who is at which terminal line. `show ip ssh`: how they may come in. */
import type { LineKind } from "../../config/line-settings.ts";
import { oneOf, value, word } from "../sentence.ts";
import { integer } from "../value-types.ts";
import { showLines, showUsers } from "../views/users.ts";
import { phrase } from "../vocabulary.ts";
import { type Command, type Console, command, privileged } from "./command.ts";
import type { Dialogue } from "./dialogue.ts";

export const LINE_COMMANDS: readonly Command[] = [
  command(phrase("show users", "Display information about terminal lines"), listUsers),
  command(phrase("who", "Display information about terminal lines"), listUsers),
  command(phrase("show line", "TTY line information"), ({ print, services }) =>
    print(showLines(services.configuration().lines, services.terminalLines())),
  ),
  command(phrase("show ip ssh", "Information on SSH"), ({ print, services }) => {
    const { timeOutSeconds, authenticationRetries } = services.configuration().ssh;
    const isEnabled = services.rsaKeys().some(({ usage }) => usage !== "encryption");
    print([
      isEnabled ? "SSH Enabled - version 2.0" : "SSH Disabled - version 2.0",
      ...(isEnabled
        ? []
        : ["%Please create RSA keys to enable SSH (of atleast 768 bits size) to enable SSH v2."]),
      `Authentication timeout: ${timeOutSeconds.value} secs; Authentication retries: ${authenticationRetries.value}`,
    ]);
  }),
  privileged(
    [
      ...phrase("clear line", "Reset a terminal line"),
      oneOf("line", {
        con: [
          word("console", "Primary terminal line", { printed: "con" }),
          value("number", integer(0, 0), "Line number"),
        ],
        vty: [word("vty", "Virtual terminal"), value("number", integer(0, 98), "Line number")],
        absolute: [value("number", integer(0, 100), "Line number")],
      }),
    ],
    ({ follow, services }, { line }) => {
      const { kind, number } = line.kind === "absolute" ? lineAt(line.number) : { ...line, kind: line.kind };
      const dialogue = confirmation(({ print }) => {
        services.clearLine(kind, number);
        print([" [OK]"]);
      });
      follow({ kind: "asks", lines: [], dialogue });
    },
  ),
];

function listUsers({ print, services, line }: Console): void {
  print(showUsers(services.terminalLines(), line));
}

/** Lines are numbered through: console, auxiliary port, virtual terminals. */
function lineAt(absolute: number): { readonly kind: LineKind; readonly number: number } {
  if (absolute === 0) return { kind: "con", number: 0 };
  return absolute === 1 ? { kind: "aux", number: 0 } : { kind: "vty", number: absolute - 2 };
}

/** Enter does it, and so does `y`. */
function confirmation(act: (console: Console) => void): Dialogue {
  return {
    prompt: "[confirm]",
    answer: (text) =>
      /^y?$/i.test(text.trim()) ? { kind: "does", lines: [], act } : { kind: "ends", lines: [] },
  };
}
