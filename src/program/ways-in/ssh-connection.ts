/** One SSH connection: a login, then shells and commands at the virtual terminal that it is given. */
import type { Socket } from "node:net";
import type { Connection, ServerChannel, Session as SshSession } from "ssh2";
import ssh2 from "ssh2";
import { bannerLines } from "../../cli/banners.ts";
import { promptingServices } from "../../cli/prompting-services.ts";
import { Session } from "../../cli/session.ts";
import type { ScreenSize } from "../../cli/terminal/pager.ts";
import { beginningLevel, type Knock, linesOpenTo } from "../../config/login.ts";
import { WAYS_IN_LIMITS } from "./limits.ts";
import { type RemoteOperator, RemoteTerminal } from "./remote-terminal.ts";
import { SshLogin } from "./ssh-login.ts";
import { tellRefusal, type WaysIn } from "./way-in.ts";

export interface SshVisit {
  readonly knock: Knock;
  /** Where it came to. */
  readonly port: number;
  /** PEM. */
  readonly hostKey: string;
  /** No longer a stranger. */
  readonly onLogin: () => void;
}

/** Takes over a socket. */
export function serveSsh(ways: WaysIn, socket: Socket, visit: SshVisit): void {
  // Before a login, as text of the protocol (RFC 4252, section 5.4): clients show it above their question.
  const banner = bannerLines(ways.router.configuration(), "login").join("\r\n");
  const server = new ssh2.Server(
    { hostKeys: [visit.hostKey], ident: "skeyid", algorithms: ALGORITHMS, banner },
    (connection) => new SshConnection(ways, socket, connection, visit),
  );
  server.on("error", () => socket.destroy());
  server.injectSocket(socket);
  const onData = () => {
    if (socket.bytesRead > UNAUTHENTICATED_OCTETS && !LOGGED_IN.has(socket)) socket.destroy();
  };
  socket.on("data", onData);
}

class SshConnection {
  readonly #ways: WaysIn;
  readonly #socket: Socket;
  readonly #visit: SshVisit;
  readonly #login: SshLogin;
  #operator: RemoteOperator | undefined;
  #channels = 0;

  constructor(ways: WaysIn, socket: Socket, connection: Connection, visit: SshVisit) {
    this.#ways = ways;
    this.#socket = socket;
    this.#visit = visit;
    const from = { from: visit.knock.from, port: visit.port };
    this.#login = new SshLogin(ways, from, () => connection.end());
    // What a stranger sends that is no SSH ends the connection, and no more.
    connection.on("error", () => socket.destroy());
    connection.on("authentication", (context) => this.#login.answer(context));
    connection.on("ready", () => this.#begin());
    connection.on("session", (accept, reject) => {
      if (this.#operator === undefined || this.#channels >= WAYS_IN_LIMITS.channels) reject();
      else this.#serve(accept(), this.#operator);
    });
    socket.on("close", () => this.#operator?.seat.leave());
  }

  /** The lowest line that is free; without one there is nothing to log in to. */
  #begin(): void {
    LOGGED_IN.add(this.#socket);
    this.#visit.onLogin();
    const { router, lines } = this.#ways;
    const { knock } = this.#visit;
    const line = linesOpenTo(router.configuration(), knock).find(({ number }) => lines.isFree("vty", number));
    if (line === undefined) {
      tellRefusal(this.#ways, knock.from, "all virtual terminals are in use");
      this.#socket.destroy();
      return;
    }
    const { user } = this.#login;
    const seat = lines.sit(line, { user: user?.name, location: knock.from }, () => this.#socket.destroy());
    this.#operator = { seat, line, level: beginningLevel(user, line) };
  }

  #serve(session: SshSession, operator: RemoteOperator): void {
    let screen: Partial<ScreenSize> = {};
    let terminal: RemoteTerminal | undefined;
    session.on("pty", (accept, _reject, { rows, cols }) => {
      screen = { length: bounded(rows), width: bounded(cols) };
      accept?.();
    });
    session.on("window-change", (accept, _reject, { rows, cols }) => {
      terminal?.resize({ length: bounded(rows), width: bounded(cols) });
      accept?.();
    });
    session.on("shell", (accept) => {
      const channel = this.#opened(accept());
      terminal = new RemoteTerminal(this.#ways, operator, channel, screen);
      channel.on("data", (octets: Uint8Array) => terminal?.input(octets));
    });
    session.on("exec", (accept, _reject, { command }) =>
      this.#execute(this.#opened(accept()), operator, command),
    );
  }

  #opened(channel: ServerChannel): ServerChannel {
    this.#channels += 1;
    channel.on("error", () => {});
    channel.on("close", () => {
      this.#channels -= 1;
    });
    return channel;
  }

  /** `ssh router show version`: one command, and what it prints. */
  #execute(channel: ServerChannel, { level, seat }: RemoteOperator, command: string): void {
    seat.touch();
    const settle = (): void => {
      if (session.busy() || channel.destroyed) return;
      channel.exit(0);
      channel.end();
    };
    const services = promptingServices(this.#ways.router, settle);
    const session = new Session(services, (text) => void channel.write(text), {
      level,
      line: seat,
      isRemote: true,
    });
    channel.on("close", () => session.interrupt());
    channel.resume();
    session.line(command);
    settle();
  }
}

/** Of a screen, as a client says it. */
function bounded(size: number): number {
  return Math.max(0, Math.min(size, SCREEN_MAX));
}

/** What `terminal length` and `terminal width` take, generously. */
const SCREEN_MAX = 4096;
/** A login takes some thousand; who sends more has no use for one. */
const UNAUTHENTICATED_OCTETS = 256 * 1024;

const LOGGED_IN = new WeakSet<Socket>();

/** Nothing with SHA-1, CBC or small groups. */
const ALGORITHMS: ssh2.Algorithms = {
  kex: [
    "curve25519-sha256",
    "curve25519-sha256@libssh.org",
    "ecdh-sha2-nistp256",
    "ecdh-sha2-nistp384",
    "ecdh-sha2-nistp521",
    "diffie-hellman-group16-sha512",
    "diffie-hellman-group14-sha256",
  ],
  cipher: ["aes256-gcm@openssh.com", "aes128-gcm@openssh.com", "aes256-ctr", "aes192-ctr", "aes128-ctr"],
  hmac: ["hmac-sha2-256-etm@openssh.com", "hmac-sha2-512-etm@openssh.com", "hmac-sha2-256", "hmac-sha2-512"],
  serverHostKey: ["rsa-sha2-512", "rsa-sha2-256"],
  compress: ["none"],
};
