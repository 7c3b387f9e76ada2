import assert from "node:assert/strict";
import { test } from "node:test";
import { instant, milliseconds } from "../base/time.ts";
import { ipv4 } from "../net/ip-address.ts";
import { GOOD_LINK, Link, type LinkConditions, type LinkPort, type TappedPacket } from "./link.ts";
import { World } from "./world.ts";

test("a good link delivers every packet once, in order, after its delay", () => {
  const { world, send, received } = segment({ delay: milliseconds(3) });
  for (let i = 0; i < 20; i++) send(i);
  world.runUntil(instant(2));
  assert.equal(received.length, 0);
  world.runUntil(instant(3));
  assert.deepEqual(received.map(numberOf), [...Array(20).keys()]);
});

test("jitter delays and keeps the order", () => {
  const { world, send, received } = segment({ delay: milliseconds(1), jitter: milliseconds(30) });
  for (let i = 0; i < 200; i++) world.at(instant(i), () => send(i));
  world.runUntil(instant(1000));
  assert.deepEqual(received.map(numberOf), [...Array(200).keys()]);
});

test("loss, duplication and corruption come as often as their percentages say", () => {
  const { world, send, received, tapped } = segment({
    lossPercent: 20,
    duplicatePercent: 10,
    corruptPercent: 5,
  });
  for (let i = 0; i < 10_000; i++) send(i);
  world.runUntil(instant(1000));
  const share = (fate: TappedPacket["fate"]) => tapped.filter((each) => each.fate === fate).length / 100;
  assert.ok(Math.abs(share("lost") - 20) < 1.5, `${share("lost")}`);
  // What is lost can be neither corrupted nor doubled.
  assert.ok(Math.abs(share("corrupted") - 0.8 * 5) < 1, `${share("corrupted")}`);
  assert.ok(Math.abs(share("duplicated") - 0.8 * 0.95 * 10) < 1.5, `${share("duplicated")}`);
  const expected = 10_000 - 100 * share("lost") + 100 * share("duplicated");
  assert.equal(received.length, Math.round(expected));
});

test("a corrupted packet differs from what was sent in one bit, and the sender's octets are untouched", () => {
  const { world, send, received } = segment({ corruptPercent: 100 });
  const sent = send(0);
  const before = sent.slice();
  world.runUntil(instant(10));
  assert.deepEqual(sent, before);
  let bits = 0;
  received[0]?.forEach((byte, i) => {
    for (let bit = 0; bit < 8; bit++) bits += ((byte ^ (sent[i] ?? 0)) >> bit) & 1;
  });
  assert.equal(bits, 1);
});

test("reordered packets are overtaken, and none is lost", () => {
  const { world, send, received } = segment({ reorderPercent: 10 });
  for (let i = 0; i < 1000; i++) world.at(instant(i), () => send(i));
  world.runUntil(instant(5000));
  const numbers = received.map(numberOf);
  assert.deepEqual(
    [...numbers].sort((a, b) => a - b),
    [...Array(1000).keys()],
  );
  const overtaken = numbers.filter((number, i) => numbers.slice(0, i).some((earlier) => earlier > number));
  assert.ok(Math.abs(overtaken.length - 100) < 40, `${overtaken.length}`);
});

test("a packet larger than the MTU is lost", () => {
  const { world, send, received, tapped } = segment({ mtu: 39 });
  send(1);
  world.runUntil(instant(10));
  assert.equal(received.length, 0);
  assert.equal(tapped[0]?.fate, "too big");
});

test("a next hop that nobody has, or whose station has left, gets nothing", () => {
  const { world, link, from, to, send, received } = segment({});
  assert.equal(link.transmit(from, ipv4("10.0.0.9"), new Uint8Array(40)), false);
  send(1);
  link.detach(to);
  world.runUntil(instant(10));
  assert.equal(received.length, 0);
});

test("a station that answers for another's address gets its packets, unless that other is there", () => {
  const { world, link, from } = segment({});
  let proxied = 0;
  link.attach({
    name: "proxy",
    address: ipv4("10.0.0.7"),
    answersFor: () => true,
    receive: () => {
      proxied += 1;
    },
  });
  link.transmit(from, ipv4("192.0.2.1"), new Uint8Array(40));
  link.transmit(from, ipv4("10.0.0.2"), new Uint8Array(40));
  world.runUntil(instant(10));
  assert.equal(proxied, 1);
});

test("the same seed gives the same fates, and another seed others", () => {
  const fates = (seed: number) => {
    const { world, send, tapped } = segment({ lossPercent: 50 }, seed);
    for (let i = 0; i < 100; i++) send(i);
    world.runUntil(instant(100));
    return tapped.map(({ fate }) => fate).join();
  };
  assert.equal(fates(1), fates(1));
  assert.notEqual(fates(1), fates(2));
});

function segment(conditions: Partial<LinkConditions>, seed = 1) {
  const world = new World();
  const link = new Link(world, "10.0.0.0/24", { ...GOOD_LINK, ...conditions }, seed);
  const received: Uint8Array[] = [];
  const tapped: TappedPacket[] = [];
  const from = station("10.0.0.1", () => {});
  const to = station("10.0.0.2", (bytes) => received.push(bytes));
  link.attach(from);
  link.attach(to);
  link.tap((packet) => tapped.push(packet));
  const send = (number: number) => {
    const bytes = new Uint8Array(40);
    bytes[0] = number >> 8;
    bytes[1] = number;
    link.transmit(from, to.address, bytes);
    return bytes;
  };
  return { world, link, from, to, send, received, tapped };
}

function station(address: string, receive: (bytes: Uint8Array) => void): LinkPort {
  return { name: address, address: ipv4(address), answersFor: () => false, receive };
}

function numberOf(bytes: Uint8Array): number {
  return ((bytes[0] ?? 0) << 8) | (bytes[1] ?? 0);
}
