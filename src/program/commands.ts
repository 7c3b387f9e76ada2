/** The subcommands: one line about each, and how to load it. Loading waits until one is called: starting must be quick. */
import type { Terminal } from "./terminal.ts";

/** Takes what stands after the subcommand's name; answers with the exit code. */
export type Command = (args: readonly string[], terminal: Terminal) => Promise<number>;

export interface CommandFacts {
  readonly operands: string;
  readonly help: string;
  readonly load: () => Promise<Command>;
}

export type CommandName = "lab" | "run" | "console" | "explain" | "check";

export const COMMANDS: { readonly [N in CommandName]: CommandFacts } = {
  lab: {
    operands: "[EXAMPLE | FOLDER | CONFIG...]",
    help: "run routers from IOS configurations on a virtual network",
    load: async () => (await import("./lab-command.ts")).labCommand,
  },
  run: {
    operands: "CONFIG",
    help: "make this Linux machine the router of an IOS configuration",
    load: async () => (await import("./run-command.ts")).runCommand,
  },
  console: {
    operands: "[COMMAND]...",
    help: "attach to a running gateway's command line",
    load: async () => (await import("./console-client.ts")).consoleCommand,
  },
  explain: {
    operands: "CAPTURE",
    help: "tell what a capture's IKE and ESP say, payload by payload, decrypted with --keys",
    load: async () => (await import("./explain-command.ts")).explainCommand,
  },
  check: {
    operands: "CONFIG...",
    help: "tell what is wrong, weak or without effect in IOS configurations",
    load: async () => (await import("./check-command.ts")).checkCommand,
  },
};

export const COMMAND_NAMES: readonly string[] = Object.keys(COMMANDS);
