/** The router-to-router case study in virtual time: two hosts, two routers, three links, one of them as bad as asked. */
import { type Instant, instant, milliseconds } from "../../src/base/time.ts";
import type { ExportedKeys, GatewayEvent } from "../../src/gateway/contract.ts";
import type { GatewayPolicy } from "../../src/gateway/gateway.ts";
import type { IpsecPolicy } from "../../src/ipsec/policy.ts";
import { Host } from "../../src/lab/host.ts";
import { virtualJobs } from "../../src/lab/job-runner.ts";
import { GOOD_LINK, Link, type LinkConditions, type TappedPacket } from "../../src/lab/link.ts";
import { Router } from "../../src/lab/router.ts";
import { SeededRandom } from "../../src/lab/seeded-random.ts";
import { World } from "../../src/lab/world.ts";
import { type IpAddress, ipv4 } from "../../src/net/ip-address.ts";
import { ANY_ADDRESS, blockOf } from "../../src/net/selector.ts";
import { A, B, type PolicyChanges, policyOf, TRANSFORM_SET } from "../support/ike-pair.ts";

export const HOST_1 = ipv4("10.1.1.100");
export const HOST_2 = ipv4("10.1.2.100");
const MASK = ipv4("255.255.255.0");

export interface CaseStudyOptions {
  readonly seed: number;
  readonly transit: Partial<LinkConditions>;
  readonly changes?: PolicyChanges;
  readonly holdPackets?: boolean;
}

export class CaseStudy {
  readonly world = new World();
  readonly transit: Link;
  readonly routers: { readonly A: Router; readonly B: Router };
  readonly hosts: { readonly A: Host; readonly B: Host };
  readonly events: { readonly router: string; readonly event: GatewayEvent }[] = [];
  readonly keys: { readonly router: string; readonly keys: ExportedKeys }[] = [];
  readonly onTransit: TappedPacket[] = [];

  constructor(options: CaseStudyOptions) {
    const { seed } = options;
    const { world } = this;
    this.transit = new Link(world, "transit", { ...GOOD_LINK, ...options.transit }, seed);
    this.transit.tap((packet) => this.onTransit.push(packet));
    const lanA = new Link(world, "lan A", GOOD_LINK, seed);
    const lanB = new Link(world, "lan B", GOOD_LINK, seed);
    this.routers = {
      A: this.#router("Initiator", A, B, ipv4("10.1.1.1"), lanA, options),
      B: this.#router("Responder", B, A, ipv4("10.1.2.1"), lanB, options),
    };
    const host = (name: string, address: IpAddress, gateway: IpAddress, link: Link): Host =>
      new Host(world, { name, address, mask: MASK, gateway, mtu: 1500 }, link);
    this.hosts = {
      A: host("host 1", HOST_1, ipv4("10.1.1.1"), lanA),
      B: host("host 2", HOST_2, ipv4("10.1.2.1"), lanB),
    };
  }

  runUntilSecond(second: number): void {
    this.world.runUntil(instant(second * 1000));
  }

  get now(): Instant {
    return this.world.now;
  }

  #router(
    name: string,
    own: IpAddress,
    peer: IpAddress,
    inside: IpAddress,
    lan: Link,
    options: CaseStudyOptions,
  ): Router {
    const { world } = this;
    return new Router({
      name,
      world,
      interfaces: [
        { name: "Ethernet0/0", address: inside, mask: MASK, mtu: 1500, link: lan },
        { name: "Ethernet1/0", address: own, mask: MASK, mtu: 1500, link: this.transit },
      ],
      routes: [
        { block: ANY_ADDRESS, origin: "static", distance: 1, via: { kind: "next hop", address: peer } },
      ],
      policy: gatewayPolicy(own, peer, options.changes ?? {}),
      random: new SeededRandom(options.seed, name),
      jobs: virtualJobs(world, { least: milliseconds(2), most: milliseconds(40) }, options.seed),
      holdPackets: options.holdPackets ?? false,
      onEvent: (event) => this.events.push({ router: name, event }),
      onKeys: (keys) => this.keys.push({ router: name, keys }),
    });
  }
}

function gatewayPolicy(own: IpAddress, peer: IpAddress, changes: PolicyChanges): GatewayPolicy {
  const ike = policyOf(own, peer, changes);
  const lanOf = (address: IpAddress) => blockOf(ipv4(address === A ? "10.1.1.0" : "10.1.2.0"), MASK);
  const anyPort = { low: 0, high: 65535 };
  const ipsec: IpsecPolicy = {
    interfaces: ike.connections.map((connection) => ({
      name: connection.interfaceName,
      mapName: connection.mapName,
      localAddress: own,
      mtu: 1500,
      dfBit: "copy",
      fragmentation: "before-encryption",
      entries: [
        {
          id: connection.id,
          sequence: connection.sequence,
          accessListName: "101",
          rules: [
            {
              action: "permit",
              selector: {
                protocol: 0,
                local: lanOf(own),
                localPorts: anyPort,
                remote: lanOf(peer),
                remotePorts: anyPort,
              },
              origin: undefined,
            },
          ],
          peers: connection.peers,
          transformSets: [TRANSFORM_SET],
          lifetimeSeconds: connection.lifetimeSeconds,
          lifetimeKilobytes: connection.lifetimeKilobytes,
          idleTime: undefined,
          replayWindow: 64,
          origin: undefined,
        },
      ],
    })),
  };
  return { ike, ipsec };
}
