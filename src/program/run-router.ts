/** What a console of a running gateway acts on. */

import type { DebugFlag, PingOptions, RouterServices } from "../cli/services.ts";
import { compile, type Problem, type RouterPolicy } from "../config/compile.ts";
import type { Configuration } from "../config/configuration.ts";
import type { GatewayRequest, GatewayView } from "../gateway/contract.ts";
import type { EchoEars, EchoOptions } from "../host/linux/echo-run.ts";
import { printedPing } from "../lab/ping-text.ts";
import { isakmpOnOff } from "../observe/syslog.ts";
import type { RunLog } from "./run-log.ts";

/** What stands behind it: this machine, or ordinary sockets. */
export interface RunningGateway {
  view(): GatewayView;
  request(request: GatewayRequest): void;
  setPolicy(policy: RouterPolicy): void;
  ping(options: EchoOptions, ears: EchoEars): () => void;
  stop(): Promise<void>;
}

export class RunRouter implements RouterServices {
  readonly #log: RunLog;
  readonly #gateway: RunningGateway;
  #configuration: Configuration;

  constructor(configuration: Configuration, gateway: RunningGateway, log: RunLog) {
    this.#configuration = configuration;
    this.#gateway = gateway;
    this.#log = log;
  }

  configuration(): Configuration {
    return this.#configuration;
  }

  commit(next: Configuration): readonly Problem[] {
    const { policy, problems } = compile(next, { incompleteEntries: "disabled" });
    if (policy === undefined) return problems;
    const wasEnabled = this.#configuration.isakmp.enabled.value;
    this.#configuration = next;
    this.#gateway.setPolicy(policy);
    if (policy.ike.enabled !== wasEnabled) this.#log.say(isakmpOnOff(policy.ike.enabled));
    return problems;
  }

  view(): GatewayView {
    return this.#gateway.view();
  }

  request(request: GatewayRequest): void {
    this.#gateway.request(request);
  }

  debugFlags(): ReadonlySet<DebugFlag> {
    return this.#log.flags;
  }

  setDebug(flag: DebugFlag, on: boolean): void {
    if (on) this.#log.flags.add(flag);
    else this.#log.flags.delete(flag);
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
}
