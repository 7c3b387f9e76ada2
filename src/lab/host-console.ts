/** The console of a host, which knows two things to do. */
import type { PingOptions } from "../cli/services.ts";
import { parseIpv4 } from "../net/ip-address.ts";
import type { Host } from "./host.ts";
import type { LabConsole } from "./lab-console.ts";
import { DEFAULT_PING, type PingWatcher } from "./ping.ts";
import { printedPing } from "./ping-text.ts";

export class HostConsole implements LabConsole {
  readonly #host: Host;
  readonly #print: (text: string) => void;
  #cancel: (() => void) | undefined;
  #isLeft = false;
  readonly #history: string[] = [];

  constructor(host: Host, print: (text: string) => void) {
    this.#host = host;
    this.#print = print;
  }

  get name(): string {
    return this.#host.name;
  }

  get isLeft(): boolean {
    return this.#isLeft;
  }

  greet(): void {}

  prompt(): string {
    return `${this.#host.name}$ `;
  }

  enter(line: string, done: () => void): void {
    if (line.trim() !== "") this.#history.push(line);
    this.#history.splice(0, this.#history.length - HISTORY_MAX);
    const [command = "", address = "", count = "5", ...more] = line.trim().split(/\s+/);
    if (command === "ping" && more.length === 0) return this.#ping(address, count, done);
    this.#isLeft = command === "exit";
    if (command !== "" && !this.#isLeft) this.help();
    done();
  }

  help(): void {
    this.#print(`${USAGE.join("\n")}\n`);
  }

  complete(before: string): string | undefined {
    const found = ["ping ", "exit"].filter((word) => word.startsWith(before));
    return found.length === 1 ? found[0] : undefined;
  }

  hidesInput(): boolean {
    return false;
  }

  /** What it prints is short. */
  paused(): boolean {
    return false;
  }

  more(): void {}

  history(): readonly string[] {
    return this.#history;
  }

  resize(): void {}

  interrupt(): void {
    this.#cancel?.();
  }

  #ping(address: string, count: string, done: () => void): void {
    const destination = parseIpv4(address);
    const repeat = Number(count);
    if (destination === undefined || !/^\d{1,4}$/.test(count) || repeat === 0) {
      this.help();
      return done();
    }
    const options = { ...DEFAULT_PING, destination, repeat };
    const start = (asked: PingOptions, watcher: PingWatcher) => this.#host.ping(asked, watcher);
    this.#cancel = printedPing(start, options, this.#print, () => {
      this.#cancel = undefined;
      done();
    });
  }
}

const HISTORY_MAX = 100;
const USAGE = ["  ping ADDRESS [COUNT]  echo requests, as many as COUNT", "  exit                  leave"];
