/**
 * A machine with a kernel of its own: User-mode Linux, an ordinary process that boots in a few seconds on this machine's files.
 * Its kernel has what a container's often lacks: ESP. It is joined to a network namespace by a TAP device.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as wait } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { echoesReceived, pingOptions } from "../echoes.ts";

const KERNEL = "/usr/bin/linux.uml";
const MODULES = "/usr/lib/uml/modules";

/** Why there can be no guest here, with what would enable it; undefined if there can. */
export function whyNoGuest(): string | undefined {
  for (const [path, name] of [
    [KERNEL, "user-mode-linux"],
    [MODULES, "user-mode-linux"],
    ["/sbin/modprobe", "kmod"],
  ] as const)
    if (!existsSync(path)) return `needs ${path}, a guest machine's kernel: apt-get install ${name}`;
  return undefined;
}

export interface Ran {
  readonly code: number;
  /** Standard output and error. */
  readonly output: string;
}

export class Guest {
  /** The only folder that the guest may write to; the same path on both sides. */
  readonly folder: string;
  readonly #machine: ChildProcess;
  readonly #ended: Promise<unknown>;
  readonly #waiting = new Map<string, (code: number) => void>();
  #console = "";
  #scripts = 0;

  private constructor(folder: string, machine: ChildProcess) {
    this.folder = folder;
    this.#machine = machine;
    this.#ended = once(machine, "exit");
  }

  /** Boots; `tap` is a TAP device of the namespace, `vec0` at the guest's end. */
  static async boot(namespace: string, tap: string): Promise<Guest> {
    const folder = mkdtempSync(join(tmpdir(), "skeyid-guest-"));
    const init = fileURLToPath(new URL("./guest-init.sh", import.meta.url));
    const machine = spawn(
      "ip",
      [
        ...[
          "netns",
          "exec",
          namespace,
          KERNEL,
          "mem=384M",
          "rootfstype=hostfs",
          "rootflags=/",
          "ro",
          "quiet",
        ],
        ...["con=null", "con0=fd:0,fd:1", `vec0:transport=tap,ifname=${tap},depth=128,gro=0`],
        ...[`uml_dir=${folder}/`, `init=${init}`, `SHARED=${folder}`],
      ],
      { stdio: ["pipe", "pipe", "pipe"] },
    );
    const guest = new Guest(folder, machine);
    const ready = new Promise<void>((resolve, reject) => {
      void guest.#ended.then(() => reject(new Error(`the guest ends:\n${guest.#console}`)));
      if (machine.stdout !== null)
        createInterface({ input: machine.stdout }).on("line", (line) => {
          guest.#hear(line);
          if (line === "ready") resolve();
        });
      machine.stderr?.on("data", (text) => {
        guest.#console += text;
      });
    });
    const tooLate = wait(BOOT_MILLISECONDS, undefined, { ref: false }).then(() => {
      throw new Error(`the guest does not boot:\n${guest.#console}`);
    });
    try {
      await Promise.race([ready, tooLate]);
      return guest;
    } catch (error) {
      await guest.powerOff();
      throw error;
    }
  }

  /** Runs a script of bash to its end. What it leaves running must not hold its output. */
  async run(script: string): Promise<Ran> {
    const name = `script${this.#scripts++}`;
    const path = join(this.folder, name);
    writeFileSync(path, script);
    const ended = new Promise<number>((resolve) => this.#waiting.set(name, resolve));
    const ends = this.#ended.then(() => -1);
    this.#machine.stdin?.write(`${name}\n`);
    const tooLate = wait(SCRIPT_MILLISECONDS, -1, { ref: false });
    const code = await Promise.race([ended, ends, tooLate]);
    if (code < 0) throw new Error(`the guest does not run to its end:\n${script}\n${this.#console}`);
    return { code, output: readFileSync(`${path}.out`, "utf8") };
  }

  /** Its output; fails where it fails. */
  async do(script: string): Promise<string> {
    const { code, output } = await this.run(script);
    if (code !== 0) throw new Error(`in the guest, exit code ${code}:\n${script}\n${output}`);
    return output;
  }

  /** Echoes that came back, with so many octets each. */
  async ping(source: string, destination: string, count: number, octets?: number): Promise<number> {
    const options = pingOptions(count, undefined, source, octets).join(" ");
    return echoesReceived((await this.run(`ping ${options} ${destination}`)).output);
  }

  /** Until the first echo comes back: there may be SAs to make, and a cipher to load. */
  async pingUntilAnswered(source: string, destination: string): Promise<void> {
    for (let attempt = 0; attempt < 120; attempt++)
      if ((await this.ping(source, destination, 1)) === 1) return;
    throw new Error(`no echo comes back to ${source} from ${destination}`);
  }

  /** Ends the machine and takes its folder away. */
  async powerOff(): Promise<void> {
    const isRunning = () => this.#machine.exitCode === null && this.#machine.signalCode === null;
    if (isRunning()) {
      writeFileSync(join(this.folder, "off"), "echo o > /proc/sysrq-trigger\n");
      this.#machine.stdin?.write("off\n");
      await Promise.race([this.#ended, wait(5000, undefined, { ref: false })]);
      if (isRunning()) {
        this.#machine.kill("SIGKILL");
        await this.#ended;
      }
    }
    rmSync(this.folder, { recursive: true, force: true });
  }

  #hear(line: string): void {
    this.#console += `${line}\n`;
    const [, name = "", code = ""] = /^ended (\S+) (\d+)$/.exec(line) ?? [];
    this.#waiting.get(name)?.(Number(code));
    this.#waiting.delete(name);
  }
}

/** Some seconds where nothing else runs. */
const BOOT_MILLISECONDS = 300_000;
const SCRIPT_MILLISECONDS = 300_000;
