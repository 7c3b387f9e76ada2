/** What a console of a running gateway acts on. */

import type { Milliseconds } from "../base/time.ts";
import type { FileStore } from "../cli/files/file-store.ts";
import { PendingChanges } from "../cli/files/pending-changes.ts";
import type {
  DebugFlag,
  LineInUse,
  PingOptions,
  RouterServices,
  RsaKeyWish,
  TracerouteOptions,
} from "../cli/services.ts";
import { compile, type Problem, type RouterPolicy } from "../config/compile.ts";
import type { Configuration } from "../config/configuration.ts";
import { withConfigKeyChanged } from "../config/key-encryption.ts";
import type { LineKind } from "../config/line-settings.ts";
import type { RsaKeyPair } from "../config/rsa-key-pair.ts";
import { sealed } from "../config/sealing.ts";
import type { GatewayRequest, GatewayView } from "../gateway/contract.ts";
import type { MachineView } from "../gateway/machine-view.ts";
import { systemRandom } from "../host/entropy.ts";
import type { HealthMonitor } from "../host/health.ts";
import { JobPool } from "../host/job-pool.ts";
import type { EchoEars, EchoOptions } from "../host/linux/echo-run.ts";
import type { MachineState } from "../host/linux/machine-state.ts";
import type { JobRunner } from "../lab/job-runner.ts";
import { printedPing } from "../lab/ping-text.ts";
import { makeRsaKeys } from "../lab/rsa-key-making.ts";
import type { DebugConditions } from "../observe/debug-conditions.ts";
import type { LoggingView } from "../observe/logging.ts";
import { isakmpOnOff } from "../observe/syslog.ts";
import { saveConfigKey } from "./config-key-file.ts";
import { saveRsaKeys } from "./rsa-key-file.ts";
import type { RunLog } from "./run-log.ts";
import { softwareVersion } from "./version.ts";
import type { TerminalLines } from "./ways-in/terminal-lines.ts";

/** What stands behind it: this machine, or ordinary sockets. */
export interface RunningGateway {
  view(): GatewayView;
  request(request: GatewayRequest): void;
  machine(): MachineState;
  setPolicy(policy: RouterPolicy): void;
  ping(options: EchoOptions, ears: EchoEars): () => void;
  traceroute(options: TracerouteOptions, print: (text: string) => void, done: () => void): () => void;
  stop(): Promise<void>;
}

/** What the operator has written, and the keys beside it. */
export interface RouterInFiles {
  readonly configuration: Configuration;
  readonly rsaKeys: readonly RsaKeyPair[];
  readonly keyFile: string;
  /** What pre-shared keys are encrypted with. */
  readonly configKey: string | undefined;
  readonly configKeyFile: string;
  readonly files: FileStore;
}

export class RunRouter implements RouterServices {
  readonly #log: RunLog;
  readonly #health: HealthMonitor;
  readonly #lines: TerminalLines;
  readonly #gateway: RunningGateway;
  readonly #keyFile: string;
  readonly #configKeyFile: string;
  readonly #files: FileStore;
  readonly #pending = new PendingChanges();
  #configuration: Configuration;
  #rsaKeys: readonly RsaKeyPair[];
  #configKey: string | undefined;
  #onChange: () => void = () => {};

  constructor(
    files: RouterInFiles,
    gateway: RunningGateway,
    log: RunLog,
    health: HealthMonitor,
    lines: TerminalLines,
  ) {
    this.#lines = lines;
    this.#configuration = sealed(files.configuration, systemRandom, files.configKey);
    this.#rsaKeys = files.rsaKeys;
    this.#keyFile = files.keyFile;
    this.#configKey = files.configKey;
    this.#configKeyFile = files.configKeyFile;
    this.#files = files.files;
    this.#gateway = gateway;
    this.#log = log;
    this.#health = health;
  }

  configuration(): Configuration {
    return this.#configuration;
  }

  commit(entered: Configuration): readonly Problem[] {
    const next = sealed(entered, systemRandom, this.#configKey);
    const { policy, problems } = compile(next, {
      incompleteEntries: "disabled",
      rsaKeys: this.#rsaKeys,
      configKey: this.#configKey,
    });
    if (policy === undefined) return problems;
    const wasEnabled = this.#configuration.isakmp.enabled.value;
    this.#configuration = next;
    this.#gateway.setPolicy(policy);
    this.#onChange();
    if (policy.ike.enabled !== wasEnabled) this.#log.say(isakmpOnOff(policy.ike.enabled));
    return problems;
  }

  /** What follows the configuration and the keys: called now, and whenever they have changed. */
  follow(listener: () => void): void {
    this.#onChange = listener;
    listener();
  }

  forwarding(): undefined {}

  rsaKeys(): readonly RsaKeyPair[] {
    return this.#rsaKeys;
  }

  generateRsaKeys(
    wishes: readonly RsaKeyWish[],
    done: (problem: string | undefined) => void,
  ): { cancel(): void } {
    // Threads of its own: a key takes seconds, which no handshake should wait for.
    const pool = new JobPool({ workers: 1 });
    let count = 0;
    const jobs: JobRunner = (job, finished) => {
      const id = count++;
      pool.start(id, job, (_, result) => finished(result));
      return () => pool.cancel(id);
    };
    const making = makeRsaKeys(wishes, { random: systemRandom, jobs, now: Date.now }, (made) => {
      void pool.close();
      done(typeof made === "string" ? made : this.#useKeys(made));
    });
    return {
      cancel: () => {
        making.cancel();
        void pool.close();
      },
    };
  }

  zeroizeRsaKeys(): string | undefined {
    return this.#useKeys([]);
  }

  /** Keys that could not be kept are not used: they would be gone with this process. */
  #useKeys(keys: readonly RsaKeyPair[]): string | undefined {
    const problem = saveRsaKeys(this.#keyFile, keys);
    if (problem !== undefined) return problem;
    this.#rsaKeys = keys;
    this.commit(this.#configuration);
    return undefined;
  }

  configKey(): string | undefined {
    return this.#configKey;
  }

  /** One that could not be kept is not used: what it encrypts could never be read again. */
  setConfigKey(key: string | undefined): string | undefined {
    const problem = saveConfigKey(this.#configKeyFile, key);
    if (problem !== undefined) return problem;
    const before = this.#configKey;
    this.#configKey = key;
    this.commit(withConfigKeyChanged(this.#configuration, before, key, systemRandom));
    return undefined;
  }

  files(): FileStore {
    return this.#files;
  }

  /** The machine goes on; peers are told that SAs are gone. */
  restart(startup: Configuration): readonly Problem[] {
    const problems = this.commit(startup);
    if (!problems.some(({ severity }) => severity === "error"))
      this.request({ kind: "clear-sessions", localAddress: undefined, peer: undefined });
    return problems;
  }

  pending(): PendingChanges {
    return this.#pending;
  }

  after(span: Milliseconds, act: () => void): { cancel(): void } {
    const timer = setTimeout(act, span);
    // What waits here must not keep the process from ending.
    timer.unref();
    return { cancel: () => clearTimeout(timer) };
  }

  log(line: string): void {
    this.#log.say([line]);
  }

  view(): GatewayView {
    return this.#gateway.view();
  }

  request(request: GatewayRequest): void {
    this.#gateway.request(request);
  }

  machine(): MachineView {
    return {
      softwareVersion: softwareVersion(),
      clock: this.#log.clock(),
      health: this.#health.view(),
      ...this.#gateway.machine(),
    };
  }

  terminalLines(): readonly LineInUse[] {
    return this.#lines.inUse();
  }

  clearLine(kind: LineKind, number: number): void {
    this.#lines.clear(kind, number);
  }

  logging(): LoggingView {
    return this.#log.logging.view();
  }

  clearLogging(): void {
    this.#log.logging.clear();
  }

  debugFlags(): ReadonlySet<DebugFlag> {
    return this.#log.debug.flags;
  }

  setDebug(flag: DebugFlag, on: boolean): void {
    this.#log.debug.set(flag, on);
  }

  debugConditions(): DebugConditions {
    return this.#log.debug.conditions;
  }

  setDebugConditions(conditions: DebugConditions): void {
    this.#log.debug.conditions = conditions;
  }

  ping(options: PingOptions, print: (text: string) => void, done: () => void): { cancel(): void } {
    const cancel = printedPing(
      (echoes, watcher) => this.#gateway.ping(echoes, watcher),
      options,
      print,
      done,
    );
    return { cancel };
  }

  traceroute(
    options: TracerouteOptions,
    print: (text: string) => void,
    done: () => void,
  ): { cancel(): void } {
    return { cancel: this.#gateway.traceroute(options, print, done) };
  }
}
