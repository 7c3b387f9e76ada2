/** FRR's routing daemons in a network namespace, each in the foreground; ended and their folder taken away at the end. */
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const FOLDER = "/usr/lib/frr";

/** Undefined if FRR can run here; otherwise what would enable it. */
export function whyNoFrr(daemon: "ripd" | "eigrpd"): string | undefined {
  return existsSync(`${FOLDER}/${daemon}`) ? undefined : `needs FRR's ${daemon}: apt-get install frr`;
}

export class Frr {
  readonly #name: string;
  readonly #namespace: string;
  readonly #folder = mkdtempSync(join(tmpdir(), "skeyid-frr-"));
  readonly #running: ChildProcess[] = [];

  /** With a configuration for the routing daemon. */
  constructor(namespace: string, daemon: "ripd" | "eigrpd", configuration: string) {
    this.#namespace = namespace;
    this.#name = namespace;
    const state = this.#state;
    mkdirSync(state, { recursive: true });
    execFileSync("chown", ["frr:frr", "/var/run/frr", state]);
    chmodSync(this.#folder, 0o755);
    this.#start("zebra", `hostname ${namespace}\n`);
    this.#start(daemon, `hostname ${namespace}\n${configuration}`);
  }

  async stop(): Promise<void> {
    for (const daemon of this.#running.toReversed()) {
      if (daemon.exitCode !== null) continue;
      const ended = new Promise((resolve) => daemon.on("close", resolve));
      daemon.kill("SIGTERM");
      await ended;
    }
    for (const folder of [this.#folder, this.#state]) rmSync(folder, { recursive: true, force: true });
  }

  get #state(): string {
    return `/var/run/frr/${this.#name}`;
  }

  #start(daemon: string, configuration: string): void {
    const file = join(this.#folder, `${daemon}.conf`);
    writeFileSync(file, configuration);
    chmodSync(file, 0o644);
    const program = [`${FOLDER}/${daemon}`, "-N", this.#name, "-f", file, "--log", "stdout"];
    this.#running.push(
      spawn("ip", ["netns", "exec", this.#namespace, ...program], { stdio: ["ignore", "ignore", "ignore"] }),
    );
  }
}
