/** Machines of one benchmark: network namespaces joined by wires, with the processes in them. All gone when it ends, however it ends. */
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { whyNoPeers } from "../test/interop/namespaces.ts";

export { whyNoPeers };

export interface End {
  readonly machine: string;
  readonly device: string;
  /** With its prefix length. */
  readonly address: string;
}

export class Network {
  readonly #tag = `skb${process.pid.toString(36)}${(count++).toString(36)}`;
  readonly #machines: readonly string[];
  readonly #processes: ChildProcess[] = [];
  readonly #atExit = (): void => this.remove();

  constructor(...machines: readonly string[]) {
    this.#machines = machines;
    process.on("exit", this.#atExit);
    for (const machine of machines) {
      ip("netns", "add", this.namespace(machine));
      this.ip(machine, "link", "set", "lo", "up");
      this.run(machine, "sysctl", "-qw", "net.ipv4.ip_forward=1");
      for (const which of ["all", "default"])
        this.run(machine, "sysctl", "-qw", `net.ipv4.conf.${which}.rp_filter=0`);
    }
  }

  namespace(machine: string): string {
    return `${this.#tag}${machine}`;
  }

  wire(a: End, b: End): void {
    const [x, y] = [this.namespace(a.machine), this.namespace(b.machine)];
    ip("link", "add", a.device, "netns", x, "type", "veth", "peer", "name", b.device, "netns", y);
    for (const { machine, device, address } of [a, b]) {
      this.ip(machine, "address", "add", address, "dev", device);
      this.ip(machine, "link", "set", device, "up");
    }
  }

  /** `ip`, on that machine. */
  ip(machine: string, ...args: readonly string[]): string {
    return ip("-n", this.namespace(machine), ...args);
  }

  /** Runs a program to its end; what it prints. */
  run(machine: string, ...command: readonly string[]): string {
    return ip("netns", "exec", this.namespace(machine), ...command);
  }

  async succeeds(machine: string, command: readonly string[]): Promise<boolean> {
    const child = this.start(machine, command, "ignore");
    const [code] = await once(child, "close");
    return code === 0;
  }

  /** Runs a program to its end, while we do something else; what it prints. */
  async output(machine: string, command: readonly string[]): Promise<string> {
    const child = this.start(machine, command);
    let output = "";
    child.stdout?.setEncoding("utf8").on("data", (text: string) => {
      output += text;
    });
    const [code] = await once(child, "close");
    if (code !== 0) throw new RangeError(`${command.join(" ")} ends with ${code}`);
    return output;
  }

  /** Starts a program, whose process id is that of what is returned. */
  start(machine: string, command: readonly string[], errors: "inherit" | "ignore" = "inherit"): ChildProcess {
    const child = spawn("ip", ["netns", "exec", this.namespace(machine), ...command], {
      stdio: ["ignore", "pipe", errors],
    });
    this.#processes.push(child);
    return child;
  }

  remove(): void {
    process.off("exit", this.#atExit);
    for (const child of this.#processes) if (child.exitCode === null) child.kill("SIGKILL");
    for (const machine of this.#machines)
      try {
        // After an interruption there are also those that whoever runs the benchmark has started.
        for (const pid of ip("netns", "pids", this.namespace(machine)).split("\n"))
          if (pid !== "") process.kill(Number(pid), "SIGKILL");
        ip("netns", "del", this.namespace(machine));
      } catch {
        // It was not made, or is gone already.
      }
  }
}

/** Processor time that a process has used so far, in milliseconds: its own and the kernel's for it. Steps of 10. */
export function processorMilliseconds(pid: number | undefined): number {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8")
    .replace(/^.*\) /s, "")
    .split(" ");
  return (Number(fields[11]) + Number(fields[12])) * MILLISECONDS_PER_TICK;
}

function ip(...args: readonly string[]): string {
  return execFileSync("ip", args, { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
}

let count = 0;
/** USER_HZ is 100 on every Linux that Node runs on. */
const MILLISECONDS_PER_TICK = 10;
