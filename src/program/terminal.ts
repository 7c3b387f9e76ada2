/** What every subcommand needs of its surroundings: where output goes, and files as operands. */
import { readFileSync } from "node:fs";

/** Exit codes: 1 is for what a command was asked to find out; 2 for what kept it from running. */
export const EXIT = { fine: 0, found: 1, misused: 2 } as const;

export interface Terminal {
  /** Standard output, line by line. */
  readonly print: (lines: readonly string[]) => void;
  /** Standard error, line by line. */
  readonly complain: (lines: readonly string[]) => void;
  /** The octets of a file, or in one line why they cannot be read. */
  readonly readFile: (path: string) => FileRead;
}

export type FileRead =
  | { readonly kind: "file"; readonly bytes: Uint8Array }
  | { readonly kind: "problem"; readonly problem: string };

/** The process's own. */
export const PROCESS_TERMINAL: Terminal = {
  print: (lines) => void process.stdout.write(textOf(lines)),
  complain: (lines) => void process.stderr.write(textOf(lines)),
  readFile,
};

/** Whoever reads our output may stop reading: `skeyid explain … | head` is no error. */
export function endWhenNobodyReads(): void {
  for (const stream of [process.stdout, process.stderr])
    stream.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "EPIPE") process.exit(EXIT.fine);
      throw error;
    });
}

function textOf(lines: readonly string[]): string {
  return lines.map((line) => `${line}\n`).join("");
}

function readFile(path: string): FileRead {
  try {
    return { kind: "file", bytes: readFileSync(path === "-" ? 0 : path) };
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : "";
    if (code === "") throw error;
    return { kind: "problem", problem: `cannot read ${path}: ${REASONS[code] ?? code}` };
  }
}

const REASONS: { readonly [code: string]: string } = {
  ENOENT: "there is no such file",
  EACCES: "permission denied",
  EISDIR: "it is a folder",
  ENOTDIR: "a part of its path is no folder",
  ERR_FS_FILE_TOO_LARGE: "it is too large",
};
