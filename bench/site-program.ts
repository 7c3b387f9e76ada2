/**
 * Many sites in one process, each with addresses and a gateway of its own: they negotiate with a hub, some at a time, and
 * say how many did, in how long. Run in a namespace: site-program.ts HUB GROUP FIRST COUNT PARALLEL
 */
import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import { instant } from "../src/base/time.ts";
import { loadConfiguration } from "../src/cli/load.ts";
import { compile } from "../src/config/compile.ts";
import { performJob } from "../src/crypto/perform-job.ts";
import type { GatewayEffect, GatewayInput } from "../src/gateway/contract.ts";
import { Gateway } from "../src/gateway/gateway.ts";
import { systemRandom } from "../src/host/entropy.ts";
import { NAT_TRAVERSING_CONVENTIONS } from "../src/ike/wire-conventions.ts";
import { ipv4 } from "../src/net/ip-address.ts";
import { buildIpv4Packet } from "../src/net/ipv4-packet.ts";
import { PROTOCOL } from "../src/net/protocols.ts";
import { HUB_INSIDE, type Site, siteConfiguration, siteOf } from "./sites.ts";

export interface SitesReport {
  readonly established: number;
  readonly failed: number;
  readonly seconds: number;
}

const [hub = "", group = "", first = "", count = "", parallel = ""] = process.argv.slice(2);
const GIVE_UP_MILLISECONDS = 15_000;

const sites = Array.from({ length: Number(count) }, (_, i) => siteOf(Number(first) + i));
const policies = new Map(sites.map((site) => [site, policyOf(site)]));
const start = performance.now();
const outcomes: boolean[] = [];
const waiting = [...sites];
await Promise.all(Array.from({ length: Number(parallel) }, work));
const report: SitesReport = {
  established: outcomes.filter(Boolean).length,
  failed: outcomes.filter((outcome) => !outcome).length,
  seconds: (performance.now() - start) / 1000,
};
console.log(JSON.stringify(report));

async function work(): Promise<void> {
  for (let site = waiting.shift(); site !== undefined; site = waiting.shift())
    outcomes.push(await negotiate(site));
}

function policyOf(site: Site) {
  const { configuration } = loadConfiguration(siteConfiguration(site, hub, Number(group)), "site.cfg");
  const { policy } = compile(configuration);
  if (policy === undefined) throw new TypeError("a site's configuration does not compile");
  return policy;
}

/** Main mode and quick mode; false when it takes too long. */
async function negotiate(site: Site): Promise<boolean> {
  const policy = policies.get(site) ?? policyOf(site);
  const gateway = new Gateway({
    policy,
    random: systemRandom,
    holdPackets: false,
    exportKeys: false,
    conventions: { ...NAT_TRAVERSING_CONVENTIONS, sendInitialContact: false },
  });
  const sockets = await socketsOf(site, (port, bytes, from) =>
    take({
      kind: "datagram",
      local: { address: ipv4(site.address), port },
      remote: { address: ipv4(from.address), port: from.port },
      bytes,
    }),
  );
  let finish: (outcome: boolean) => void = () => {};
  const outcome = new Promise<boolean>((resolve) => {
    finish = resolve;
  });
  const giveUp = setTimeout(() => finish(false), GIVE_UP_MILLISECONDS);
  let timer: NodeJS.Timeout | undefined;
  const take = (input: GatewayInput): void => {
    for (const effect of gateway.handle(now(), input)) perform(effect);
    clearTimeout(timer);
    const deadline = gateway.nextDeadline();
    if (deadline !== undefined)
      timer = setTimeout(() => take({ kind: "wake" }), Math.min(deadline.at - now(), GIVE_UP_MILLISECONDS));
  };
  const perform = (effect: GatewayEffect): void => {
    if (effect.kind === "send-datagram")
      sockets.get(effect.local.port)?.send(effect.bytes, effect.remote.port, effect.remote.address);
    if (effect.kind === "start-job")
      setImmediate(() => take({ kind: "job-done", id: effect.id, result: performJob(effect.job) }));
    // The last message leaves with the same effects, so the sockets may not close before.
    if (
      effect.kind === "event" &&
      effect.event.kind === "sa-installed" &&
      effect.event.direction === "outbound"
    )
      setImmediate(() => finish(true));
  };
  take({ kind: "outbound-packet", interfaceName: "Ethernet0", bytes: packetFrom(site) });
  const result = await outcome;
  clearTimeout(giveUp);
  clearTimeout(timer);
  for (const socket of sockets.values()) socket.close();
  return result;
}

async function socketsOf(
  site: Site,
  heard: (port: number, bytes: Uint8Array, from: { readonly address: string; readonly port: number }) => void,
): Promise<ReadonlyMap<number, Socket>> {
  const sockets = new Map<number, Socket>();
  for (const port of [500, 4500]) {
    const socket = createSocket("udp4");
    socket.on("message", (bytes, from) => heard(port, bytes, from));
    socket.bind(port, site.address);
    await once(socket, "listening");
    sockets.set(port, socket);
  }
  return sockets;
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

function now() {
  return instant(performance.now());
}
