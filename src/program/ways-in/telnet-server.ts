/** Telnet, which shows passwords to whoever listens: on loopback alone, and only for lines that say `transport input telnet`. */
import { createServer, type Server, type Socket } from "node:net";
import { StringDecoder } from "node:string_decoder";
import { bannerLines } from "../../cli/banners.ts";
import type { LineSettings } from "../../config/line-settings.ts";
import { beginningLevel, linesOpenTo } from "../../config/login.ts";
import { ipv4 } from "../../net/ip-address.ts";
import { WAYS_IN_LIMITS } from "./limits.ts";
import { RemoteTerminal } from "./remote-terminal.ts";
import { type LoginOutcome, TelnetLogin } from "./telnet-login.ts";
import { TELNET_GREETING, TelnetReader } from "./telnet-reader.ts";
import type { Seat } from "./terminal-lines.ts";
import { tellLogin, tellRefusal, type WaysIn } from "./way-in.ts";

const LOOPBACK = ipv4("127.0.0.1");

export class TelnetServer {
  readonly #ways: WaysIn;
  readonly #port: number;
  readonly #sockets = new Set<Socket>();
  #server: Server | undefined;

  constructor(ways: WaysIn, port = 23) {
    this.#ways = ways;
    this.#port = port;
  }

  /** Listens where the configuration now says so. */
  refresh(): void {
    const { router, log } = this.#ways;
    const { lines } = router.configuration();
    const isWanted = lines.some(({ transportInput }) => transportInput?.value.includes("telnet"));
    if (isWanted === (this.#server !== undefined)) return;
    if (!isWanted) {
      this.#server?.close();
      this.#server = undefined;
      return;
    }
    const server = createServer((socket) => this.#meet(socket));
    this.#server = server;
    server.on("error", ({ message }) => {
      this.#server = undefined;
      log.sayOnce("%SKEYID-4-TELNET", `Telnet cannot listen on ${LOOPBACK} port ${this.#port}: ${message}`);
    });
    server.listen(this.#port, LOOPBACK, () =>
      log.say([
        `%SKEYID-5-TELNET: Telnet is awaited on ${LOOPBACK} port ${this.#port} alone, as it hides no password: use SSH from elsewhere`,
      ]),
    );
  }

  close(): void {
    this.#server?.close();
    for (const socket of this.#sockets) socket.destroy();
  }

  #meet(socket: Socket): void {
    socket.on("error", () => {});
    const { router, lines, door } = this.#ways;
    const knock = { transport: "telnet", from: LOOPBACK } as const;
    const line = linesOpenTo(router.configuration(), knock).find(({ number }) => lines.isFree("vty", number));
    const admitted = line === undefined ? "all virtual terminals are in use" : door.knock(LOOPBACK);
    if (line === undefined || typeof admitted === "string") {
      tellRefusal(this.#ways, LOOPBACK, String(admitted));
      return void socket.destroy();
    }
    this.#sockets.add(socket);
    const timer = setTimeout(() => socket.destroy(), LOGIN_TIME).unref();
    const welcome = (): void => {
      clearTimeout(timer);
      admitted();
    };
    socket.on("close", () => {
      this.#sockets.delete(socket);
      welcome();
    });
    new TelnetVisit(this.#ways, socket, line, this.#port, welcome).begin();
  }
}

class TelnetVisit {
  readonly #ways: WaysIn;
  readonly #socket: Socket;
  readonly #line: LineSettings;
  readonly #port: number;
  readonly #onLogin: () => void;
  readonly #login: TelnetLogin;
  readonly #reader = new TelnetReader();
  readonly #decoder = new StringDecoder("utf8");
  #seat: Seat;
  #screen = {};
  #terminal: RemoteTerminal | undefined;
  /** A wrong answer is being slept over. */
  #isWaiting = false;

  constructor(ways: WaysIn, socket: Socket, line: LineSettings, port: number, onLogin: () => void) {
    this.#ways = ways;
    this.#socket = socket;
    this.#line = line;
    this.#port = port;
    this.#onLogin = onLogin;
    this.#login = new TelnetLogin(ways, line);
    this.#seat = this.#sit(undefined);
    socket.on("close", () => this.#seat.leave());
  }

  #sit(user: string | undefined): Seat {
    return this.#ways.lines.sit(this.#line, { user, location: LOOPBACK }, () => this.#socket.destroy());
  }

  begin(): void {
    this.#socket.write(TELNET_GREETING);
    this.#socket.on("data", (octets) => this.#take(octets));
    if (this.#login.isImpossible) return void this.#socket.end("\r\nPassword required, but none set\r\n");
    if (this.#login.asksNothing) return this.#settle({ kind: "in", user: undefined });
    const banner = bannerLines(this.#ways.router.configuration(), "login");
    const lines = [...(banner.length > 0 ? ["", ...banner] : []), "", "User Access Verification", "", ""];
    this.#socket.write(`${lines.join("\r\n")}${this.#login.prompt()}`);
  }

  #take(octets: Uint8Array): void {
    const { typed, screen } = this.#reader.take(octets);
    if (screen !== undefined) {
      this.#screen = screen;
      this.#terminal?.resize(screen);
    }
    if (this.#terminal !== undefined) return void (typed.length > 0 && this.#terminal.input(typed));
    for (const character of this.#decoder.write(Buffer.from(typed))) {
      if (this.#isWaiting || this.#terminal !== undefined) return;
      const { echo, outcome } = this.#login.type(character);
      this.#socket.write(echo);
      if (outcome !== undefined) this.#settle(outcome);
      else if (character === "\r") this.#socket.write(this.#login.prompt());
    }
  }

  #settle(outcome: NonNullable<LoginOutcome>): void {
    const from = { from: LOOPBACK, port: this.#port };
    if (outcome.kind === "in") {
      this.#onLogin();
      tellLogin(this.#ways, { ...from, user: outcome.user?.name ?? "" });
      this.#seat.leave();
      this.#seat = this.#sit(outcome.user?.name);
      const level = beginningLevel(outcome.user, this.#line);
      const operator = { seat: this.#seat, line: this.#line, level };
      this.#socket.write("\r\n");
      this.#terminal = new RemoteTerminal(this.#ways, operator, this.#socket, this.#screen);
      return;
    }
    tellLogin(this.#ways, { ...from, user: outcome.name }, "Login Authentication Failed");
    this.#isWaiting = true;
    setTimeout(() => {
      this.#isWaiting = false;
      if (outcome.isLast) this.#socket.end("% Bad passwords\r\n");
      else this.#socket.write(`% Login invalid\r\n\r\n${this.#login.prompt()}`);
    }, WAYS_IN_LIMITS.refusalDelay).unref();
  }
}

/** Milliseconds. IOS waits thirty seconds for each answer. */
const LOGIN_TIME = 90_000;
