/**
 * GRE over ESP in transport mode between two Linux routers, and a routing daemon that speaks over it: FRR's ripd, whose
 * multicast IPsec alone could not carry.
 */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Frr, whyNoFrr } from "./frr.ts";
import { type Machine, Machines, whyNoMachines } from "./router-machines.ts";
import { until } from "./until.ts";

const skip = whyNoMachines() ?? false;

describe("tunnel interfaces on Linux", { skip, concurrency: 2 }, () => {
  it("carry packets in GRE, protected in transport mode, and are gone afterwards", () =>
    withMachines(async (machines) => {
      const before = machines.state("initiator");
      const [router, far] = await startBoth(machines);
      machines.ip("initiator", "route", "add", "10.1.2.0/24", "dev", "tunnel0");
      machines.ip("responder", "route", "add", "10.1.1.0/24", "dev", "tunnel0");
      machines.pingUntilAnswered("alice", "10.1.2.100");
      assert.equal(machines.ping("bob", "10.1.1.100", 3), 3);
      const shown = await machines.console("initiator", "show crypto ipsec sa");
      assert.match(shown, /\(172\.16\.172\.10\/255\.255\.255\.255\/47\/0\)/);
      assert.match(shown, /in use settings ={Transport, }/);
      assert.match(router.output, /Tunnel0 is tunnel0, with GRE of (skeyid|the kernel)/);
      for (const each of [router, far]) assert.equal(await each.end("SIGTERM"), 0);
      assert.equal(machines.state("initiator"), before);
    }));

  it("carry RIP, by which the routers learn each other's networks", { skip: whyNoFrr("ripd") ?? false }, () =>
    withMachines(async (machines) => {
      await startBoth(machines);
      const daemons = (["initiator", "responder"] as const).map(
        (machine) => new Frr(machines.namespace(machine), "ripd", RIP),
      );
      try {
        await routed(machines, "initiator", /10\.1\.2\.0\/24 .*via 10\.4\.0\.2 dev tunnel0 proto rip/);
        await routed(machines, "responder", /10\.1\.1\.0\/24 .*via 10\.4\.0\.1 dev tunnel0 proto rip/);
        machines.pingUntilAnswered("alice", "10.1.2.100");
        assert.equal(machines.ping("bob", "10.1.1.100", 3), 3);
        const shown = await machines.console("initiator", "show crypto ipsec sa");
        assert.match(shown, /#pkts encaps: [1-9]/);
      } finally {
        for (const daemon of daemons) await daemon.stop();
      }
    }),
  );
});

const RIP = `router rip
 version 2
 network lan
 network tunnel0
 timers basic 5 15 15
`;

function configuration(own: number, other: number, lan: number): string {
  return `hostname Router${own}
crypto isakmp policy 1
 encr aes
 authentication pre-share
 group 14
crypto isakmp key a-key-for-the-tunnel address 172.16.172.${other}
crypto ipsec transform-set one esp-aes esp-sha-hmac
 mode transport
crypto map gre 10 ipsec-isakmp
 set peer 172.16.172.${other}
 set transform-set one
 match address gre
interface Tunnel0
 ip address 10.4.0.${lan} 255.255.255.0
 tunnel source Ethernet1/0
 tunnel destination 172.16.172.${other}
 tunnel key 7
 crypto map gre
interface Ethernet0/0
 ip address 10.1.${lan}.1 255.255.255.0
interface Ethernet1/0
 ip address 172.16.172.${own} 255.255.255.0
 crypto map gre
ip access-list extended gre
 permit gre host 172.16.172.${own} host 172.16.172.${other}
`;
}

async function startBoth(machines: Machines) {
  const start = (machine: Machine, ...numbers: Parameters<typeof configuration>) =>
    machines.start(machine, machines.file(`${machine}.cfg`, configuration(...numbers)), "--configure");
  return Promise.all([start("initiator", 10, 20, 1), start("responder", 20, 10, 2)]);
}

async function routed(machines: Machines, machine: Machine, route: RegExp): Promise<void> {
  const shown = () => machines.ip(machine, "-4", "route", "show");
  await until(() => route.test(shown()), shown);
}

async function withMachines(work: (machines: Machines) => Promise<void>): Promise<void> {
  const machines = Machines.make();
  try {
    await work(machines);
  } finally {
    await machines.remove();
  }
}
