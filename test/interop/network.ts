/**
 * Machines of a test: network namespaces, wired as the test wants, on which skeyid, strongSwan and others run. Everything is
 * ended and taken away with `remove`. Needs root and iproute2.
 */
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { type ConsoleReply, encodeMessage, MessageReader } from "../../src/program/console-protocol.ts";
import { Charon, type CharonSettings } from "./charon.ts";
import { echoesReceived, pingOptions } from "./echoes.ts";
import { RunningRouter } from "./router-machines.ts";

/** Where a cable ends: machine, device, address with prefix length. */
export type CableEnd = readonly [machine: string, device: string, address: string];

export class Network {
  readonly folder = mkdtempSync(join(tmpdir(), "skeyid-network-"));
  readonly #tag = `skn${process.pid.toString(36)}${(counter++).toString(36)}`;
  readonly #machines: string[] = [];
  readonly #atEnd: (() => Promise<unknown>)[] = [];

  constructor(...machines: readonly string[]) {
    for (const machine of machines) {
      run("ip", "netns", "add", this.namespace(machine));
      this.#machines.push(machine);
      this.ip(machine, "link", "set", "lo", "up");
    }
  }

  /** Makes the machines, works, and takes everything away, whatever happens. */
  static async with(machines: readonly string[], work: (network: Network) => Promise<void>): Promise<void> {
    const network = new Network(...machines);
    try {
      await work(network);
    } finally {
      await network.remove();
    }
  }

  /** The name of the machine's namespace. */
  namespace(machine: string): string {
    return `${this.#tag}${machine}`;
  }

  wire(...ends: readonly [CableEnd, CableEnd]): void {
    const [[a, aDevice], [b, bDevice]] = ends;
    run(
      ...["ip", "link", "add", aDevice, "netns", this.namespace(a)],
      ...["type", "veth", "peer", "name", bDevice, "netns", this.namespace(b)],
    );
    for (const [machine, device, address] of ends) {
      this.ip(machine, "address", "add", address, "dev", device);
      this.ip(machine, "link", "set", device, "up");
    }
  }

  ip(machine: string, ...args: readonly string[]): string {
    return run("ip", "-n", this.namespace(machine), ...args);
  }

  /** More addresses of the machine itself. */
  addresses(machine: string, ...addresses: readonly string[]): void {
    for (const address of addresses) this.ip(machine, "address", "add", address, "dev", "lo");
  }

  /** What the program says; throws if it fails. */
  run(machine: string, ...command: readonly string[]): string {
    return run("ip", "netns", "exec", this.namespace(machine), ...command);
  }

  /** What the program says, however it ends. */
  attempt(machine: string, ...command: readonly string[]): string {
    try {
      return this.run(machine, ...command);
    } catch (error) {
      return error instanceof Error && "stdout" in error ? String(error.stdout) : "";
    }
  }

  /** In place of the machine's whole ruleset. */
  nftables(machine: string, ruleset: string): void {
    this.run(machine, "nft", "-f", this.file(`${machine}.nft`, `flush ruleset\n${ruleset}\n`));
  }

  /** Echoes that came back in time. */
  ping(
    machine: string,
    source: string,
    destination: string,
    count: number,
    seconds?: number,
    octets?: number,
  ): number {
    const options = pingOptions(count, seconds, source, octets);
    return echoesReceived(this.attempt(machine, "ping", ...options, destination));
  }

  /** Until the first echo comes back: IKE has been at work. Each is waited for a little longer than the one before. */
  async pingUntilAnswered(machine: string, source: string, destination: string): Promise<void> {
    const end = Date.now() + 180_000;
    for (let seconds = 0.3; Date.now() < end; seconds = Math.min(2, seconds + 0.1)) {
      if (this.ping(machine, source, destination, 1, seconds) === 1) return;
      await wait(50);
    }
    throw new Error(`${machine} gets no answer from ${destination} to ${source}`);
  }

  file(name: string, text: string): string {
    const path = join(this.folder, name);
    writeFileSync(path, text);
    return path;
  }

  /** A folder on a file system of its own, of so many kilobytes. */
  disk(name: string, kilobytes: number): string {
    const folder = join(this.folder, name);
    mkdirSync(folder);
    run("mount", "-t", "tmpfs", "-o", `size=${kilobytes}k`, "none", folder);
    this.#atEnd.push(async () => void run("umount", "--lazy", folder));
    return folder;
  }

  /** Starts `skeyid run`, and waits until it says that it runs. */
  async router(
    machine: string,
    configuration: string,
    ...options: readonly string[]
  ): Promise<RunningRouter> {
    const router = new RunningRouter(this.routerCommand(machine, configuration, ...options));
    this.#atEnd.push(() => router.kill());
    await router.says(/%SKEYID-5-STARTED/);
    return router;
  }

  /** Starts a program of this folder. */
  program(machine: string, name: string, ...args: readonly string[]): RunningRouter {
    const path = fileURLToPath(new URL(name, import.meta.url));
    return this.start(machine, process.execPath, "--import", "tsx", path, ...args);
  }

  /** Starts any program. */
  start(machine: string, ...command: readonly string[]): RunningRouter {
    const running = new RunningRouter(["ip", "netns", "exec", this.namespace(machine), ...command]);
    this.#atEnd.push(() => running.kill());
    return running;
  }

  /** What `router` starts. */
  routerCommand(
    machine: string,
    configuration: string,
    ...options: readonly string[]
  ): readonly [string, ...string[]] {
    const file = this.file(`${machine}.cfg`, configuration);
    const program = fileURLToPath(new URL("./skeyid-program.ts", import.meta.url));
    return [
      ...(["ip", "netns", "exec", this.namespace(machine)] as const),
      ...[process.execPath, "--import", "tsx", program],
      ...["run", file, "--dataplane", "tun", "--state-dir", join(this.folder, machine), ...options],
    ];
  }

  async charon(machine: string, settings: CharonSettings): Promise<Charon> {
    const charon = await Charon.start(this.namespace(machine), settings);
    this.#atEnd.push(() => charon.stop());
    return charon;
  }

  /** What the router's console answers to lines entered one after the other. */
  console(machine: string, ...lines: readonly string[]): Promise<string> {
    const waiting = [...lines];
    const reader = new MessageReader<ConsoleReply>();
    const socket = connect(join(this.folder, machine, "console.sock")).setEncoding("utf8");
    let printed = "";
    return new Promise((resolve, reject) => {
      socket.on("error", reject);
      socket.on("close", () => resolve(printed));
      socket.on("data", (text: string) => {
        for (const reply of reader.take(text)) {
          if (reply.kind === "print") printed += reply.text;
          if (reply.kind !== "prompt" || reply.isBusy) continue;
          const line = waiting.shift();
          if (line === undefined) socket.end();
          else socket.write(encodeMessage({ kind: "line", text: line }));
        }
      });
    });
  }

  /** Ends what runs on the machines, and the machines. */
  async remove(): Promise<void> {
    for (const end of this.#atEnd.reverse()) await end();
    for (const machine of this.#machines) run("ip", "netns", "del", this.namespace(machine));
    rmSync(this.folder, { recursive: true, force: true });
  }
}

let counter = 0;

function run(...[program = "", ...args]: readonly string[]): string {
  return execFileSync(program, args, { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
}
