/** strongSwan's charon in a namespace, with ESP in user space: it always encapsulates in UDP, so NAT traversal is at work. */
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { setTimeout as wait } from "node:timers/promises";
import { GATEWAY_ADDRESS, PEER_ADDRESS } from "./namespaces.ts";

export const CHARON = "/usr/sbin/charon-systemd";

export interface CharonSettings {
  /** strongSwan's spelling: `aes128-sha256-modp2048`. */
  readonly ike: string;
  readonly esp?: string;
  /** In place of ESP. */
  readonly ah?: string;
  readonly preSharedKey: string;
  /** Both prove themselves by RSA signatures, this one by `x509/own.pem` of its folder. */
  readonly isCertified?: boolean;
  readonly ends?: CharonEnds;
  /** Octets of an IP packet with a piece of an IKE message. */
  readonly fragmentSize?: number;
  /** More lines of the connection's section: `aggressive = yes`. */
  readonly connection?: readonly string[];
  /** More lines of the child's section: `rekey_time = 8s`. */
  readonly child?: readonly string[];
  /** More children by name, with the lines of their sections. */
  readonly children?: Readonly<Record<string, readonly string[]>>;
}

/** By default the addresses of `namespaces.ts`, which are the identities as well. */
export interface CharonEnds {
  readonly local: string;
  /** `%any` waits for whoever comes. */
  readonly remote: string;
  readonly remoteIdentity?: string;
  readonly localIdentity?: string;
}

export class Charon {
  readonly #folder: string;
  readonly #process: ChildProcess;

  private constructor(folder: string, process: ChildProcess) {
    this.#folder = folder;
    this.#process = process;
  }

  static start(namespace: string, settings: CharonSettings): Promise<Charon> {
    const { fragmentSize } = settings;
    return Charon.startWith(
      namespace,
      connectionConfiguration(settings),
      fragmentSize === undefined ? {} : { daemon: [`fragment_size = ${fragmentSize}`] },
    );
  }

  /** `connections` is a whole swanctl.conf. Quiet, it logs nothing, which costs it nothing. */
  static async startWith(
    namespace: string,
    connections: string,
    options: {
      readonly isQuiet?: boolean;
      readonly daemon?: readonly string[];
      /** More files of its folder, by path: `x509/peer.pem`. */
      readonly files?: Readonly<Record<string, string>>;
    } = {},
  ): Promise<Charon> {
    const folder = mkdtempSync(`${tmpdir()}/charon-`);
    for (const part of ["conf.d", "x509", "x509ca", "private", "rsa", "pubkey"])
      mkdirSync(`${folder}/swanctl/${part}`, { recursive: true });
    writeFileSync(
      `${folder}/strongswan.conf`,
      daemonConfiguration(folder, options.isQuiet ?? false, options.daemon ?? []),
    );
    writeFileSync(`${folder}/swanctl/swanctl.conf`, connections);
    for (const [path, text] of Object.entries(options.files ?? {}))
      writeFileSync(`${folder}/swanctl/${path}`, text);
    const child = spawn("ip", ["netns", "exec", namespace, CHARON], {
      stdio: "ignore",
      env: { ...process.env, STRONGSWAN_CONF: `${folder}/strongswan.conf` },
    });
    const charon = new Charon(folder, child);
    try {
      for (let i = 0; i < 4800 && !charon.#answers(); i++) await wait(25);
      charon.#swanctl("--load-all", "--file", `${folder}/swanctl/swanctl.conf`, "--noprompt");
      return charon;
    } catch (error) {
      await charon.stop();
      throw error;
    }
  }

  get pid(): number | undefined {
    return this.#process.pid;
  }

  /** Throws where it fails, or has not succeeded in so many seconds. */
  initiate(child = "net", seconds = 90): void {
    this.#swanctl("--initiate", "--child", child, "--timeout", `${seconds}`);
  }

  terminate(child = "net"): void {
    this.#swanctl("--terminate", "--child", child, "--timeout", "60");
  }

  /** Until it has none: it may still have Deletes to read. */
  async untilNoSas(): Promise<void> {
    for (let i = 0; i < 600 && this.sas().trim() !== ""; i++) await wait(100);
    if (this.sas().trim() !== "") throw new Error(`charon still has SAs:\n${this.sas()}`);
  }

  /** Until it has logged that. */
  async says(pattern: RegExp): Promise<void> {
    for (let i = 0; i < 1200 && !pattern.test(this.log()); i++) await wait(50);
    if (!pattern.test(this.log())) throw new Error(`${pattern} is not said, but:\n${this.log()}`);
  }

  /** The SAs as swanctl lists them. */
  sas(): string {
    return this.#swanctl("--list-sas");
  }

  log(): string {
    return readFileSync(`${this.#folder}/charon.log`, "utf8");
  }

  /** As the power goes: its peers hear nothing. */
  async crash(): Promise<void> {
    const ended = once(this.#process, "exit");
    this.#process.kill("SIGKILL");
    await ended;
    rmSync(this.#folder, { recursive: true, force: true });
  }

  async stop(): Promise<void> {
    if (this.#process.exitCode === null && this.#process.signalCode === null) {
      const ended = once(this.#process, "exit");
      this.#process.kill("SIGTERM");
      await Promise.race([ended, wait(20_000, undefined, { ref: false })]);
      if (this.#process.exitCode === null) this.#process.kill("SIGKILL");
    }
    rmSync(this.#folder, { recursive: true, force: true });
  }

  /** Its socket is there a moment before anybody listens. */
  #answers(): boolean {
    if (!existsSync(`${this.#folder}/vici`)) return false;
    try {
      this.#swanctl("--stats");
      return true;
    } catch {
      return false;
    }
  }

  #swanctl(...args: readonly string[]): string {
    const env = {
      ...process.env,
      SWANCTL_DIR: `${this.#folder}/swanctl`,
      STRONGSWAN_CONF: `${this.#folder}/strongswan.conf`,
    };
    return execFileSync("swanctl", [...args, "--uri", `unix://${this.#folder}/vici`], {
      encoding: "utf8",
      env,
      stdio: ["ignore", "pipe", "pipe"],
    });
  }
}

function daemonConfiguration(folder: string, isQuiet: boolean, lines: readonly string[]): string {
  return `charon-systemd {
  load_modular = no
  load = random nonce openssl gcrypt hmac md5 sha1 sha2 pem pkcs1 x509 pubkey kernel-libipsec kernel-netlink socket-default vici attr
  install_routes = yes
  dos_protection = no
  threads = 64
  i_dont_care_about_security_and_use_aggressive_mode_psk = yes
${lines.map((line) => `  ${line}\n`).join("")}  plugins { vici { socket = unix://${folder}/vici } }
  filelog {
    file {
      path = ${folder}/charon.log
      default = ${isQuiet ? -1 : 1}
      flush_line = yes
    }
  }
}
`;
}

export function connectionConfiguration(settings: CharonSettings): string {
  const { ike, esp, ah, preSharedKey, child = [], children = {}, connection = [] } = settings;
  const {
    local,
    remote,
    remoteIdentity = remote,
    localIdentity = local,
  } = settings.ends ?? {
    local: PEER_ADDRESS,
    remote: GATEWAY_ADDRESS,
  };
  const proposals = ah === undefined ? `esp_proposals = ${esp}` : `ah_proposals = ${ah}`;
  const proof = settings.isCertified === true ? "pubkey" : "psk";
  const own = settings.isCertified === true ? "\n      certs = own.pem" : "";
  const net = ["local_ts = 10.2.0.0/24", "remote_ts = 10.1.0.0/24", proposals, ...child];
  const sections = Object.entries({ net, ...children }).map(
    ([name, lines]) => `      ${name} {\n${lines.map((line) => `        ${line}\n`).join("")}      }\n`,
  );
  return `connections {
  gw {
    version = 1
    local_addrs = ${local}
    remote_addrs = ${remote}
    proposals = ${ike}
${connection.map((line) => `    ${line}\n`).join("")}    local {
      auth = ${proof}${own}
      id = ${localIdentity}
    }
    remote {
      auth = ${proof}
      id = ${remoteIdentity}
    }
    children {
${sections.join("")}    }
  }
}
secrets {
  ike-1 {
    secret = ${preSharedKey}
  }
}
`;
}
