/** A router for sessions to act on: it holds a configuration, notes what it is asked, and pings nobody. */

import { type Milliseconds, milliseconds } from "../../src/base/time.ts";
import { type FileStore, MemoryFiles } from "../../src/cli/files/file-store.ts";
import { PendingChanges } from "../../src/cli/files/pending-changes.ts";
import { loadConfiguration } from "../../src/cli/load.ts";
import type {
  DebugFlag,
  LineInUse,
  PingOptions,
  RouterServices,
  RsaKeyWish,
  TracerouteOptions,
} from "../../src/cli/services.ts";
import { Session, type SessionOptions } from "../../src/cli/session.ts";
import { compile, type Problem } from "../../src/config/compile.ts";
import type { Configuration } from "../../src/config/configuration.ts";
import { withConfigKeyChanged } from "../../src/config/key-encryption.ts";
import type { RsaKeyPair } from "../../src/config/rsa-key-pair.ts";
import { sealed } from "../../src/config/sealing.ts";
import { performJob } from "../../src/crypto/perform-job.ts";
import type { GatewayRequest, GatewayView } from "../../src/gateway/contract.ts";
import type { MachineView } from "../../src/gateway/machine-view.ts";
import { NO_REQUESTS } from "../../src/ike/admission.ts";
import type { JobRunner } from "../../src/lab/job-runner.ts";
import { makeRsaKeys } from "../../src/lab/rsa-key-making.ts";
import { World } from "../../src/lab/world.ts";
import { type DebugConditions, NO_CONDITIONS } from "../../src/observe/debug-conditions.ts";
import { Logging, type LoggingView } from "../../src/observe/logging.ts";

export class FakeRouter implements RouterServices {
  readonly requests: GatewayRequest[] = [];
  readonly pings: PingOptions[] = [];
  readonly traceroutes: TracerouteOptions[] = [];
  readonly logged: string[] = [];
  readonly world = new World();
  restarts = 0;
  readonly #files: FileStore;
  readonly #pending = new PendingChanges();
  readonly #flags = new Set<DebugFlag>();
  #conditions = NO_CONDITIONS;
  /** What `show logging` shows; `log` only notes. */
  readonly logs = new Logging(() => this.#configuration.logging);
  readonly #cleared = new Set<string>();
  #configuration: Configuration;
  #finishPing: (() => void) | undefined;
  #finishKeys: (() => void) | undefined;
  #rsaKeys: readonly RsaKeyPair[] = [];
  #configKey: string | undefined;

  constructor(text: string) {
    this.#files = new MemoryFiles(text);
    this.#configuration = sealed(loadConfiguration(text, "fake.cfg").configuration, RANDOM, undefined);
  }

  configuration(): Configuration {
    return this.#configuration;
  }

  commit(entered: Configuration): readonly Problem[] {
    const configKey = this.#configKey;
    const next = sealed(entered, RANDOM, configKey);
    const { policy, problems } = compile(next, { incompleteEntries: "disabled", configKey });
    if (policy !== undefined) this.#configuration = next;
    return problems;
  }

  view(): GatewayView {
    return {
      now: this.world.now,
      ike: { isakmpSas: [], halfOpen: 0, jobsRunning: 0, admission: NO_REQUESTS, failures: [] },
      ipsec: { flows: [] },
    };
  }

  request(request: GatewayRequest): void {
    this.requests.push(request);
  }

  machine(): MachineView {
    return {
      softwareVersion: "1.2.3",
      clock: { uptime: milliseconds(0), timeOfDay: 730_944_000_000, isSet: false },
      interfaces: this.#configuration.interfaces
        .filter(({ shutdown }) => !shutdown.value)
        .map(({ name, mtu }) => ({
          name,
          hardware: "made up",
          hardwareAddress: "aa:bb:cc:00:01:00",
          hasCarrier: true,
          mtu: mtu.value,
          traffic: {
            ...{ packetsIn: 1, octetsIn: 100, errorsIn: 2, packetsOut: 3, octetsOut: 300 },
            ...{
              errorsOut: 4,
              dropsOut: 5,
              dropsIn: 6,
              framesIn: 7,
              overrunsIn: 8,
              underrunsOut: 9,
              collisions: 10,
            },
          },
        })),
      routes: [],
      health: undefined,
    };
  }

  forwarding(): undefined {}

  rsaKeys(): readonly RsaKeyPair[] {
    return this.#rsaKeys;
  }

  /** Waits for `finishKeys`. */
  generateRsaKeys(
    wishes: readonly RsaKeyWish[],
    done: (problem: string | undefined) => void,
  ): { cancel(): void } {
    this.#finishKeys = () => {
      const jobs: JobRunner = (job, finished) => {
        finished(performJob(job));
        return () => {};
      };
      makeRsaKeys(wishes, { random: RANDOM, jobs, now: () => 730_944_000_000 }, (made) => {
        if (typeof made !== "string") this.#rsaKeys = made;
        done(typeof made === "string" ? made : undefined);
      });
    };
    return {
      cancel: () => {
        this.#finishKeys = undefined;
      },
    };
  }

  finishKeys(): void {
    this.#finishKeys?.();
  }

  zeroizeRsaKeys(): undefined {
    this.#rsaKeys = [];
  }

  files(): FileStore {
    return this.#files;
  }

  restart(startup: Configuration): readonly Problem[] {
    this.restarts += 1;
    return this.commit(startup);
  }

  pending(): PendingChanges {
    return this.#pending;
  }

  after(span: Milliseconds, act: () => void): { cancel(): void } {
    return this.world.after(span, act);
  }

  log(line: string): void {
    this.logged.push(line);
  }

  configKey(): string | undefined {
    return this.#configKey;
  }

  setConfigKey(key: string | undefined): undefined {
    const before = this.#configKey;
    this.#configKey = key;
    this.commit(withConfigKeyChanged(this.#configuration, before, key, RANDOM));
  }

  terminalLines(): readonly LineInUse[] {
    return this.#cleared.has("vty 1")
      ? [CONSOLE_IN_USE]
      : [
          CONSOLE_IN_USE,
          { kind: "vty", number: 1, user: "admin", location: "10.1.1.2", idleMilliseconds: 75_000 },
        ];
  }

  clearLine(kind: string, number: number): void {
    this.#cleared.add(`${kind} ${number}`);
  }

  logging(): LoggingView {
    return this.logs.view();
  }

  clearLogging(): void {
    this.logs.clear();
  }

  debugFlags(): ReadonlySet<DebugFlag> {
    return this.#flags;
  }

  setDebug(flag: DebugFlag, on: boolean): void {
    if (on) this.#flags.add(flag);
    else this.#flags.delete(flag);
  }

  debugConditions(): DebugConditions {
    return this.#conditions;
  }

  setDebugConditions(conditions: DebugConditions): void {
    this.#conditions = conditions;
  }

  ping(options: PingOptions, print: (text: string) => void, done: () => void): { cancel(): void } {
    this.pings.push(options);
    print("!!");
    this.#finishPing = () => {
      print("\n");
      done();
    };
    return { cancel: () => this.finishPing() };
  }

  traceroute(options: TracerouteOptions, _: (text: string) => void, done: () => void): { cancel(): void } {
    this.traceroutes.push(options);
    done();
    return { cancel: () => {} };
  }

  finishPing(): void {
    this.#finishPing?.();
  }
}

const RANDOM = { bytes: (_: string, length: number) => new Uint8Array(length).fill(1) };

/** A session and everything on its screen, what was typed behind the prompts included. */
export class FakeConsole {
  readonly router: FakeRouter;
  readonly session: Session;
  #screen = "";

  constructor(text: string, options?: SessionOptions) {
    this.router = new FakeRouter(text);
    this.session = new Session(
      this.router,
      (printed) => {
        this.#screen += printed;
      },
      options,
    );
  }

  /** Types lines; what comes on the screen because of them. */
  type(...lines: readonly string[]): string {
    const before = this.#screen.length;
    for (const line of lines) {
      this.#screen += `${this.session.prompt()}${line}\n`;
      this.session.line(line);
    }
    return this.#screen.slice(before);
  }

  /** What a line prints, without the prompt and the line itself. */
  output(line: string): string[] {
    const before = this.#screen.length;
    this.session.line(line);
    return linesOf(this.#screen.slice(before));
  }

  /** What `?` after the text prints. */
  help(text: string): string[] {
    const before = this.#screen.length;
    this.session.help(text);
    return linesOf(this.#screen.slice(before));
  }
}

function linesOf(printed: string): string[] {
  return printed === "" ? [] : printed.replace(/\n$/, "").split("\n");
}

const CONSOLE_IN_USE: LineInUse = {
  kind: "con",
  number: 0,
  user: undefined,
  location: undefined,
  idleMilliseconds: 0,
};
