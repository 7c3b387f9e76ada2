/**
 * A router of the lab with all that an operator meets: its configuration, what its console acts on, and what it says of
 * its own accord (debugging, log messages, and why a negotiation failed).
 */
import type { Random } from "../base/random.ts";
import { elapsed, type Instant, instant, type Milliseconds } from "../base/time.ts";
import { type FileStore, MemoryFiles } from "../cli/files/file-store.ts";
import { PendingChanges } from "../cli/files/pending-changes.ts";
import type {
  DebugFlag,
  ForwardingServices,
  LineInUse,
  PingOptions,
  RouterServices,
  RsaKeyWish,
  TracerouteOptions,
} from "../cli/services.ts";
import { compile, type Problem, type RouterPolicy } from "../config/compile.ts";
import type { Configuration } from "../config/configuration.ts";
import { withConfigKeyChanged } from "../config/key-encryption.ts";
import { stampStyle } from "../config/logging-settings.ts";
import type { RsaKeyPair } from "../config/rsa-key-pair.ts";
import { sealed } from "../config/sealing.ts";
import type { ExportedKeys, GatewayEvent, GatewayRequest, GatewayView } from "../gateway/contract.ts";
import type { MachineView } from "../gateway/machine-view.ts";
import type { DebugConditions } from "../observe/debug-conditions.ts";
import { DebugFilter } from "../observe/debug-filter.ts";
import { explanation } from "../observe/explanation.ts";
import { Logging, type LoggingView } from "../observe/logging.ts";
import { isakmpOnOff, Syslog } from "../observe/syslog.ts";
import { timestamp, UNSET_CLOCK } from "../observe/timestamps.ts";
import type { StackInterface } from "./ip-stack.ts";
import type { JobRunner } from "./job-runner.ts";
import type { Link } from "./link.ts";
import { labMachine } from "./machine-view.ts";
import type { PingWatcher } from "./ping.ts";
import { printedPing } from "./ping-text.ts";
import { RipProcess } from "./rip-process.ts";
import type { Route } from "./route-table.ts";
import { Router } from "./router.ts";
import { staticRouteOf } from "./router-shape.ts";
import { makeRsaKeys } from "./rsa-key-making.ts";
import type { World } from "./world.ts";

export interface LabRouterOptions {
  readonly name: string;
  readonly world: World;
  readonly configuration: Configuration;
  readonly policy: RouterPolicy;
  /** The text of the configuration, as its file has it. */
  readonly startup: string;
  /** Kept beside the configuration. */
  readonly rsaKeys: readonly RsaKeyPair[];
  /** Which link an interface is plugged into, by its name. */
  readonly cabling: ReadonlyMap<string, Link>;
  /** Routes that the configuration leaves out. */
  readonly learned: readonly Route[];
  readonly random: Random;
  readonly jobs: JobRunner;
  readonly holdPackets: boolean;
  readonly softwareVersion: string;
  readonly debug: ReadonlySet<DebugFlag>;
  /** Milliseconds since 1970 when the lab's time was 0, where the time of day is to be known. */
  readonly wallClockAtStart: number | undefined;
  /** Lines it says of its own accord. */
  readonly onLines: (lines: readonly string[]) => void;
  readonly onEvent: (event: GatewayEvent) => void;
  readonly onKeys: ((keys: ExportedKeys) => void) | undefined;
}

export class LabRouter implements RouterServices {
  readonly name: string;
  readonly #options: LabRouterOptions;
  readonly #router: Router;
  readonly #rip: RipProcess;
  readonly #debug: DebugFilter;
  readonly #syslog = new Syslog();
  readonly #logging = new Logging(() => this.#configuration.logging);
  readonly #explained = new Map<string, Instant>();
  #configuration: Configuration;
  #policy: RouterPolicy;
  #rsaKeys: readonly RsaKeyPair[];
  #configKey: string | undefined;
  readonly #files: FileStore;
  readonly #pending = new PendingChanges();

  constructor(options: LabRouterOptions) {
    this.name = options.name;
    this.#options = options;
    this.#policy = options.policy;
    this.#configuration = sealed(options.configuration, options.random, undefined);
    this.#rsaKeys = options.rsaKeys;
    this.#debug = new DebugFilter(options.debug);
    this.#files = new MemoryFiles(options.startup);
    this.#router = new Router({
      ...options,
      interfaces: this.#interfaces(options.policy),
      routes: this.#routes(options.policy),
      policy: this.#gatewayPolicy(options.policy),
      onEvent: (event) => this.#watch(event),
    });
    this.#router.forwarding.reconfigure(options.policy);
    this.#rip = new RipProcess({
      stack: this.#router.stack,
      ports: this.#router.udpPorts,
      random: options.random,
      onRoutes: () => this.#reroute(),
    });
    this.#rip.reconfigure(options.policy.rip);
    this.#reroute();
  }

  get router(): Router {
    return this.#router;
  }

  configuration(): Configuration {
    return this.#configuration;
  }

  commit(entered: Configuration): readonly Problem[] {
    const next = sealed(entered, this.#options.random, this.#configKey);
    const { policy, problems } = compile(next, {
      incompleteEntries: "disabled",
      rsaKeys: this.#rsaKeys,
      configKey: this.#configKey,
    });
    if (policy === undefined) return problems;
    const wasEnabled = this.#configuration.isakmp.enabled.value;
    this.#configuration = next;
    this.#policy = policy;
    this.#router.stack.reconfigure(this.#interfaces(policy), this.#routes(policy));
    this.#router.forwarding.reconfigure(policy);
    this.#router.setPolicy(this.#gatewayPolicy(policy));
    this.#reroute();
    this.#rip.reconfigure(policy.rip);
    if (policy.ike.enabled !== wasEnabled) this.#say("log", isakmpOnOff(policy.ike.enabled));
    return problems;
  }

  rsaKeys(): readonly RsaKeyPair[] {
    return this.#rsaKeys;
  }

  generateRsaKeys(
    wishes: readonly RsaKeyWish[],
    done: (problem: string | undefined) => void,
  ): { cancel(): void } {
    const { random, jobs, world, wallClockAtStart = UNSET_CLOCK } = this.#options;
    return makeRsaKeys(wishes, { random, jobs, now: () => wallClockAtStart + world.now }, (made) => {
      if (typeof made !== "string") this.#useKeys(made);
      done(typeof made === "string" ? made : undefined);
    });
  }

  zeroizeRsaKeys(): undefined {
    this.#useKeys([]);
  }

  #useKeys(keys: readonly RsaKeyPair[]): void {
    this.#rsaKeys = keys;
    this.commit(this.#configuration);
  }

  configKey(): string | undefined {
    return this.#configKey;
  }

  setConfigKey(key: string | undefined): undefined {
    const before = this.#configKey;
    this.#configKey = key;
    this.commit(withConfigKeyChanged(this.#configuration, before, key, this.#options.random));
  }

  files(): FileStore {
    return this.#files;
  }

  restart(startup: Configuration): readonly Problem[] {
    const problems = this.commit(startup);
    if (!problems.some(({ severity }) => severity === "error")) {
      this.#router.restart();
      this.#reroute();
    }
    return problems;
  }

  pending(): PendingChanges {
    return this.#pending;
  }

  after(span: Milliseconds, act: () => void): { cancel(): void } {
    return this.#options.world.after(span, act);
  }

  log(line: string): void {
    this.#say("log", [line]);
  }

  view(): GatewayView {
    return this.#router.view();
  }

  request(request: GatewayRequest): void {
    this.#router.request(request);
  }

  machine(): MachineView {
    return labMachine({ ...this.#options, stack: this.#router.stack });
  }

  forwarding(): ForwardingServices {
    const { forwarding } = this.#router;
    const { filters, nat } = forwarding;
    return {
      matchesOf: (rule) => filters.matchesOf(rule),
      clearMatches: (rule) => filters.clear(rule),
      routedBy: (entry) => forwarding.routedBy(entry),
      nat: () => nat.view(this.#options.world.now),
      clearTranslations: () => nat.clear(),
      rip: () => this.#rip.view(),
    };
  }

  /** Nobody comes to a router of the lab but by its console. */
  terminalLines(): readonly LineInUse[] {
    return [{ kind: "con", number: 0, user: undefined, location: undefined, idleMilliseconds: 0 }];
  }

  clearLine(): void {}

  logging(): LoggingView {
    return this.#logging.view();
  }

  clearLogging(): void {
    this.#logging.clear();
  }

  debugFlags(): ReadonlySet<DebugFlag> {
    return this.#debug.flags;
  }

  setDebug(flag: DebugFlag, on: boolean): void {
    this.#debug.set(flag, on);
  }

  debugConditions(): DebugConditions {
    return this.#debug.conditions;
  }

  setDebugConditions(conditions: DebugConditions): void {
    this.#debug.conditions = conditions;
  }

  ping(options: PingOptions, print: (text: string) => void, done: () => void): { cancel(): void } {
    const start = (asked: PingOptions, watcher: PingWatcher) => this.#router.ping(asked, watcher);
    const cancel = printedPing(start, options, print, done);
    return { cancel };
  }

  traceroute(
    options: TracerouteOptions,
    print: (text: string) => void,
    done: () => void,
  ): { cancel(): void } {
    return { cancel: this.#router.traceroute(options, print, done) };
  }

  #watch(event: GatewayEvent): void {
    this.#options.onEvent(event);
    if (event.kind === "sa-installed" || event.kind === "sa-removed") this.#reroute();
    for (const message of this.#debug.read(event)) this.#say("debug", message.lines);
    for (const lines of this.#syslog.read(event)) this.#say("log", lines);
    const sentence = explanation(event);
    if (sentence !== undefined && this.#isNews(sentence))
      this.#say("log", [`%SKEYID-5-EXPLANATION: ${sentence}`]);
  }

  /** In a lab there is no telling a console from a session that monitors. */
  #say(kind: "debug" | "log", lines: readonly string[]): void {
    const { message, toConsole } = this.#logging.take(kind, lines, this.#stamp(kind));
    if (toConsole) this.#options.onLines(message.lines);
  }

  #stamp(kind: "debug" | "log"): string {
    const { world, wallClockAtStart } = this.#options;
    const { logging } = this.#configuration;
    const clock = { startedAt: instant(0), ...(wallClockAtStart === undefined ? {} : { wallClockAtStart }) };
    return timestamp(stampStyle(logging, kind), world.now, clock, logging);
  }

  /** Attempts are repeated, and what is wrong stays the same: it is said once a minute. */
  #isNews(sentence: string): boolean {
    const { now } = this.#options.world;
    const before = this.#explained.get(sentence);
    if (before !== undefined && elapsed(before, now) < EXPLANATION_INTERVAL) return false;
    if (this.#explained.size >= EXPLANATIONS_REMEMBERED) this.#explained.clear();
    this.#explained.set(sentence, now);
    return true;
  }

  #interfaces({ interfaces }: RouterPolicy): StackInterface[] {
    return interfaces
      .filter(({ up }) => up)
      .map(({ name, address, mask, mtu, adjustMss, tunnel }) => {
        const link = this.#options.cabling.get(name);
        return {
          name,
          address,
          mask,
          link,
          tunnel,
          adjustMss,
          mtu: Math.min(mtu, link?.conditions.mtu ?? mtu),
        };
      });
  }

  /** Beside the configured routes those of `reverse-route`, as SAs come and go, and of RIP. */
  #reroute(): void {
    const injected = this.#router
      .reverseRoutes()
      .map(({ prefix, nextHop }) => ({
        prefix,
        nextHop,
        interfaceName: undefined,
        distance: 1,
        origin: undefined,
      }))
      .flatMap(staticRouteOf);
    this.#router.stack.reroute([...this.#routes(this.#policy), ...injected, ...this.#rip.routes()]);
    this.#rip.seePorts();
  }

  #routes({ routes }: RouterPolicy): Route[] {
    return [...routes.flatMap(staticRouteOf), ...this.#options.learned];
  }

  /** IPsec must know the MTU of the link, if that is smaller than what the configuration says. */
  #gatewayPolicy({ ike, ipsec }: RouterPolicy): Pick<RouterPolicy, "ike" | "ipsec"> {
    const interfaces = ipsec.interfaces.map((each) => {
      const linkMtu = this.#options.cabling.get(each.name)?.conditions.mtu ?? each.mtu;
      return { ...each, mtu: Math.min(each.mtu, linkMtu) };
    });
    return { ike, ipsec: { ...ipsec, interfaces } };
  }
}

const EXPLANATION_INTERVAL = 60_000;
const EXPLANATIONS_REMEMBERED = 100;
