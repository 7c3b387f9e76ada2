/** `skeyid console`: the command line of a running gateway, on a terminal or line by line from a file or pipe. */
import { existsSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { join } from "node:path";
import { type CommandSyntax, commandHelp, readArguments } from "./arguments.ts";
import { type ConsoleReply, type ConsoleRequest, encodeMessage, MessageReader } from "./console-protocol.ts";
import { stateDirectoryOf } from "./state-directory.ts";
import { EXIT, PROCESS_TERMINAL, type Terminal } from "./terminal.ts";

export const CONSOLE_SYNTAX: CommandSyntax = {
  name: "console",
  operands: "[COMMAND]...",
  operandsMin: 0,
  operandsMax: 1000,
  summary: [
    "Attaches to the skeyid run of this machine (and network namespace): IOS's command line. `exit` or Ctrl-D leaves it,",
    "the gateway runs on. Commands as arguments, or on standard input, are entered one by one.",
  ],
  options: {
    "state-dir": { value: "DIR", help: "that of the skeyid run; by default /run/skeyid" },
  },
  examples: [
    "sudo npx skeyid console",
    'sudo npx skeyid console "show crypto isakmp sa" "show crypto ipsec sa"',
  ],
};

export async function consoleCommand(
  args: readonly string[],
  terminal: Terminal = PROCESS_TERMINAL,
): Promise<number> {
  const read = readArguments(CONSOLE_SYNTAX, args);
  if (read.kind === "help") {
    terminal.print(commandHelp(CONSOLE_SYNTAX));
    return EXIT.fine;
  }
  if (read.kind === "problem") {
    terminal.complain([`skeyid console: ${read.problem}; see skeyid console --help`]);
    return EXIT.misused;
  }
  const stateDirectory = read.values.get("state-dir")?.at(-1);
  const path = join(stateDirectoryOf(stateDirectory), "console.sock");
  const socket = await attach(path);
  if (typeof socket === "string") {
    terminal.complain([`skeyid console: ${socket}`]);
    return EXIT.found;
  }
  if (read.operands.length > 0) return await enterLines(socket, read.operands);
  if (!process.stdin.isTTY) return await enterLines(socket, await linesOfInput());
  return await converse(socket);
}

function attach(path: string): Promise<Socket | string> {
  return new Promise((resolve) => {
    const socket = connect(path);
    socket.setEncoding("utf8");
    socket.once("connect", () => resolve(socket));
    socket.once("error", (error: NodeJS.ErrnoException) => resolve(whyNot(error, path)));
  });
}

function whyNot({ code, message }: NodeJS.ErrnoException, path: string): string {
  if (code === "EACCES") return `${path} belongs to another user: sudo skeyid console`;
  if (code === "ECONNREFUSED" || !existsSync(path))
    return `no skeyid runs here (${path}): start one with skeyid run, or say where it is with --state-dir`;
  return message;
}

/** One line after the other, each when the one before is done; prompts are shown as on a terminal. */
function enterLines(socket: Socket, lines: readonly string[]): Promise<number> {
  const waiting = [...lines];
  return new Promise((resolve) => {
    hear(socket, (reply) => {
      if (reply.kind === "print") process.stdout.write(reply.text);
      else if (reply.kind === "log") process.stdout.write(reply.lines.map((line) => `${line}\n`).join(""));
      else if (reply.kind === "prompt" && !reply.isBusy) {
        const text = waiting.shift();
        if (text === undefined) socket.end();
        else {
          process.stdout.write(`${reply.text}${reply.isHidden ? "" : text}\n`);
          ask(socket, { kind: "line", text });
        }
      }
    });
    socket.on("close", () => resolve(EXIT.fine));
    socket.on("error", () => resolve(EXIT.found));
  });
}

async function linesOfInput(): Promise<readonly string[]> {
  let text = "";
  for await (const piece of process.stdin.setEncoding("utf8")) text += piece;
  const lines = text.split(/\r\n|\n|\r/);
  if (lines.at(-1) === "") lines.pop();
  return lines;
}

/** A person at a terminal: the gateway does the rest. */
function converse(socket: Socket): Promise<number> {
  const { stdin, stdout } = process;
  const tellSize = (): void =>
    ask(socket, { kind: "terminal", rows: stdout.rows ?? 0, columns: stdout.columns ?? 0 });
  stdin.setEncoding("utf8");
  stdin.setRawMode(true);
  stdin.on("data", (text: string) => ask(socket, { kind: "keys", text }));
  stdout.on("resize", tellSize);
  hear(socket, (reply) => {
    if (reply.kind === "print") stdout.write(reply.text);
  });
  tellSize();
  return new Promise((resolve) => {
    socket.on("close", () => {
      stdin.setRawMode(false);
      stdin.pause();
      resolve(EXIT.fine);
    });
    socket.on("error", () => {});
  });
}

function hear(socket: Socket, onReply: (reply: ConsoleReply) => void): void {
  const reader = new MessageReader<ConsoleReply>();
  socket.on("data", (text: string) => {
    for (const reply of reader.take(text)) onReply(reply);
  });
}

function ask(socket: Socket, request: ConsoleRequest): void {
  if (!socket.destroyed) socket.write(encodeMessage(request));
}
