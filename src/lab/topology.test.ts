import assert from "node:assert/strict";
import { test } from "node:test";
import { ipv4 } from "../net/ip-address.ts";
import { ANY_ADDRESS, blockOf } from "../net/selector.ts";
import { type LabFile, NO_LAB_FILE, parseLabFile } from "./lab-file.ts";
import type { Route } from "./route-table.ts";
import { deduceTopology, type RouterShape, type Topology } from "./topology.ts";

test("interfaces in one subnet share a link, and one alone in its subnet gets a LAN with a host", () => {
  const { links, hosts, transit } = topologyOf(CASE_STUDY);
  assert.deepEqual(
    links.map(({ name, joinsRouters, stations }) => [name, joinsRouters, stations.map(({ node }) => node)]),
    [
      ["10.1.1.0/24", false, ["Initiator"]],
      ["172.16.172.0/24", true, ["Initiator", "Responder"]],
      ["10.1.2.0/24", false, ["Responder"]],
    ],
  );
  assert.deepEqual(
    hosts.map(({ address, gateway, link }) => [address, gateway, link]),
    [
      ["10.1.1.100", "10.1.1.1", "10.1.1.0/24"],
      ["10.1.2.100", "10.1.2.1", "10.1.2.0/24"],
    ],
  );
  assert.equal(transit, undefined);
});

test("a subnet that no configured route covers is routed by the nearest router, and that is said", () => {
  const { learned, notes } = topologyOf(CASE_STUDY);
  const [only] = learned.get("Initiator") ?? [];
  assert.deepEqual(only?.block, blockOf(ipv4("10.1.2.0"), MASK));
  assert.deepEqual(only?.via, { kind: "next hop", address: "172.16.172.20" });
  assert.match(notes.join("\n"), /Initiator is given a route to 10\.1\.2\.0\/24 by 172\.16\.172\.20/);
});

test("a configured route, the default route too, is not second-guessed", () => {
  const [initiator, responder] = CASE_STUDY;
  assert.ok(initiator !== undefined && responder !== undefined);
  const { learned } = topologyOf([{ ...initiator, staticRoutes: [defaultBy("172.16.172.20")] }, responder]);
  assert.deepEqual(learned.get("Initiator"), []);
  assert.equal(learned.get("Responder")?.length, 1);
});

test("a subnet behind two routers is reached by the first of them on a shortest way", () => {
  const { learned } = topologyOf([
    router("A", "10.0.1.1", "192.0.2.1"),
    router("B", "192.0.2.2", "198.51.100.2"),
    router("C", "198.51.100.3", "10.0.3.3"),
  ]);
  const hops = (name: string) => learned.get(name)?.map(({ via }) => via.kind === "next hop" && via.address);
  assert.deepEqual(hops("A"), ["192.0.2.2", "192.0.2.2"]);
  assert.deepEqual(hops("B"), ["192.0.2.1", "198.51.100.3"]);
});

test("next hops that nobody has become a transit router that joins their subnets", () => {
  const { transit, links, notes } = topologyOf([
    router("A", "10.1.1.1", "192.0.2.2", defaultBy("192.0.2.1")),
    router("B", "10.1.2.1", "198.51.100.2", defaultBy("198.51.100.1")),
  ]);
  assert.deepEqual(
    transit?.interfaces.map(({ address }) => address),
    ["192.0.2.1", "198.51.100.1"],
  );
  assert.deepEqual(
    links.filter(({ joinsRouters }) => joinsRouters).map(({ name }) => name),
    ["192.0.2.0/24", "198.51.100.0/24"],
  );
  assert.match(notes.join("\n"), /192\.0\.2\.1, 198\.51\.100\.1/);
});

test("a loopback and a host mask get no link; a LAN of two addresses gives its host the other", () => {
  const { links, hosts } = topologyOf([
    shape("A", [
      ["Loopback0", "10.9.9.9", "255.255.255.0"],
      ["Serial0", "10.8.8.8", "255.255.255.255"],
      ["Ethernet0", "192.168.1.1", "255.255.255.252"],
    ]),
  ]);
  assert.deepEqual(
    links.map(({ name }) => name),
    ["192.168.1.0/30"],
  );
  assert.deepEqual(
    hosts.map(({ address }) => address),
    ["192.168.1.2"],
  );
});

test("an address that two interfaces have is refused with both places", () => {
  const problems = problemsOf([router("A", "10.1.1.1", "192.0.2.1"), router("B", "10.1.1.1", "192.0.2.2")]);
  assert.deepEqual(problems, [
    '10.1.1.1 is the address of A Ethernet0 (a.cfg:10 "ip address 10.1.1.1 255.255.255.0") and of B Ethernet0 ' +
      '(b.cfg:10 "ip address 10.1.1.1 255.255.255.0"): change one',
  ]);
});

test("subnets that overlap without being the same are refused", () => {
  const problems = problemsOf([
    shape("A", [["Ethernet0", "10.1.1.1", "255.255.255.0"]]),
    shape("B", [["Ethernet0", "10.1.1.2", "255.255.255.128"]]),
  ]);
  assert.match(problems.join("\n"), /A Ethernet0 .* and B Ethernet0 .* overlap/);
});

test("the topology file names hosts and makes links what it says", () => {
  const file = labFile({
    hosts: [
      { name: "alice", address: "10.1.1.7" },
      { name: "carol", address: "10.1.1.8" },
    ],
    links: { "172.16.172.0/24": { lossPercent: 20, delayMs: 50 } },
  });
  const { hosts, links } = topologyOf(CASE_STUDY, file);
  assert.deepEqual(
    hosts.map(({ name, address }) => `${name} ${address}`),
    ["alice 10.1.1.7", "carol 10.1.1.8", "host1 10.1.2.100"],
  );
  assert.deepEqual(links[1]?.conditions, { lossPercent: 20, delay: 50 });
});

test("a host or link of the topology file that fits no subnet is refused with those there are", () => {
  const file = labFile({
    hosts: [
      { name: "alice", address: "10.7.1.7" },
      { name: "bob", address: "10.1.2.1" },
    ],
    links: { "172.16.0.0/16": {} },
  });
  assert.deepEqual(problemsOf(CASE_STUDY, file), [
    "lab.json: links: no interface is in 172.16.0.0/16; there are 10.1.1.0/24, 172.16.172.0/24, 10.1.2.0/24",
    "lab.json: hosts: alice 10.7.1.7 is in none of 10.1.1.0/24, 172.16.172.0/24, 10.1.2.0/24",
    "lab.json: hosts: bob 10.1.2.1 is the address of Responder",
  ]);
});

test("two nodes of one name are refused", () => {
  const file = labFile({ hosts: [{ name: "responder", address: "10.1.1.7" }] });
  assert.deepEqual(problemsOf(CASE_STUDY, file), [
    "lab.json: hosts: responder is the name of another node too",
  ]);
});

test("a topology file says where it is wrong", () => {
  const problem = (text: string) => {
    const result = parseLabFile("lab.json", text);
    assert.equal(result.kind, "problem");
    return result.kind === "problem" ? result.problem : "";
  };
  assert.match(problem("{"), /^lab\.json: .*JSON/);
  assert.match(problem("[]"), /must be an object/);
  assert.match(problem('{"tittle": "x"}'), /has no "tittle"; it has title, description/);
  assert.equal(
    problem('{"links": {"10.0.0.0/8": {"mtu": 20}}}'),
    "lab.json: links.10.0.0.0/8.mtu must be a number from 68 to 65535",
  );
  assert.equal(
    problem('{"hosts": [{"name": "a", "address": "10.0.0"}]}'),
    "lab.json: hosts[0].address must be an IPv4 address",
  );
  assert.match(
    problem('{"script": [{"router": "A", "lines": "show"}]}'),
    /script\[0\]\.lines must be a list/,
  );
  assert.match(problem('{"script": [{"type": "A"}]}'), /script\[0\] has no "type"/);
});

const MASK = ipv4("255.255.255.0");
const CASE_STUDY = [
  router("Initiator", "10.1.1.1", "172.16.172.10"),
  router("Responder", "10.1.2.1", "172.16.172.20"),
];

function topologyOf(routers: readonly RouterShape[], file: LabFile = NO_LAB_FILE): Topology {
  const result = deduceTopology(routers, file);
  assert.ok(result.kind === "topology", result.kind === "problems" ? result.problems.join("\n") : "");
  return result.topology;
}

function problemsOf(routers: readonly RouterShape[], file: LabFile = NO_LAB_FILE): readonly string[] {
  const result = deduceTopology(routers, file);
  return result.kind === "problems" ? result.problems : [];
}

function labFile(value: object): LabFile {
  const result = parseLabFile("lab.json", JSON.stringify(value));
  assert.ok(result.kind === "file", result.kind === "problem" ? result.problem : "");
  return result.file;
}

function router(name: string, first: string, second: string, ...staticRoutes: Route[]): RouterShape {
  return {
    ...shape(name, [
      ["Ethernet0", first, "255.255.255.0"],
      ["Ethernet1", second, "255.255.255.0"],
    ]),
    staticRoutes,
  };
}

function shape(name: string, interfaces: [string, string, string][]): RouterShape {
  return {
    name,
    interfaces: interfaces.map(([interfaceName, address, mask], i) => ({
      name: interfaceName,
      address: ipv4(address),
      mask: ipv4(mask),
      mtu: 1500,
      origin: { file: `${name.toLowerCase()}.cfg`, line: 10 + i, text: `ip address ${address} ${mask}` },
    })),
    staticRoutes: [],
  };
}

function defaultBy(nextHop: string): Route {
  return {
    block: ANY_ADDRESS,
    via: { kind: "next hop", address: ipv4(nextHop) },
    origin: "static",
    distance: 1,
  };
}
