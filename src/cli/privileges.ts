/** Which level a command needs: IOS's own choice, or that of the `privilege` line with the most words of the command. */
import type { Configuration } from "../config/configuration.ts";
import { type PrivilegeMode, TOP_LEVEL, USER_LEVEL } from "../config/privilege-settings.ts";
import type { Command } from "./exec/command.ts";

/** The exec commands that a level may use. */
export function commandsAt(
  commands: readonly Command[],
  level: number,
  configuration: Configuration,
): readonly Command[] {
  if (level === TOP_LEVEL) return commands;
  return commands.filter((command) => levelOf(command, configuration) <= level);
}

function levelOf({ sentence, isPrivileged }: Command, configuration: Configuration): number {
  const words = sentence.nodes.flatMap((node) => (node.kind === "word" ? [node.text] : []));
  const [verb = ""] = words;
  const own = isPrivileged ? TOP_LEVEL : ALWAYS.has(verb) ? 0 : USER_LEVEL;
  return configuredLevel("exec", words, configuration) ?? own;
}

/** Whether a level may enter a line in a mode of configuration: below 15 only what is given to it. */
export function mayConfigure(
  level: number,
  prompt: string,
  words: readonly string[],
  configuration: Configuration,
): boolean {
  if (level === TOP_LEVEL || words.length === 0 || words[0]?.startsWith("!")) return true;
  const said = (["no", "default"].includes(words[0] ?? "") ? words.slice(1) : words).map((word) =>
    word.toLowerCase(),
  );
  if (["exit", "end", "quit"].includes(said[0] ?? "")) return true;
  const mode: PrivilegeMode =
    prompt === "config-if" ? "interface" : prompt === "config-line" ? "line" : "configure";
  return ([mode, "configure"] satisfies PrivilegeMode[]).some(
    (each) => (configuredLevel(each, said, configuration) ?? TOP_LEVEL) <= level,
  );
}

function configuredLevel(
  mode: PrivilegeMode,
  words: readonly string[],
  { privileges }: Configuration,
): number | undefined {
  const found = privileges
    .filter((line) => line.mode === mode)
    .map(({ level, command }) => ({ level, begun: command.toLowerCase().split(/\s+/) }))
    .filter(({ begun }) => begun.every((word, i) => words[i] !== undefined && isSame(words[i], word)))
    .toSorted((a, b) => b.begun.length - a.begun.length);
  return found[0]?.level;
}

/** Either may be cut short. */
function isSame(a: string, b: string): boolean {
  return a.startsWith(b) || b.startsWith(a);
}

/** What every level may use. */
const ALWAYS: ReadonlySet<string> = new Set(["disable", "enable", "exit", "logout", "quit"]);
