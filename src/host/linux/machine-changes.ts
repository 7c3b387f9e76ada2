/**
 * What we change on the machine, with the way back: each change is written to a file before it is made, so that a later
 * start can undo what a crash left. Files are in the state directory, for root alone.
 */
import { mkdirSync, readFileSync, rmdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type IpResult, ipBatch, nft } from "./ip-command.ts";
import { isAlive, type ProcessIdentity, processIdentity } from "./process-identity.ts";

/** Commands for `ip -batch`, a setting below `/proc/sys`, or a table of nftables in place of the one of that name. */
export type Change =
  | { readonly kind: "ip"; readonly make: readonly string[]; readonly undo: readonly string[] }
  | { readonly kind: "sysctl"; readonly name: string; readonly value: string }
  | { readonly kind: "table"; readonly name: string; readonly ruleset: string };

export type Claim =
  | { readonly kind: "claimed"; readonly changes: MachineChanges; readonly leftovers: number }
  /** One line. */
  | { readonly kind: "problem"; readonly problem: string };

interface Undo {
  readonly ip: readonly string[];
  readonly sysctls: readonly { readonly name: string; readonly value: string }[];
  /** Names; those of an earlier version have none. */
  readonly tables?: readonly string[];
}

interface StateFile extends Undo {
  readonly owner: ProcessIdentity;
}

export class MachineChanges {
  readonly #path: string;
  /** The latest change first. */
  #ip: readonly string[] = [];
  #sysctls: readonly { readonly name: string; readonly value: string }[] = [];
  #tables: readonly string[] = [];

  /** Made by us, so it goes with us. */
  readonly #ownFolder: string | undefined;

  private constructor(path: string, ownFolder: string | undefined) {
    this.#path = path;
    this.#ownFolder = ownFolder;
  }

  /** Takes the state directory for this process, and undoes what one that crashed has left. */
  static async claim(stateDirectory: string): Promise<Claim> {
    const path = join(stateDirectory, STATE_FILE);
    try {
      const made = mkdirSync(stateDirectory, { recursive: true, mode: 0o700 });
      const before = readState(path);
      if (before !== undefined && isAlive(before.owner))
        return problem(
          `skeyid is running already (process ${before.owner.pid}, ${stateDirectory}): end it first`,
        );
      if (before !== undefined) await undo(before);
      const changes = new MachineChanges(path, made === undefined ? undefined : stateDirectory);
      changes.#write();
      return { kind: "claimed", changes, leftovers: before === undefined ? 0 : before.ip.length };
    } catch (error) {
      return problem(`state directory ${stateDirectory}: ${error instanceof Error ? error.message : error}`);
    }
  }

  /** Another skeyid that runs with this state directory. */
  static runningOwner(stateDirectory: string): number | undefined {
    const state = readState(join(stateDirectory, STATE_FILE));
    return state !== undefined && isAlive(state.owner) ? state.owner.pid : undefined;
  }

  /** Makes a change; what is refused is said and may be half done, `undoAll` removes it all the same. */
  async make(change: Change): Promise<IpResult> {
    if (change.kind === "ip") {
      this.#ip = [...change.undo, ...this.#ip];
      this.#write();
      return ipBatch(change.make);
    }
    if (change.kind === "table") {
      this.#tables = [...new Set([...this.#tables, change.name])];
      this.#write();
      return nft(change.ruleset);
    }
    const before = readSysctl(change.name);
    if (before === undefined) return { kind: "refused", reason: `this machine has no sysctl ${change.name}` };
    this.#sysctls = [{ name: change.name, value: before }, ...this.#sysctls];
    this.#write();
    return writeSysctl(change.name, change.value);
  }

  /** Commands that do not depend on each other: where one is refused the others are made. */
  async makeEach(make: readonly string[], undo: readonly string[]): Promise<IpResult> {
    if (make.length === 0) return { kind: "done", output: "" };
    this.#ip = [...undo, ...this.#ip];
    this.#write();
    return ipBatch(make, "go on");
  }

  /** Undoes a change of kind `ip`, named by its `undo`. */
  async undoOne(undo: readonly string[]): Promise<void> {
    await ipBatch(undo, "go on");
    const gone = new Set(undo);
    this.#ip = this.#ip.filter((line) => !gone.has(line));
    this.#write();
  }

  /** The machine is as it was found; the state file goes. */
  async undoAll(): Promise<void> {
    await undo({ ip: this.#ip, sysctls: this.#sysctls, tables: this.#tables });
    this.#ip = [];
    this.#sysctls = [];
    this.#tables = [];
    rmSync(this.#path, { force: true });
    if (this.#ownFolder === undefined) return;
    try {
      rmdirSync(this.#ownFolder);
    } catch {
      // Somebody has put something there, which is not ours to take away.
    }
  }

  #write(): void {
    const undo: Undo = { ip: this.#ip, sysctls: this.#sysctls, tables: this.#tables };
    const state: StateFile = { owner: processIdentity(), ...undo };
    writeFileSync(this.#path, JSON.stringify(state), { mode: 0o600 });
  }
}

/** Undefined where there is no such setting. */
export function readSysctl(name: string): string | undefined {
  try {
    return readFileSync(sysctlPath(name), "utf8").trim();
  } catch {
    // Kernels differ in what they have, and containers in what they show.
    return undefined;
  }
}

export function writeSysctl(name: string, value: string): IpResult {
  try {
    writeFileSync(sysctlPath(name), value);
    return { kind: "done", output: "" };
  } catch (error) {
    return { kind: "refused", reason: `sysctl ${name}: ${error instanceof Error ? error.message : error}` };
  }
}

/** Devices are devices whatever their names: a dot in one is no slash. */
function sysctlPath(name: string): string {
  return `/proc/sys/${name}`;
}

async function undo({ ip, sysctls, tables = [] }: Undo): Promise<void> {
  for (const name of tables) await nft(`add table ip ${name}\ndelete table ip ${name}\n`);
  // Some of it may never have been made, or has gone by itself with our TUN devices.
  await ipBatch(ip, "go on");
  for (const { name, value } of sysctls) writeSysctl(name, value);
}

function readState(path: string): StateFile | undefined {
  try {
    const state: StateFile = JSON.parse(readFileSync(path, "utf8"));
    return Array.isArray(state.ip) && Array.isArray(state.sysctls) ? state : undefined;
  } catch {
    // No file is the usual case; one that a full disk cut short says nothing more.
    return undefined;
  }
}

function problem(text: string): Claim {
  return { kind: "problem", problem: text };
}

const STATE_FILE = "gateway.json";
