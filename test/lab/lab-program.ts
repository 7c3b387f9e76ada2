/** `skeyid lab` run in this process: its exit code and what it said. */
import { labCommand } from "../../src/program/lab-command.ts";
import type { Terminal } from "../../src/program/terminal.ts";

export interface LabSaid {
  readonly code: number;
  readonly out: readonly string[];
  readonly err: readonly string[];
}

export async function skeyidLab(...args: readonly string[]): Promise<LabSaid> {
  const out: string[] = [];
  const err: string[] = [];
  const terminal: Terminal = {
    print: (lines) => void out.push(...lines),
    complain: (lines) => void err.push(...lines),
    readFile: (path) => ({ kind: "problem", problem: `${path} is not to be read` }),
  };
  return { code: await labCommand(args, terminal), out, err };
}
