/** Consoles of a running gateway: sessions of the command line over a Unix socket that its owner alone may open. */
import { chmodSync, mkdirSync, rmSync, statSync } from "node:fs";
import { connect, createServer, type Server, type Socket } from "node:net";
import { dirname } from "node:path";
import { promptingServices } from "../cli/prompting-services.ts";
import type { RouterServices } from "../cli/services.ts";
import { Session } from "../cli/session.ts";
import type { ScreenSize } from "../cli/terminal/pager.ts";
import { TerminalSession } from "../cli/terminal/terminal-session.ts";
import { type ConsoleReply, type ConsoleRequest, encodeMessage, MessageReader } from "./console-protocol.ts";
import type { RunLog } from "./run-log.ts";
import type { Seat } from "./ways-in/terminal-lines.ts";
import type { WaysIn } from "./ways-in/way-in.ts";

export class ConsoleServer {
  readonly #server: Server;
  readonly #path: string;
  readonly #open = new Set<Socket>();

  private constructor(server: Server, path: string) {
    this.#server = server;
    this.#path = path;
  }

  /** Listens, or one line says why not. The folder is made if it is missing. */
  static async start(path: string, ways: WaysIn): Promise<ConsoleServer | string> {
    const fault = prepareFolder(dirname(path));
    if (fault !== undefined) return fault;
    if (await isAnswered(path))
      return `another skeyid answers at ${path}: give this one a --state-dir of its own`;
    return await ConsoleServer.#listen(path, ways);
  }

  static #listen(path: string, ways: WaysIn): Promise<ConsoleServer | string> {
    return new Promise((resolve) => {
      const server = createServer();
      const consoles = new ConsoleServer(server, path);
      server.maxConnections = CONSOLES_MAX;
      server.on("connection", (socket) => consoles.#attach(socket, ways));
      server.once("error", ({ message }) => resolve(message));
      rmSync(path, { force: true });
      const before = process.umask(0o177);
      server.listen(path, () => {
        chmodSync(path, 0o600);
        server.removeAllListeners("error");
        server.on("error", () => {});
        resolve(consoles);
      });
      // The socket is made within `listen`.
      process.umask(before);
    });
  }

  close(): void {
    for (const socket of this.#open) socket.destroy();
    this.#server.close();
    rmSync(this.#path, { force: true });
  }

  #attach(socket: Socket, ways: WaysIn): void {
    this.#open.add(socket);
    const attached = new AttachedConsole(socket, ways);
    socket.on("close", () => {
      this.#open.delete(socket);
      attached.end();
    });
  }
}

/** Lines are answered one by one, for scripts, until a terminal is named. */
class AttachedConsole {
  readonly #socket: Socket;
  readonly #router: RouterServices;
  readonly #log: RunLog;
  readonly #seat: Seat;
  readonly #lines: Session;
  #terminal: TerminalSession | undefined;
  #unmonitor: (() => void) | undefined;

  constructor(socket: Socket, { router, log, lines }: WaysIn) {
    this.#socket = socket;
    this.#router = router;
    this.#log = log;
    this.#seat = lines.sit(CONSOLE, { user: undefined, location: undefined }, () => socket.destroy());
    const told = promptingServices(router, () => this.#prompt());
    const onMonitor = (on: boolean) => this.#monitor(on, (lines) => this.#say({ kind: "log", lines }));
    this.#lines = new Session(told, (text) => this.#say({ kind: "print", text }), {
      onMonitor,
      line: CONSOLE,
    });
    const reader = new MessageReader<ConsoleRequest>();
    socket.setEncoding("utf8");
    // Whoever goes away goes away.
    socket.on("error", () => {});
    socket.on("data", (text: string) => {
      for (const request of reader.take(text)) this.#obey(request);
    });
    this.#prompt();
  }

  end(): void {
    this.#seat.leave();
    this.#unmonitor?.();
    this.#lines.interrupt();
    this.#terminal?.end();
  }

  #obey(request: ConsoleRequest): void {
    this.#seat.touch();
    switch (request.kind) {
      case "line":
        this.#lines.line(request.text);
        this.#prompt();
        return;
      case "terminal":
        this.#attachTerminal({ length: request.rows, width: request.columns });
        return;
      case "keys":
        this.#terminal?.input(request.text);
        return;
    }
  }

  #attachTerminal(screen: ScreenSize): void {
    if (this.#terminal !== undefined) return this.#terminal.resize(screen);
    const terminal = new TerminalSession(this.#router, (text) => this.#say({ kind: "print", text }), {
      screen,
      line: CONSOLE,
      onMonitor: (on) => this.#monitor(on, (lines) => terminal.log(lines)),
      onUser: (name) => this.#seat.rename(name),
      onClosed: () => this.#close(),
    });
    this.#terminal = terminal;
  }

  #monitor(on: boolean, tell: (lines: readonly string[]) => void): void {
    this.#unmonitor?.();
    this.#unmonitor = on ? this.#log.listen(tell) : undefined;
  }

  #prompt(): void {
    if (this.#lines.closed()) this.#close();
    else
      this.#say({
        kind: "prompt",
        text: this.#lines.prompt(),
        isBusy: this.#lines.busy(),
        isHidden: this.#lines.hidesInput(),
      });
  }

  #close(): void {
    this.#say({ kind: "closed" });
    this.#socket.end();
  }

  /** A console that does not read must not fill our memory. */
  #say(reply: ConsoleReply): void {
    if (this.#socket.destroyed) return;
    this.#socket.write(encodeMessage(reply));
    if (this.#socket.writableLength > UNREAD_MAX) this.#socket.destroy();
  }
}

/** Whoever may write to the folder could put a socket of his own there. */
function prepareFolder(path: string): string | undefined {
  try {
    mkdirSync(path, { recursive: true, mode: 0o700 });
    const { uid, mode } = statSync(path);
    const isOurs = uid === process.geteuid?.() && (mode & 0o022) === 0;
    return isOurs ? undefined : `${path} can be written to by others: give a --state-dir that cannot`;
  } catch (error) {
    return `${path}: ${error instanceof Error ? error.message : error}`;
  }
}

/** A socket that a process left behind when it was killed answers nobody. */
function isAnswered(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path);
    socket.on("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.on("error", () => resolve(false));
  });
}

/** All who come by the socket are at the router itself. */
const CONSOLE = { kind: "con", number: 0 } as const;
const CONSOLES_MAX = 16;
/** Octets. */
const UNREAD_MAX = 16 << 20;
