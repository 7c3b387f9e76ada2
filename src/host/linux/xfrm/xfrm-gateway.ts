/**
 * This machine as the router of a configuration, with Linux's own IPsec as the data plane: IKE is ours, SAs and policies are
 * put into the kernel, which carries the packets. What is changed on the machine is undone when it stops.
 */
import type { RouterPolicy } from "../../../config/router-policy.ts";
import { AddressWatch } from "../address-watch.ts";
import { Egress } from "../egress.ts";
import { FollowUp, followsSas, isOfSas } from "../follow-up.ts";
import { GatewayDriver } from "../gateway-driver.ts";
import type { LinuxGatewayOptions } from "../linux-gateway.ts";
import { deviceIndexes, mainRoutes } from "../machine.ts";
import { changePacketRules, configureMachine, policyFor } from "../machine-setup.ts";
import { describeOsError, isOsError } from "../os-error.ts";
import { ReverseRouting } from "../reverse-routing.ts";
import { tapInput, tapped } from "../wire-tap.ts";
import { FallbackRoutes } from "./fallback-routes.ts";
import { NetlinkSocket } from "./netlink-socket.ts";
import { XfrmCarrier } from "./xfrm-carrier.ts";
import { XfrmPort } from "./xfrm-port.ts";

interface Parts {
  readonly port: XfrmPort;
  readonly requests: NetlinkSocket;
  readonly news: NetlinkSocket;
}

export class XfrmGateway {
  readonly driver: GatewayDriver;
  readonly #options: LinuxGatewayOptions;
  readonly #parts: Parts;
  readonly #carrier: XfrmCarrier;
  readonly #routes: FallbackRoutes;
  readonly #egress: Egress;
  readonly #addresses: AddressWatch;
  readonly #followUp: FollowUp;
  readonly #reverseRouting: ReverseRouting;
  #router: RouterPolicy;
  #indexes: ReadonlyMap<string, number>;

  private constructor(
    options: LinuxGatewayOptions,
    parts: Parts,
    egress: Egress,
    indexes: ReadonlyMap<string, number>,
  ) {
    const { router, matching, changes, onWire } = options;
    this.#options = options;
    this.#parts = parts;
    this.#egress = egress;
    this.#indexes = indexes;
    this.#router = router;
    this.#addresses = new AddressWatch(options);
    const deviceOf = (name: string) => matching.matched.find((each) => each.name === name)?.device;
    this.#routes = new FallbackRoutes(changes, deviceOf);
    this.#carrier = new XfrmCarrier({
      kernel: parts.requests,
      deviceOf: (name) => this.#indexes.get(deviceOf(name) ?? "") ?? 0,
      onError: options.onOsError,
      onNotice: options.onNotice,
    });
    this.#reverseRouting = new ReverseRouting(options);
    this.#followUp = new FollowUp(() => this.#follow(), options.onFault);
    this.driver = new GatewayDriver({
      ...options,
      onEvent: (event) => {
        options.onEvent(event);
        if (isOfSas(event) && followsSas(this.#router.ipsec)) this.#followUp.ask();
      },
      policy: policyFor(router, matching.matched),
      carrier: this.#carrier,
      port: onWire === undefined ? parts.port : tapped(parts.port, onWire),
    });
  }

  /** Runs, or nothing is changed and one line says why. */
  static async start(options: LinuxGatewayOptions): Promise<XfrmGateway | string> {
    const { libc, changes, matching, jobs } = options;
    const refusal = await configureMachine(changes, options);
    const parts = refusal ?? openParts({ libc, interfaces: matching.matched, onError: options.onOsError });
    if (typeof parts === "string") {
      await changes.undoAll();
      await jobs.close();
      return parts;
    }
    const egress = new Egress(await mainRoutes(), new Map());
    const gateway = new XfrmGateway(options, parts, egress, await deviceIndexes());
    const fault = await gateway.#begin();
    if (fault === undefined) return gateway;
    await gateway.stop();
    return fault;
  }

  /** A changed configuration: the kernel's policies follow it. Interfaces keep the addresses they had. */
  async setPolicy(router: RouterPolicy): Promise<void> {
    this.driver.setPolicy(policyFor(router, this.#options.matching.matched));
    this.#router = router;
    this.#followUp.ask();
    const refused = await changePacketRules(this.#options.changes, this.#options, router, undefined);
    if (refused !== undefined)
      this.#options.onNotice(`packets are filtered and translated as before: ${refused}`);
  }

  /** Tells the peers, closes everything and leaves the machine as it was found. */
  async stop(): Promise<void> {
    const { port, requests, news } = this.#parts;
    this.driver.close();
    this.#carrier.clear();
    this.#egress.close();
    await this.#followUp.stop();
    await this.#options.changes.undoAll();
    for (const each of [port, requests, news]) each.close();
    await this.#options.jobs.close();
  }

  async #begin(): Promise<string | undefined> {
    const { changes, router, onWire, onOsError } = this.#options;
    const { port, news } = this.#parts;
    // How long the kernel waits before it asks again for an SA that did not come. Its 30 seconds serve as well.
    await changes.make({ kind: "sysctl", name: ACQUIRE_WAIT, value: ACQUIRE_WAIT_SECONDS });
    const refusal = await this.#routes.start();
    if (refusal !== undefined) return `cannot route what is protected: ${refusal}`;
    await this.#follow();
    const refused = await changePacketRules(changes, this.#options, router, undefined);
    if (refused !== undefined) return `cannot filter and translate packets: ${refused}`;
    this.#egress.follow(() => void this.#machineChanged());
    news.listen((message) => {
      if (!this.#carrier.hear(message)) return;
      this.driver.take({ kind: "wake" });
      port.flush();
    }, onOsError);
    port.start((input) => {
      if (onWire !== undefined) tapInput(input, onWire);
      this.driver.take(input);
    });
    return undefined;
  }

  async #follow(): Promise<void> {
    await this.#routes.change(this.#router.ipsec, this.#carrier.requested());
    await this.#reverseRouting.follow(this.driver.reverseRoutes());
  }

  async #machineChanged(): Promise<void> {
    this.#followUp.ask();
    await this.#addresses.changed();
    await this.#routes.restore();
    this.#indexes = await deviceIndexes();
    this.#carrier.refresh();
  }
}

/** All are open, or none and one line says why. */
function openParts(options: Parameters<typeof XfrmPort.open>[0]): Parts | string {
  const { libc } = options;
  const port = XfrmPort.open(options);
  if (typeof port === "string") return port;
  const requests = NetlinkSocket.open(libc);
  const news = NetlinkSocket.open(libc, NEWS_GROUPS);
  if (!isOsError(requests) && !isOsError(news)) return { port, requests, news };
  for (const each of [port, requests, news]) if (!isOsError(each)) each.close();
  return isOsError(requests) ? describeOsError(requests) : "the kernel's news cannot be had";
}

/** XFRMNLGRP_ACQUIRE, _EXPIRE and _MAPPING. */
const NEWS_GROUPS = 0x83;
const ACQUIRE_WAIT = "net/core/xfrm_acq_expires";
const ACQUIRE_WAIT_SECONDS = "4";
