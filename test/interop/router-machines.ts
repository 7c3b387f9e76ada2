/**
 * Four machines in a row, each a network namespace: a host, a router, a router, a host. The routers run skeyid as an operator
 * runs it. Needs root, iproute2, ping and a TUN driver.
 */
import { type ChildProcess, execFile, execFileSync, spawn } from "node:child_process";
import { closeSync, existsSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { echoesReceived, pingOptions } from "./echoes.ts";

export const MACHINES = ["alice", "initiator", "responder", "bob"] as const;
export type Machine = (typeof MACHINES)[number];

/** Undefined if tests with machines of their own can run here; otherwise why not, and what would enable them. */
export function whyNoMachines(): string | undefined {
  if (process.platform !== "linux") return "needs Linux: machines are network namespaces";
  if (process.getuid?.() !== 0) return "needs root: sudo npm test makes network namespaces";
  for (const program of ["ip", "ping"])
    if (!["/bin", "/sbin", "/usr/bin", "/usr/sbin"].some((folder) => existsSync(`${folder}/${program}`)))
      return `needs ${program}: apt-get install iproute2 iputils-ping`;
  const fault = tunFault();
  if (fault !== undefined) return `needs /dev/net/tun (${fault}): modprobe tun, or --device /dev/net/tun`;
  try {
    const name = `skt${process.pid}probe`;
    run("ip", "netns", "add", name);
    run("ip", "netns", "del", name);
    return undefined;
  } catch {
    return "needs to make network namespaces: give the container CAP_SYS_ADMIN";
  }
}

export interface Finished {
  readonly code: number | null;
  readonly output: string;
}

export class Machines {
  readonly folder: string;
  readonly #tag: string;
  readonly #running: RunningRouter[] = [];

  private constructor(tag: string) {
    this.#tag = tag;
    this.folder = mkdtempSync(join(tmpdir(), "skeyid-machines-"));
  }

  /** The case study's addresses. Routers forward nothing yet. */
  static make(): Machines {
    const machines = new Machines(`skt${process.pid.toString(36)}${counter++}`);
    try {
      for (const machine of MACHINES) {
        run("ip", "netns", "add", machines.namespace(machine));
        machines.ip(machine, "link", "set", "lo", "up");
      }
      machines.#wire("alice", "eth0", "10.1.1.100/24", "initiator", "lan", "10.1.1.1/24");
      machines.#wire("initiator", "wan", "172.16.172.10/24", "responder", "wan", "172.16.172.20/24");
      machines.#wire("bob", "eth0", "10.1.2.100/24", "responder", "lan", "10.1.2.1/24");
      machines.ip("alice", "route", "add", "default", "via", "10.1.1.1");
      machines.ip("bob", "route", "add", "default", "via", "10.1.2.1");
      return machines;
    } catch (error) {
      machines.removeNow();
      throw error;
    }
  }

  namespace(machine: Machine): string {
    return `${this.#tag}${machine}`;
  }

  /** Rules for packets, in nft's language. */
  nft(machine: Machine, rules: string): void {
    run("ip", "netns", "exec", this.namespace(machine), "nft", rules);
  }

  /** All that nftables has. */
  nftables(machine: Machine): string {
    return run("ip", "netns", "exec", this.namespace(machine), "nft", "list", "ruleset");
  }

  ip(machine: Machine, ...args: readonly string[]): string {
    return run("ip", "-n", this.namespace(machine), ...args);
  }

  /** Everything that skeyid may change on a machine. */
  state(machine: Machine): string {
    const links: readonly { readonly ifname: string; readonly mtu: number }[] = JSON.parse(
      this.ip(machine, "-json", "link", "show"),
    );
    const shown = [
      ["-o", "-4", "address", "show"],
      ["-4", "rule", "show"],
      ["-4", "route", "show", "table", "all"],
    ].map((args) => this.ip(machine, ...args));
    const settings = run("ip", "netns", "exec", this.namespace(machine), "sysctl", ...SETTINGS);
    // A link may take its time to come up, which is none of our doing.
    return [...links.map(({ ifname, mtu }) => `${ifname} ${mtu}\n`), ...shown, settings].join("");
  }

  set(machine: Machine, setting: string): void {
    run("ip", "netns", "exec", this.namespace(machine), "sysctl", "-q", "-w", setting);
  }

  read(machine: Machine, path: string): string {
    return run("ip", "netns", "exec", this.namespace(machine), "cat", path);
  }

  /** Echoes that came back in time. */
  ping(machine: Machine, destination: string, count: number, seconds?: number): number {
    const args = ["ping", ...pingOptions(count, seconds), destination];
    return echoesReceived(runAnyway("ip", "netns", "exec", this.namespace(machine), ...args));
  }

  /** Until the first echo comes back: IKE has been at work. */
  pingUntilAnswered(machine: Machine, destination: string): void {
    for (let attempt = 0; attempt < 120; attempt++) if (this.ping(machine, destination, 1) === 1) return;
    throw new Error(`${machine} gets no answer from ${destination}`);
  }

  file(name: string, text: string): string {
    const path = join(this.folder, name);
    writeFileSync(path, text);
    return path;
  }

  /** Starts `skeyid run`, and waits until it says that it runs. */
  async start(
    machine: Machine,
    configuration: string,
    ...options: readonly string[]
  ): Promise<RunningRouter> {
    const router = new RunningRouter(this.#skeyid(machine, "run", configuration, ...options));
    this.#running.push(router);
    await router.says(/%SKEYID-5-STARTED/);
    return router;
  }

  /** Runs skeyid to its end; standard output and error together. */
  finish(machine: Machine, command: string, ...args: readonly string[]): Promise<Finished> {
    const [program = "", ...rest] = this.#skeyid(machine, command, ...args);
    return new Promise((resolve) => {
      const child = execFile(program, rest, { timeout: 300_000 }, (_error, stdout, stderr) =>
        resolve({ code: child.exitCode, output: stdout + stderr }),
      );
    });
  }

  /** Starts a program of this folder. */
  startProgram(machine: Machine, name: string, ...args: readonly string[]): RunningRouter {
    const path = fileURLToPath(new URL(name, import.meta.url));
    const node = [process.execPath, "--import", "tsx", path];
    const running = new RunningRouter(["ip", "netns", "exec", this.namespace(machine), ...node, ...args]);
    this.#running.push(running);
    return running;
  }

  /** Runs a program of this folder to its end. */
  program(machine: Machine, name: string, ...args: readonly string[]): void {
    const path = fileURLToPath(new URL(name, import.meta.url));
    run("ip", "netns", "exec", this.namespace(machine), process.execPath, "--import", "tsx", path, ...args);
  }

  async console(machine: Machine, ...commands: readonly string[]): Promise<string> {
    const { output } = await this.finish(machine, "console", ...this.#stateDirectory(machine), ...commands);
    return output;
  }

  async remove(): Promise<void> {
    for (const router of this.#running) await router.kill();
    this.removeNow();
  }

  removeNow(): void {
    const there = runAnyway("ip", "netns", "list");
    for (const machine of MACHINES)
      if (there.includes(this.namespace(machine))) run("ip", "netns", "del", this.namespace(machine));
    rmSync(this.folder, { recursive: true, force: true });
  }

  #skeyid(machine: Machine, command: string, ...args: readonly string[]): readonly string[] {
    const program = fileURLToPath(new URL("./skeyid-program.ts", import.meta.url));
    const node = [process.execPath, "--import", "tsx", program];
    const state = args.includes("--state-dir") ? [] : this.#stateDirectory(machine);
    // Also where the kernel could carry packets: what skeyid does itself is what these machines are for.
    const carrier = command === "run" ? ["--dataplane", "tun"] : [];
    return ["ip", "netns", "exec", this.namespace(machine), ...node, command, ...args, ...carrier, ...state];
  }

  #stateDirectory(machine: Machine): readonly string[] {
    return ["--state-dir", join(this.folder, machine)];
  }

  #wire(a: Machine, aDevice: string, aAddress: string, b: Machine, bDevice: string, bAddress: string): void {
    const [ours, theirs] = [this.namespace(a), this.namespace(b)];
    run(
      "ip",
      "link",
      "add",
      aDevice,
      "netns",
      ours,
      "type",
      "veth",
      "peer",
      "name",
      bDevice,
      "netns",
      theirs,
    );
    for (const [machine, device, address] of [
      [a, aDevice, aAddress],
      [b, bDevice, bAddress],
    ] as const) {
      this.ip(machine, "address", "add", address, "dev", device);
      this.ip(machine, "link", "set", device, "up");
    }
  }
}

export class RunningRouter {
  readonly #process: ChildProcess;
  readonly #ended: Promise<number | null>;
  /** All that it said has been read. */
  #hasEnded = false;
  #output = "";
  readonly #heard: (() => void)[] = [];

  constructor([program = "", ...args]: readonly string[]) {
    this.#process = spawn(program, args, { stdio: ["ignore", "pipe", "pipe"] });
    for (const stream of [this.#process.stdout, this.#process.stderr])
      stream?.setEncoding("utf8").on("data", (text: string) => {
        this.#output += text;
        this.#wakeUp();
      });
    this.#ended = new Promise((resolve) =>
      this.#process.on("close", (code) => {
        this.#hasEnded = true;
        resolve(code);
        this.#wakeUp();
      }),
    );
  }

  get output(): string {
    return this.#output;
  }

  get pid(): number | undefined {
    return this.#process.pid;
  }

  residentKilobytes(): number {
    const status = readFileSync(`/proc/${this.#process.pid}/status`, "utf8");
    return Number(/^VmRSS:\s*(\d+)/m.exec(status)?.[1]);
  }

  /** Waits for a line; fails with everything said when it does not come in time, or the process ends. */
  async says(pattern: RegExp): Promise<void> {
    // Seconds of silence, not of the clock: a test beside this one may keep us from reading what was said long since.
    for (let silences = 0; !pattern.test(this.#output); ) {
      if (this.#hasEnded || silences > 180) throw new Error(`${pattern} is not said, but:\n${this.#output}`);
      await new Promise<void>((resolve) => {
        const timer = setTimeout(() => {
          silences += 1;
          resolve();
        }, 1000);
        this.#heard.push(() => {
          clearTimeout(timer);
          resolve();
        });
      });
    }
  }

  /** Its exit code. */
  async end(signal: NodeJS.Signals): Promise<number | null> {
    if (this.#process.exitCode === null) this.#process.kill(signal);
    return await this.#ended;
  }

  async kill(): Promise<void> {
    await this.end("SIGKILL");
  }

  #wakeUp(): void {
    for (const heard of this.#heard.splice(0)) heard();
  }
}

let counter = 0;
const SETTINGS = ["net.ipv4.ip_forward", "net.ipv4.conf.all.rp_filter", "net.ipv4.conf.wan.rp_filter"];

function run(program: string, ...args: readonly string[]): string {
  return execFileSync(program, args, { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
}

/** What it says, however it ends. */
function runAnyway(program: string, ...args: readonly string[]): string {
  try {
    return run(program, ...args);
  } catch (error) {
    return error instanceof Error && "stdout" in error ? String(error.stdout) : "";
  }
}

function tunFault(): string | undefined {
  try {
    closeSync(openSync("/dev/net/tun", "r+"));
    return undefined;
  } catch (error) {
    return error instanceof Error && "code" in error ? String(error.code) : "unknown";
  }
}
