/** A hub and its sites as gateways in one process, without network: tunnels come up as fast as they are computed. */
import { type Instant, instant } from "../src/base/time.ts";
import { loadConfiguration } from "../src/cli/load.ts";
import { compile } from "../src/config/compile.ts";
import type { Configuration } from "../src/config/configuration.ts";
import { performJob } from "../src/crypto/perform-job.ts";
import type { GatewayEffect, GatewayInput } from "../src/gateway/contract.ts";
import { Gateway, type GatewayPolicy } from "../src/gateway/gateway.ts";
import { systemRandom } from "../src/host/entropy.ts";
import { ipv4 } from "../src/net/ip-address.ts";
import { buildIpv4Packet } from "../src/net/ipv4-packet.ts";
import { PROTOCOL } from "../src/net/protocols.ts";
import { HUB_INSIDE, hubConfiguration, type Site, siteConfiguration, siteOf } from "./sites.ts";

const HUB = "192.0.2.2";
/** The least work: it is the hub's memory and its engine that are looked at. */
const GROUP = 1;

export class HubWithSites {
  readonly hub: Gateway;
  readonly #sitePolicy = compiled(read(siteConfiguration(siteOf(0), HUB, GROUP)));
  now: Instant = instant(0);

  constructor(policy: GatewayPolicy) {
    this.hub = gateway(policy);
  }

  /** Main mode and quick mode with a site that is forgotten afterwards. */
  bringUp(index: number): void {
    const address = ipv4(siteOf(index).address);
    const site = gateway(atSite(this.#sitePolicy, siteOf(index)));
    this.now = instant(this.now + 10);
    const queue: { readonly to: "hub" | "site"; readonly input: GatewayInput }[] = [
      {
        to: "site",
        input: { kind: "outbound-packet", interfaceName: "Ethernet0", bytes: packetFrom(siteOf(index)) },
      },
    ];
    const perform = (of: "hub" | "site", effect: GatewayEffect): void => {
      if (effect.kind === "start-job")
        queue.push({ to: of, input: { kind: "job-done", id: effect.id, result: performJob(effect.job) } });
      if (effect.kind !== "send-datagram") return;
      const { local, remote, bytes } = effect;
      queue.push({
        to: of === "hub" ? "site" : "hub",
        input: { kind: "datagram", local: remote, remote: local, bytes },
      });
    };
    for (let next = queue.shift(); next !== undefined; next = queue.shift())
      if (next.to === "site") for (const effect of site.handle(this.now, next.input)) perform("site", effect);
      else for (const effect of this.hub.handle(this.now, next.input)) perform("hub", effect);
    if (site.view(this.now).ipsec.flows[0]?.outbound.length !== 1)
      throw new RangeError(`no tunnel with ${address}`);
  }

  /** Lets time pass, so that what only lives for a while after a handshake goes. */
  pass(seconds: number): void {
    const until = instant(this.now + seconds * 1000);
    for (
      let due = this.hub.nextDeadline();
      due !== undefined && due.at <= until;
      due = this.hub.nextDeadline()
    ) {
      this.now = instant(Math.max(this.now, due.at));
      this.hub.handle(this.now, { kind: "wake" });
    }
    this.now = until;
  }
}

/** The configuration of a hub with so many sites, in pieces: the longer one is, the more its reading takes for each line. */
export function hubConfigurations(count: number): readonly Configuration[] {
  const pieces: Configuration[] = [];
  for (let first = 0; first < count; first += PIECE) {
    const sites = Array.from({ length: Math.min(PIECE, count - first) }, (_, i) => siteOf(first + i));
    pieces.push(read(hubConfiguration(HUB, sites, GROUP, first + 1)));
  }
  return pieces;
}

/** They compiled and joined. */
export function hubPolicy(configurations: readonly Configuration[]): GatewayPolicy {
  const pieces = configurations.map(compiled);
  const [head] = pieces;
  if (head === undefined) throw new RangeError("a hub has sites");
  return {
    ike: { ...head.ike, connections: pieces.flatMap(({ ike }) => ike.connections) },
    ipsec: {
      interfaces: head.ipsec.interfaces.map((each, i) => ({
        ...each,
        entries: pieces.flatMap(({ ipsec }) => ipsec.interfaces[i]?.entries ?? []),
      })),
    },
  };
}

const PIECE = 200;

function read(text: string): Configuration {
  return loadConfiguration(text, "bench.cfg").configuration;
}

function compiled(configuration: Configuration): GatewayPolicy {
  const { policy, problems } = compile(configuration);
  if (policy === undefined) throw new RangeError(problems.map(({ message }) => message).join("\n"));
  return policy;
}

/** One site's policy made another's. */
function atSite(policy: GatewayPolicy, { address, network }: Site): GatewayPolicy {
  const localAddress = ipv4(address);
  const from = ipv4(`${network}.0`);
  return {
    ike: {
      ...policy.ike,
      connections: policy.ike.connections.map((connection) => ({
        ...connection,
        localAddress,
        selectors: connection.selectors.map(({ selector, origin }) => ({
          origin,
          selector: { ...selector, local: { ...selector.local, address: from } },
        })),
      })),
    },
    ipsec: {
      interfaces: policy.ipsec.interfaces.map((each) => ({
        ...each,
        localAddress,
        entries: each.entries.map((entry) => ({
          ...entry,
          rules: entry.rules.map(({ action, selector, origin }) => ({
            action,
            origin,
            selector: { ...selector, local: { ...selector.local, address: from } },
          })),
        })),
      })),
    },
  };
}

function gateway(policy: GatewayPolicy): Gateway {
  return new Gateway({ policy, random: systemRandom, holdPackets: false, exportKeys: false });
}

/** It calls for the tunnel. */
function packetFrom({ network }: Site): Uint8Array {
  return buildIpv4Packet(
    {
      source: ipv4(`${network}.1`),
      destination: ipv4(HUB_INSIDE),
      protocol: PROTOCOL.ICMP,
      timeToLive: 64,
      identification: 1,
    },
    new Uint8Array(8),
  );
}
