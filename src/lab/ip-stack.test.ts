import assert from "node:assert/strict";
import { test } from "node:test";
import { instant, milliseconds } from "../base/time.ts";
import { ipv4 } from "../net/ip-address.ts";
import { parseIpv4Packet } from "../net/ipv4-packet.ts";
import { ANY_ADDRESS, blockOf } from "../net/selector.ts";
import { u16At } from "../net/words.ts";
import { Host } from "./host.ts";
import { IpStack } from "./ip-stack.ts";
import { GOOD_LINK, Link, type LinkConditions, type TappedPacket } from "./link.ts";
import { DEFAULT_PING, type PingResult } from "./ping.ts";
import type { Route } from "./route-table.ts";
import { RouteTable } from "./route-table.ts";
import { World } from "./world.ts";

test("the longest matching prefix decides, then the least distance", () => {
  const table = new RouteTable([
    route("0.0.0.0", "0.0.0.0", "192.0.2.1"),
    route("10.0.0.0", "255.0.0.0", "192.0.2.2"),
    route("10.1.0.0", "255.255.0.0", "192.0.2.4", 120),
    route("10.1.0.0", "255.255.0.0", "192.0.2.3", 1),
    {
      ...route("192.0.2.0", "255.255.255.0", "0.0.0.0"),
      via: { kind: "interface", name: "E0", nextHop: undefined },
    },
  ]);
  const hop = (destination: string) => table.lookup(ipv4(destination))?.nextHop;
  assert.equal(hop("10.1.2.3"), "192.0.2.3");
  assert.equal(hop("10.2.2.3"), "192.0.2.2");
  assert.equal(hop("8.8.8.8"), "192.0.2.1");
  assert.equal(hop("192.0.2.77"), "192.0.2.77");
});

test("next hops that lead to each other lead nowhere", () => {
  const table = new RouteTable([
    route("10.0.0.0", "255.0.0.0", "11.0.0.1"),
    route("11.0.0.0", "255.0.0.0", "10.0.0.1"),
  ]);
  assert.equal(table.lookup(ipv4("10.0.0.5")), undefined);
});

test("two routers carry an echo between hosts, each taking one from its time to live", () => {
  const { world, alice, bob, tapped } = chain();
  const result = pinged(world, alice, bob.plan.address);
  assert.equal(result.marks, "!!!!!");
  assert.deepEqual(result.roundTrips, [6, 6, 6, 6, 6], "three links of a millisecond, there and back");
  const ttls = ["left", "middle", "right"].map(
    (link) => tapped.find((each) => each.link === link && each.from !== "bob eth0")?.bytes[8],
  );
  assert.deepEqual(ttls, [255, 254, 253]);
});

test("a UDP echo comes back, and a port nobody listens to is reported unreachable", () => {
  const { world, alice, bob, tapped } = chain();
  const heard: Uint8Array[] = [];
  alice.udp.listen(4000, ({ bytes }) => heard.push(bytes));
  alice.udp.send(4000, { address: bob.plan.address, port: 7 }, Uint8Array.of(1, 2, 3));
  alice.udp.send(4000, { address: bob.plan.address, port: 9 }, Uint8Array.of(1));
  world.runUntil(instant(100));
  assert.deepEqual(heard, [Uint8Array.of(1, 2, 3)]);
  const answer = parseIpv4Packet(tapped.at(-1)?.bytes ?? new Uint8Array());
  assert.deepEqual([answer?.payload[0], answer?.payload[1]], [3, 3]);
});

test("an address without a route is reported unreachable by the router, at most twice a second", () => {
  const { world, alice } = chain();
  assert.equal(pinged(world, alice, "172.31.1.1").marks, "U.U.U");
});

test("an absent host on the far LAN is reported unreachable by its router", () => {
  const { world, alice } = chain();
  assert.equal(pinged(world, alice, "10.2.0.50").marks[0], "U");
});

test("a packet larger than a link goes in pieces, or is refused with the size where it may not", () => {
  const { world, alice, bob, tapped } = chain({ mtu: 600 });
  assert.equal(pinged(world, alice, bob.plan.address, { size: 1400 }).marks, "!!!!!");
  const pieces = tapped.filter(({ link, at }) => link === "middle" && at < 3);
  assert.deepEqual(
    pieces.map(({ bytes }) => bytes.length),
    [596, 596, 248],
  );
  assert.equal(pinged(world, alice, bob.plan.address, { size: 1400, dontFragment: true }).marks, "MMMMM");
});

test("two routers that send a packet to each other stop when its time to live ends", () => {
  const { world, alice, tapped } = chain({}, { loop: true });
  assert.equal(pinged(world, alice, "10.9.9.9").marks, "&&&&&");
  assert.ok(tapped.length < 5 * 600);
});

test("a node answers its own echo without a wire", () => {
  const { world, alice, tapped } = chain();
  assert.equal(pinged(world, alice, alice.plan.address).marks, "!!!!!");
  assert.equal(tapped.length, 0);
});

test("a bulk stream tells lost, repeated and reordered datagrams apart", () => {
  const { world, alice, bob, tapped } = chain({ lossPercent: 10, duplicatePercent: 10, reorderPercent: 5 });
  const remote = { address: bob.plan.address, port: 5001 };
  alice.sendBulk({ remote, stream: 3, count: 2000, interval: milliseconds(2), size: 200 });
  world.runUntil(instant(10_000));
  const fates = (fate: string) =>
    tapped.filter((each) => each.link === "middle" && each.fate === fate).length;
  const report = bob.bulkReport(3);
  assert.equal(report.received, 2000 - fates("lost"));
  assert.equal(report.duplicated, fates("duplicated"));
  assert.equal(report.damaged, 0);
  assert.ok(report.reordered > 20);
});

test("damaged octets of a bulk stream are noticed by UDP's checksum or by the receiver", () => {
  const { world, alice, bob } = chain({ corruptPercent: 100 });
  alice.sendBulk({
    remote: { address: bob.plan.address, port: 5001 },
    stream: 1,
    count: 100,
    interval: milliseconds(1),
    size: 100,
  });
  world.runUntil(instant(1000));
  // A bit of the header that its checksum does not cover does not exist; nothing arrives as if it were whole.
  assert.equal(bob.bulkReport(1).received, 0);
});

test("TCP connections through an interface announce at most its segment size, in both directions", () => {
  const { world, alice, bob, tapped } = chain({}, { adjustMss: { E0: 1300, E1: 1400 } });
  for (const [from, to] of [
    [alice, bob],
    [bob, alice],
  ] as const)
    from.stack.send({ destination: to.plan.address, protocol: 6, payload: () => SYN_1460 });
  world.runUntil(instant(100));
  const announced = (link: string) =>
    tapped.filter((each) => each.link === link && each.bytes[9] === 6).map(({ bytes }) => u16At(bytes, 42));
  assert.deepEqual(announced("left"), [1460, 1300]);
  assert.deepEqual(announced("middle"), [1300, 1460]);
  assert.deepEqual(announced("right"), [1460, 1300]);
});

/** alice - R1 - R2 - bob; the conditions are those of the link between the routers. */
function chain(
  conditions: Partial<LinkConditions> = {},
  { loop = false, adjustMss = {} }: { loop?: boolean; adjustMss?: { E0?: number; E1?: number } } = {},
) {
  const world = new World();
  const tapped: TappedPacket[] = [];
  const link = (name: string, each: Partial<LinkConditions>) => {
    const made = new Link(world, name, { ...GOOD_LINK, ...each }, 1);
    made.tap((packet) => tapped.push(packet));
    return made;
  };
  const [left, middle, right] = [link("left", {}), link("middle", conditions), link("right", {})];
  const mtu = conditions.mtu ?? 1500;
  const mssOf = (name: string, port: "E0" | "E1") => (name === "R1" ? { adjustMss: adjustMss[port] } : {});
  const router = (name: string, lan: Link, lanAddress: string, wanAddress: string, routes: Route[]) =>
    new IpStack({
      name,
      world,
      interfaces: [
        {
          ...{ name: "E0", address: ipv4(lanAddress), mask: MASK },
          ...mssOf(name, "E0"),
          mtu: 1500,
          link: lan,
        },
        { ...{ name: "E1", address: ipv4(wanAddress), mask: MASK }, ...mssOf(name, "E1"), mtu, link: middle },
      ],
      routes,
      forwards: true,
    });
  const looping = loop ? [route("10.9.0.0", "255.255.0.0", "192.0.2.1")] : [];
  router("R1", left, "10.1.0.1", "192.0.2.1", [
    route("10.2.0.0", "255.255.255.0", "192.0.2.2"),
    ...(loop ? [route("10.9.0.0", "255.255.0.0", "192.0.2.2")] : []),
  ]);
  router("R2", right, "10.2.0.1", "192.0.2.2", [route("10.1.0.0", "255.255.255.0", "192.0.2.1"), ...looping]);
  const host = (name: string, lan: Link, address: string, gateway: string) =>
    new Host(world, { name, address: ipv4(address), mask: MASK, gateway: ipv4(gateway), mtu: 1500 }, lan);
  const alice = host("alice", left, "10.1.0.100", "10.1.0.1");
  const bob = host("bob", right, "10.2.0.100", "10.2.0.1");
  return { world, alice, bob, tapped };
}

function pinged(
  world: World,
  host: Host,
  destination: string,
  options: Partial<typeof DEFAULT_PING> | object = {},
) {
  const results: PingResult[] = [];
  host.ping(
    { ...DEFAULT_PING, destination: ipv4(destination), ...options },
    { onMark: () => {}, onDone: (result) => results.push(result) },
  );
  world.runFor(milliseconds(20_000));
  const result = results[0];
  assert.ok(result !== undefined && results.length === 1, "a ping ends once");
  return result;
}

function route(prefix: string, mask: string, nextHop: string, distance = 1): Route {
  const block = mask === "0.0.0.0" ? ANY_ADDRESS : blockOf(ipv4(prefix), ipv4(mask));
  return { block, via: { kind: "next hop", address: ipv4(nextHop) }, origin: "static", distance };
}

const MASK = ipv4("255.255.255.0");
/** A TCP header with SYN that announces 1460 octets. */
const SYN_1460 = Uint8Array.of(
  4,
  1,
  0,
  80,
  ...[0, 0, 0, 1, 0, 0, 0, 0, 0x60, 2, 16, 0, 0, 0, 0, 0, 2, 4, 5, 0xb4],
);
