/** A gateway of ours in a namespace, as a process of its own, and what it tells. */
import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { setTimeout as wait } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { patience } from "./echoes.ts";
import type { Command } from "./gateway-program.ts";

export interface Told {
  readonly ready?: boolean;
  readonly event?: { readonly kind: string; readonly [field: string]: unknown };
  readonly pinged?: { readonly sent: number; readonly answered: number };
  readonly view?: {
    readonly answered: number;
    readonly asked: number;
    readonly states: readonly string[];
    readonly pairs: number;
    readonly counters?: { readonly encapsulated: number; readonly decapsulated: number };
  };
}

export class GatewayProcess {
  readonly told: Told[] = [];
  readonly #process: ChildProcess;
  #waiting: { readonly wanted: (told: Told) => boolean; readonly resolve: (told: Told) => void }[] = [];

  private constructor(child: ChildProcess) {
    this.#process = child;
    const { stdout } = child;
    if (stdout !== null)
      // Our own program writes one such object a line.
      createInterface({ input: stdout }).on("line", (line) => this.#heard(JSON.parse(line) as Told));
  }

  /** `keys`: the text of a file with RSA keys. */
  static async start(namespace: string, configuration: string, keys = ""): Promise<GatewayProcess> {
    const program = fileURLToPath(new URL("./gateway-program.ts", import.meta.url));
    const args = [
      "netns",
      "exec",
      namespace,
      process.execPath,
      "--import",
      "tsx",
      program,
      Buffer.from(configuration).toString("base64"),
      Buffer.from(keys).toString("base64"),
    ];
    const gateway = new GatewayProcess(spawn("ip", args, { stdio: ["pipe", "pipe", "inherit"] }));
    try {
      await gateway.until((told) => told.ready === true);
      return gateway;
    } catch (error) {
      gateway.stop();
      throw error;
    }
  }

  command(command: Command): void {
    this.#process.stdin?.write(`${JSON.stringify(command)}\n`);
  }

  /** The first thing told from now on that is wanted; fails after `milliseconds`. */
  until(wanted: (told: Told) => boolean, milliseconds = 180_000): Promise<Told> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(
        () =>
          reject(new Error(`not told in ${milliseconds} ms; last: ${JSON.stringify(this.told.slice(-5))}`)),
        milliseconds,
      );
      const entry = {
        wanted,
        resolve: (told: Told) => {
          clearTimeout(timer);
          resolve(told);
        },
      };
      this.#waiting.push(entry);
    });
  }

  untilEvent(kind: string, milliseconds?: number): Promise<Told> {
    return this.until((told) => told.event?.kind === kind, milliseconds);
  }

  /** A single echo is a try; of several none is given up soon. */
  async ping(count: number, everyMilliseconds = 100): Promise<NonNullable<Told["pinged"]>> {
    const pinged = this.until((told) => told.pinged !== undefined);
    this.command({ do: "ping", count, everyMilliseconds, patience: 1000 * patience(count) });
    return (await pinged).pinged ?? { sent: 0, answered: 0 };
  }

  /** Until the first echo comes back: the peer may not have heard the last message yet. */
  async pingUntilAnswered(): Promise<void> {
    for (let attempt = 0; attempt < 120; attempt++) if ((await this.ping(1)).answered === 1) return;
    throw new Error(`no echo comes back; last told: ${JSON.stringify(this.told.slice(-5))}`);
  }

  async view(): Promise<NonNullable<Told["view"]>> {
    const viewed = this.until((told) => told.view !== undefined);
    this.command({ do: "view" });
    return (await viewed).view ?? { answered: 0, asked: 0, states: [], pairs: 0 };
  }

  /** Until there are no SAs: a Delete may be on its way. */
  async untilNoPairs(): Promise<void> {
    for (let i = 0; i < 600; i++) {
      if ((await this.view()).pairs === 0) return;
      await wait(100);
    }
    throw new Error("there are SAs still");
  }

  stop(): void {
    if (this.#process.exitCode === null) this.#process.kill("SIGKILL");
  }

  #heard(told: Told): void {
    this.told.push(told);
    const met = this.#waiting.filter(({ wanted }) => wanted(told));
    this.#waiting = this.#waiting.filter((entry) => !met.includes(entry));
    for (const { resolve } of met) resolve(told);
  }
}
