/** SSH: listens while the router has RSA keys and a virtual terminal that lets SSH in, as on IOS. */
import { createPrivateKey } from "node:crypto";
import { createServer, type Server, type Socket } from "node:net";
import type { Configuration } from "../../config/configuration.ts";
import { loginOf } from "../../config/line-settings.ts";
import { type Knock, linesOpenTo } from "../../config/login.ts";
import { parseIpv4 } from "../../net/ip-address.ts";
import { serveSsh } from "./ssh-connection.ts";
import { tellRefusal, type WaysIn } from "./way-in.ts";

export interface ListeningPlace {
  readonly address: string;
  readonly port: number;
}

export class SshServer {
  readonly #ways: WaysIn;
  readonly #place: ListeningPlace;
  readonly #servers = new Map<number, Server>();
  readonly #sockets = new Set<Socket>();
  #hostKey: string | undefined;

  constructor(ways: WaysIn, place: ListeningPlace = EVERYWHERE) {
    this.#ways = ways;
    this.#place = place;
  }

  /** Listens where configuration and keys now say so, and nowhere else. */
  refresh(): void {
    const wasEnabled = this.#servers.size > 0;
    const wanted = this.#wantedPorts();
    for (const [port, server] of this.#servers)
      if (!wanted.has(port)) {
        server.close();
        this.#servers.delete(port);
      }
    for (const port of wanted) if (!this.#servers.has(port)) this.#listen(port);
    if (wasEnabled && wanted.size === 0) this.#ways.log.say(["%SSH-5-DISABLED: SSH 2.0 has been disabled"]);
    if (!wasEnabled && wanted.size > 0) this.#ways.log.say(["%SSH-5-ENABLED: SSH 2.0 has been enabled"]);
  }

  close(): void {
    for (const server of this.#servers.values()) server.close();
    for (const socket of this.#sockets) socket.destroy();
    this.#servers.clear();
  }

  #wantedPorts(): ReadonlySet<number> {
    const { router, log } = this.#ways;
    const configuration = router.configuration();
    const lines = configuration.lines.filter(({ transportInput }) => transportInput?.value.includes("ssh"));
    this.#hostKey = lines.length === 0 ? undefined : this.#findHostKey();
    if (lines.length === 0 || this.#hostKey === undefined) return new Set();
    if (!lines.some((line) => loginOf(line).kind === "local"))
      log.sayOnce(
        "%SKEYID-4-SSH",
        "SSH lets nobody in before a line that says `transport input ssh` says `login local` too",
      );
    const { port } = configuration.ssh;
    return new Set([this.#place.port, ...(port === undefined ? [] : [port.value.port])]);
  }

  #findHostKey(): string | undefined {
    const { router, log } = this.#ways;
    const key = router.rsaKeys().find(({ usage }) => usage !== "encryption");
    if (key === undefined) {
      log.sayOnce("%SKEYID-5-SSH", "SSH begins with RSA keys: crypto key generate rsa modulus 2048");
      return undefined;
    }
    const pkcs8 = createPrivateKey({
      key: Buffer.from(key.privateKey.reveal()),
      format: "der",
      type: "pkcs8",
    });
    const bits = pkcs8.asymmetricKeyDetails?.modulusLength ?? 0;
    if (bits < HOST_KEY_BITS_MIN) {
      log.sayOnce(
        "%SSH-3-KEY",
        `SSH needs RSA keys of at least ${HOST_KEY_BITS_MIN} bits; there are ${bits}`,
      );
      return undefined;
    }
    return pkcs8.export({ format: "pem", type: "pkcs1" }).toString();
  }

  #listen(port: number): void {
    const server = createServer((socket) => this.#meet(socket, port));
    this.#servers.set(port, server);
    server.on("error", (error: NodeJS.ErrnoException) => {
      this.#servers.delete(port);
      const why = error.code === "EADDRINUSE" ? "another program has it" : error.message;
      this.#ways.log.sayOnce(
        "%SKEYID-4-SSH",
        `SSH cannot listen on ${this.#place.address} port ${port}: ${why}; skeyid run --ssh says where else`,
      );
    });
    server.listen(port, this.#place.address);
  }

  #meet(socket: Socket, port: number): void {
    socket.on("error", () => {});
    const from = parseIpv4((socket.remoteAddress ?? "").replace(/^::ffff:/, ""));
    const hostKey = this.#hostKey;
    if (from === undefined || hostKey === undefined) return void socket.destroy();
    const configuration = this.#ways.router.configuration();
    const knock: Knock = { transport: "ssh", from, groups: groupsOf(configuration, port, this.#place.port) };
    const isOpen = linesOpenTo(configuration, knock).length > 0;
    const { maxStartups, timeOutSeconds } = configuration.ssh;
    const admitted = isOpen ? this.#ways.door.knock(from, maxStartups?.value) : "no line lets it in";
    if (typeof admitted === "string") {
      tellRefusal(this.#ways, from, admitted);
      return void socket.destroy();
    }
    this.#sockets.add(socket);
    const timer = setTimeout(() => socket.destroy(), timeOutSeconds.value * 1000).unref();
    const welcome = (): void => {
      clearTimeout(timer);
      admitted();
    };
    socket.on("close", () => {
      this.#sockets.delete(socket);
      welcome();
    });
    serveSsh(this.#ways, socket, { knock, port, hostKey, onLogin: welcome });
  }
}

/** `ip ssh port … rotary …`: what comes there is for lines of these groups. */
function groupsOf({ ssh }: Configuration, port: number, usualPort: number): Knock["groups"] {
  if (port === usualPort || ssh.port === undefined) return undefined;
  const { firstGroup, lastGroup } = ssh.port.value;
  return { first: firstGroup, last: lastGroup ?? firstGroup };
}

const EVERYWHERE: ListeningPlace = { address: "0.0.0.0", port: 22 };
/** As IOS has it for version 2. */
const HOST_KEY_BITS_MIN = 768;
