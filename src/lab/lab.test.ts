import assert from "node:assert/strict";
import { test } from "node:test";
import { typed } from "../../test/support/typed-lab.ts";
import { milliseconds } from "../base/time.ts";
import { loadConfiguration } from "../cli/load.ts";
import type { DebugFlag } from "../cli/services.ts";
import { ipv4 } from "../net/ip-address.ts";
import { defaultScript } from "./default-script.ts";
import { QUICK_JOBS, virtualJobs } from "./job-runner.ts";
import { createLab, type Lab, type LabOptions } from "./lab.ts";
import { type LabSources, readLab } from "./lab-sources.ts";
import type { TappedPacket } from "./link.ts";
import { DEFAULT_PING, type PingResult } from "./ping.ts";
import { topologyLines } from "./topology-text.ts";

test("a folder without a script pings what the first router protects, and shows both ends", () => {
  const { sources } = caseStudy();
  assert.deepEqual(defaultScript(sources.routers), [
    { kind: "type", router: "A", lines: ["ping 10.1.2.1 source 10.1.1.1"] },
    { kind: "type", router: "A", lines: SHOWS },
    { kind: "type", router: "B", lines: SHOWS },
  ]);
});

test("hosts reach each other through the tunnel, and only ESP and IKE cross the link between the routers", () => {
  const { lab, crossed } = caseStudy();
  const [alice, bob] = lab.hosts;
  assert.ok(alice !== undefined && bob !== undefined);
  assert.equal(pinged(lab, alice, bob.plan.address), ".!!!!");
  assert.equal(pinged(lab, bob, alice.plan.address), "!!!!!");
  const protocols = new Set(crossed.map(({ bytes }) => bytes[9]));
  assert.deepEqual(protocols, new Set([17, 50]));
});

test("what no access list permits goes in clear", () => {
  const { lab, crossed } = caseStudy();
  const [router] = lab.routers;
  assert.ok(router !== undefined);
  assert.equal(typed(lab, "A", "ping 192.0.2.2").at(-2), "!!!!!");
  assert.deepEqual(new Set(crossed.map(({ bytes }) => bytes[9])), new Set([1]));
});

test("a packet that should have been protected and was not is not let in", () => {
  const { lab } = caseStudy();
  typed(lab, "A", "configure terminal", "interface Ethernet1/0", "no crypto map vpn", "end");
  assert.equal(typed(lab, "A", "ping 10.1.2.1 source 10.1.1.1").at(-2), ".....");
});

test("a router that is reloaded has forgotten everything but what was saved, and goes on from there", () => {
  const { lab } = caseStudy();
  const ping = "ping 10.1.2.1 source 10.1.1.1";
  assert.equal(typed(lab, "A", ping).at(-2), ".!!!!");
  typed(lab, "A", "configure terminal", "ip host kept 10.1.2.1", "end", "write memory");
  typed(lab, "A", "configure terminal", "ip host lost 10.1.2.1", "end", "reload", "no", "");
  const [router] = lab.routers;
  assert.deepEqual(
    router?.configuration().hosts.map(({ name }) => name),
    ["kept"],
  );
  assert.deepEqual([router?.view().ike.isakmpSas.length, router?.view().ipsec.flows.length], [0, 1]);
  assert.equal(typed(lab, "A", ping).at(-2), ".!!!!");
});

test("a change that cuts the operator off is taken back in virtual time", () => {
  const { lab } = caseStudy();
  typed(lab, "A", "configure terminal revert timer 1", "interface Ethernet1/0", "shutdown", "end");
  assert.equal(typed(lab, "A", "ping 10.1.2.1 source 10.1.1.1").at(-2), ".....");
  lab.world.runFor(milliseconds(60_000));
  assert.match(typed(lab, "A", "ping 10.1.2.1 source 10.1.1.1").at(-2) ?? "", /!!!!$/);
});

test("a bulk stream through a bad link arrives without repetition or damage", () => {
  const { lab } = caseStudy({ conditions: { lossPercent: 10, duplicatePercent: 10, corruptPercent: 5 } });
  const [alice, bob] = lab.hosts;
  assert.ok(alice !== undefined && bob !== undefined);
  alice.sendBulk({
    remote: { address: bob.plan.address, port: 5001 },
    stream: 1,
    count: 500,
    interval: milliseconds(100),
    size: 300,
  });
  lab.world.runFor(milliseconds(60_000));
  const report = bob.bulkReport(1);
  assert.deepEqual([report.duplicated, report.damaged], [0, 0]);
  assert.ok(report.received > 350, `${report.received}`);
});

test("a packet too large for the link goes in pieces through the tunnel, and one that must not is refused", () => {
  const { lab, crossed } = caseStudy({ conditions: { mtu: 1000 } });
  assert.equal(typed(lab, "A", "ping 10.1.2.1 source 10.1.1.1 size 1400").at(-2), ".!!!!");
  assert.ok(crossed.every(({ bytes, fate }) => bytes.length <= 1000 && fate === "delivered"));
  assert.match(typed(lab, "A", "ping 10.1.2.1 source 10.1.1.1 size 1400 df-bit").at(-2) ?? "", /^[M.]{5}$/);
});

test("routers are called by hostname, and by file where that is not unique", () => {
  const names = (first: string, second: string) => {
    const files = [
      { name: "labs/one.cfg", text: `${first}\ninterface Ethernet0\n ip address 10.0.0.1 255.255.255.0\n` },
      { name: "labs/two.cfg", text: `${second}\ninterface Ethernet0\n ip address 10.0.0.2 255.255.255.0\n` },
    ];
    const read = readLab(files, undefined);
    return read.kind === "sources" ? read.sources.routers.map(({ shape }) => shape.name) : [];
  };
  assert.deepEqual(names("hostname X", "hostname Y"), ["X", "Y"]);
  assert.deepEqual(names("hostname X", "hostname x"), ["one", "two"]);
  assert.deepEqual(names("", ""), ["one", "two"]);
});

test("what several lines share is remarked once, with all its places", () => {
  const { sources } = caseStudy();
  const weak = sources.remarks.filter((line) => line.includes("group 1 "));
  assert.equal(weak.length, 1);
  assert.match(weak[0] ?? "", /^a\.cfg:\d+, b\.cfg:\d+: warning: /);
});

test("where a lab wants configurations as printed, what is refused is told and the rest runs", () => {
  const file = {
    name: "a.cfg",
    text: "hostname A\nip adress 1.1.1.1\ninterface Ethernet0\n ip address 10.0.0.1 255.0.0.0\n",
  };
  const asPrinted = (value: boolean) =>
    readLab([file], { name: "lab.json", text: JSON.stringify({ asPrinted: value }) });
  const read = asPrinted(true);
  assert.ok(read.kind === "sources", "the lab runs");
  assert.match(
    read.sources.remarks.join("\n"),
    /a\.cfg:2: error: IOS refuses this line\n {4}ip adress.*\n +\^/,
  );
  assert.equal(read.sources.routers[0]?.shape.interfaces.length, 1);
  assert.equal(asPrinted(false).kind, "problems");
});

test("the topology is told with what is unusual about a link", () => {
  const { lab } = caseStudy({ conditions: { lossPercent: 20, delay: milliseconds(5) } });
  assert.deepEqual(topologyLines(lab), [
    "10.1.1.0/24   A Ethernet0/0 (10.1.1.1), host1 (10.1.1.100)",
    "192.0.2.0/24  A Ethernet1/0 (192.0.2.1), B Ethernet1/0 (192.0.2.2): 5 ms delay, 20 % lost",
    "10.1.2.0/24   B Ethernet0/0 (10.1.2.1), host2 (10.1.2.100)",
  ]);
});

test("configuration typed at a console takes effect: addresses, routes, IKE itself", () => {
  const { lab, said } = caseStudy();
  typed(lab, "B", "configure terminal", "interface Loopback7", "ip address 10.7.7.7 255.255.255.255", "end");
  typed(lab, "A", "configure terminal", "ip route 10.7.7.7 255.255.255.255 192.0.2.2", "end");
  assert.equal(typed(lab, "A", "ping 10.7.7.7").at(-2), "!!!!!");
  typed(lab, "B", "configure terminal", "interface Loopback7", "shutdown", "end");
  assert.match(typed(lab, "A", "ping 10.7.7.7").at(-2) ?? "", /^[U.]+$/);
  typed(lab, "A", "configure terminal", "no crypto isakmp enable", "end");
  assert.match(said().join("\n"), /A: \d\d:\d\d:\d\d: %CRYPTO-6-ISAKMP_ON_OFF: ISAKMP is OFF/);
  assert.equal(typed(lab, "A", "ping 10.1.2.1 source 10.1.1.1").at(-2), ".....");
});

test("debugging is turned on and off at the console", () => {
  const { lab, said } = caseStudy();
  typed(lab, "A", "debug crypto ipsec");
  typed(lab, "A", "ping 10.1.2.1 source 10.1.1.1");
  assert.ok(said().some((line) => line.includes("IPSEC(create_sa)")));
  assert.ok(!said().some((line) => line.includes("ISAKMP (0:1)")));
  assert.ok(said().every((line) => line.startsWith("A: ")));
  typed(lab, "A", "undebug all", "clear crypto sa");
  const before = said().length;
  typed(lab, "A", "ping 10.1.2.1 source 10.1.1.1");
  assert.equal(said().length, before);
});

test("stamps are as service timestamps says", () => {
  const first = (service: string) => {
    const { lab, said } = caseStudy({ debug: ["ipsec"] }, `${service}\n`);
    lab.world.runFor(milliseconds(61_250));
    typed(lab, "A", "ping 10.1.2.1 source 10.1.1.1");
    return (said()[0] ?? "").replace(/IPSEC.*/, "");
  };
  assert.equal(first(""), "A: 00:01:01: ");
  assert.equal(first("service timestamps debug datetime msec"), "A: *Mar  1 00:01:01.250: ");
  assert.equal(first("no service timestamps debug"), "A: ");
});

test("clearing SAs at one end clears them at the other, and traffic brings new ones", () => {
  const { lab } = caseStudy();
  typed(lab, "A", "ping 10.1.2.1 source 10.1.1.1");
  const spis = () => typed(lab, "B", "show crypto ipsec sa").filter((line) => /spi: 0x/.test(line));
  const before = spis();
  assert.equal(before.length, 2);
  typed(lab, "A", "clear crypto sa");
  lab.world.runFor(milliseconds(100));
  assert.deepEqual(spis(), []);
  assert.equal(typed(lab, "A", "ping 10.1.2.1 source 10.1.1.1").at(-2), ".!!!!");
  assert.equal(spis().length, 2);
  assert.notDeepEqual(spis(), before);
});

test("a running configuration read again gives the same lab", () => {
  const { lab } = caseStudy();
  const printed = typed(lab, "A", "show running-config").join("\n");
  const { configuration, problems } = loadConfiguration(printed, "again.cfg");
  assert.deepEqual(problems, []);
  assert.equal(configuration.cryptoMaps[0]?.entries[0]?.matchAddress?.value, "101");
  assert.equal(configuration.interfaces.length, 2);
});

const SHOWS = ["show crypto isakmp sa", "show crypto ipsec sa", "show crypto map"];

interface Made {
  readonly lab: Lab;
  readonly sources: LabSources;
  /** What routers said: `A: 00:00:00: …`. */
  readonly said: () => readonly string[];
  readonly crossed: readonly TappedPacket[];
}

function caseStudy(
  options: { readonly conditions?: LabOptions["conditions"]; readonly debug?: readonly DebugFlag[] } = {},
  first = "",
): Made {
  const files = [
    { name: "a.cfg", text: first + configuration("A", "192.0.2.1", "192.0.2.2", "10.1.1", "10.1.2") },
    { name: "b.cfg", text: first + configuration("B", "192.0.2.2", "192.0.2.1", "10.1.2", "10.1.1") },
  ];
  const read = readLab(files, undefined);
  assert.ok(read.kind === "sources", read.kind === "problems" ? read.problems.join("\n") : "");
  const lines: string[] = [];
  const crossed: TappedPacket[] = [];
  const created = createLab(read.sources, {
    seed: 1,
    conditions: options.conditions ?? {},
    holdPackets: false,
    debug: new Set(options.debug ?? []),
    jobs: (world) => virtualJobs(world, QUICK_JOBS, 1),
    watcher: {
      onLines: (router, said) => lines.push(...said.map((line) => `${router}: ${line}`)),
      onPacket: (packet) => crossed.push(packet),
    },
  });
  assert.ok(created.kind === "lab", created.kind === "problems" ? created.problems.join("\n") : "");
  return { lab: created.lab, sources: read.sources, said: () => lines, crossed };
}

function pinged(lab: Lab, host: Lab["hosts"][number], destination: string): string {
  const results: PingResult[] = [];
  host.ping(
    { ...DEFAULT_PING, destination: ipv4(destination) },
    { onMark: () => {}, onDone: (result) => results.push(result) },
  );
  lab.world.runFor(milliseconds(11_000));
  return results[0]?.marks ?? "";
}

function configuration(name: string, own: string, peer: string, inside: string, far: string): string {
  return `hostname ${name}
crypto isakmp policy 1
 encr 3des
 authentication pre-share
crypto isakmp key secret address ${peer}
crypto ipsec transform-set myset esp-3des esp-sha-hmac
crypto map vpn 10 ipsec-isakmp
 set peer ${peer}
 set transform-set myset
 match address 101
interface Ethernet0/0
 ip address ${inside}.1 255.255.255.0
interface Ethernet1/0
 ip address ${own} 255.255.255.0
 crypto map vpn
ip route ${far}.0 255.255.255.0 ${peer}
access-list 101 permit ip ${inside}.0 0.0.0.255 ${far}.0 0.0.0.255
`;
}
