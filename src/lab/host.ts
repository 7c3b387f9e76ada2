/** A virtual host behind a router: it answers echoes, over ICMP and UDP (RFC 862), pings, and sends and counts bulk. */
import type { PingOptions } from "../cli/services.ts";
import type { IpAddress } from "../net/ip-address.ts";
import { BulkReceiver, type BulkReport, type BulkSettings, sendBulk } from "./bulk.ts";
import { IpStack } from "./ip-stack.ts";
import type { Link } from "./link.ts";
import { Pinger, type PingWatcher } from "./ping.ts";
import { defaultRoute } from "./route-table.ts";
import { UdpPorts } from "./udp-ports.ts";
import type { World } from "./world.ts";

export interface HostPlan {
  readonly name: string;
  readonly address: IpAddress;
  readonly mask: IpAddress;
  /** The router; undefined on a link without one. */
  readonly gateway: IpAddress | undefined;
  readonly mtu: number;
}

export class Host {
  readonly plan: HostPlan;
  readonly stack: IpStack;
  readonly udp: UdpPorts;
  readonly #world: World;
  readonly #pinger: Pinger;
  readonly #bulk: BulkReceiver;

  constructor(world: World, plan: HostPlan, link: Link) {
    this.plan = plan;
    this.#world = world;
    this.stack = new IpStack({
      name: plan.name,
      world,
      interfaces: [{ name: "eth0", address: plan.address, mask: plan.mask, mtu: plan.mtu, link }],
      routes: plan.gateway === undefined ? [] : [defaultRoute(plan.gateway)],
      forwards: false,
    });
    this.udp = new UdpPorts(this.stack);
    this.udp.listen(ECHO_PORT, ({ remote, bytes }) => this.udp.send(ECHO_PORT, remote, bytes));
    this.#pinger = new Pinger(this.stack);
    this.#bulk = new BulkReceiver(this.udp);
  }

  get name(): string {
    return this.plan.name;
  }

  ping(options: PingOptions, watcher: PingWatcher): () => void {
    return this.#pinger.start(options, watcher);
  }

  sendBulk(settings: BulkSettings, done: () => void = () => {}): void {
    sendBulk(this.#world, this.udp, settings, done);
  }

  bulkReport(stream: number): BulkReport {
    return this.#bulk.report(stream);
  }
}

export const ECHO_PORT = 7;
