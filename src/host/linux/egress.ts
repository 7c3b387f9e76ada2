/** By which IOS interface a packet leaves: what the kernel's table `main` says, kept current. */
import { type ChildProcess, spawn } from "node:child_process";
import { type IpAddress, ipv4FromNumber } from "../../net/ip-address.ts";
import { u32At } from "../../net/words.ts";
import { type MachineRoute, mainRoutes, routeTo } from "./machine.ts";

export class Egress {
  readonly #nameOf: ReadonlyMap<string, string>;
  #routes: readonly MachineRoute[];
  #monitor: ChildProcess | undefined;
  #refresh: NodeJS.Timeout | undefined;
  /** By destination. */
  readonly #known = new Map<number, string | undefined>();
  #onChange: (() => void) | undefined;

  /** `nameOf` gives the IOS interfaces of Linux devices. */
  constructor(routes: readonly MachineRoute[], nameOf: ReadonlyMap<string, string>) {
    this.#routes = routes;
    this.#nameOf = nameOf;
  }

  /** Of a whole IPv4 packet. */
  interfaceFor(packet: Uint8Array): string | undefined {
    return this.interfaceTowards(u32At(packet, 16));
  }

  /** The interface's name; that of the device where it is none of the configuration's; undefined where no route leads. */
  interfaceTowards(destination: number): string | undefined {
    let name = this.#known.get(destination);
    if (name === undefined && !this.#known.has(destination)) {
      name = this.#lookUp(ipv4FromNumber(destination));
      if (this.#known.size >= KNOWN_MAX) this.#known.clear();
      this.#known.set(destination, name);
    }
    return name;
  }

  /** Reads the routes again whenever they, addresses or links change, until closed; then calls `onChange`. */
  follow(onChange: () => void): void {
    this.#onChange = onChange;
    const monitor = spawn("ip", ["-4", "monitor", "route", "address", "link"], {
      stdio: ["ignore", "pipe", "ignore"],
    });
    this.#monitor = monitor;
    // Without it the routes stay as they were at the start; `ip` itself has been tried before.
    monitor.on("error", () => {});
    monitor.stdout.on("data", () => {
      this.#refresh ??= setTimeout(() => void this.refresh(), SETTLE_MILLISECONDS);
    });
  }

  async refresh(): Promise<void> {
    clearTimeout(this.#refresh);
    this.#refresh = undefined;
    this.#routes = await mainRoutes();
    this.#known.clear();
    if (this.#monitor !== undefined) this.#onChange?.();
  }

  close(): void {
    clearTimeout(this.#refresh);
    this.#monitor?.kill();
    this.#monitor = undefined;
  }

  #lookUp(destination: IpAddress): string | undefined {
    const device = routeTo(this.#routes, destination)?.device;
    return device === undefined ? undefined : (this.#nameOf.get(device) ?? device);
  }
}

const KNOWN_MAX = 4096;
/** Changes come in bursts. */
const SETTLE_MILLISECONDS = 200;
