/** Selectors as identities and back (RFC 2407 §4.6.2, RFC 2409 §5.5). */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { concat, hex } from "../../base/octets.ts";
import { encodeBody } from "../../isakmp/payload.ts";
import type { Identification } from "../../isakmp/payloads/identification.ts";
import { ipv4, ipv4FromNumber, ipv4Octets } from "../../net/ip-address.ts";
import {
  type AddressBlock,
  ANY_ADDRESS,
  ANY_PORT,
  blockOf,
  host,
  mirror,
  type PortRange,
  selectorCovers,
  type TrafficSelector,
} from "../../net/selector.ts";
import {
  identitiesOf,
  negotiableSelector,
  selectorFromIdentities,
  selectorOfPeers,
} from "./proxy-identity.ts";

const block: fc.Arbitrary<AddressBlock> = fc
  .tuple(fc.nat(0xffffffff), fc.integer({ min: 0, max: 32 }))
  .map(([address, length]) =>
    blockOf(ipv4FromNumber(address), ipv4FromNumber(length === 0 ? 0 : (0xffffffff << (32 - length)) >>> 0)),
  );
const ports: fc.Arbitrary<PortRange> = fc.oneof(
  fc.constant(ANY_PORT),
  fc.integer({ min: 1, max: 65535 }).map((port) => ({ low: port, high: port })),
  fc
    .tuple(fc.integer({ min: 1, max: 65535 }), fc.integer({ min: 1, max: 65535 }))
    .map(([a, b]) => ({ low: Math.min(a, b), high: Math.max(a, b) })),
);
const selector: fc.Arbitrary<TrafficSelector> = fc.record({
  protocol: fc.constantFrom(0, 1, 6, 17, 50),
  local: block,
  localPorts: ports,
  remote: block,
  remotePorts: ports,
});

function readBack(one: TrafficSelector): TrafficSelector {
  const seen = selectorFromIdentities(...identitiesOf(one));
  assert.ok(typeof seen !== "string", String(seen));
  return seen;
}

function id(fields: Partial<Identification>): Identification {
  return { kind: "ID", idType: 1, protocolId: 0, port: 0, data: ipv4Octets(ipv4("10.1.1.1")), ...fields };
}

const range = (low: string, high: string): Identification =>
  id({ idType: 7, data: concat(ipv4Octets(ipv4(low)), ipv4Octets(ipv4(high))) });

test("what one end says with two identities, the other end reads as the mirror image of it", () => {
  fc.assert(
    fc.property(selector, (one) => {
      assert.deepEqual(readBack(one), mirror(negotiableSelector(one)));
    }),
    { numRuns: 1000, seed: 41 },
  );
});

test("what is negotiable covers the selector, and stays what it is when it is negotiated again", () => {
  fc.assert(
    fc.property(selector, (one) => {
      const negotiable = negotiableSelector(one);
      assert.ok(selectorCovers(negotiable, one), "selectorCovers(negotiable, one)");
      assert.deepEqual(negotiableSelector(negotiable), negotiable);
    }),
    { numRuns: 500, seed: 42 },
  );
});

test("a subnet is said with its mask, a single host as an address, the initiator's side first", () => {
  const [IDci, IDcr] = identitiesOf({
    protocol: 6,
    local: blockOf(ipv4("10.1.1.0"), ipv4("255.255.255.0")),
    localPorts: ANY_PORT,
    remote: host(ipv4("10.1.2.7")),
    remotePorts: { low: 80, high: 80 },
  });
  assert.equal(hex(encodeBody(IDci)), "04060000" + "0a010100" + "ffffff00");
  assert.equal(hex(encodeBody(IDcr)), "01060050" + "0a010207");
});

test("everything is said as the subnet 0.0.0.0 with a mask of zeros", () => {
  const [IDci] = identitiesOf({
    protocol: 0,
    local: ANY_ADDRESS,
    localPorts: ANY_PORT,
    remote: ANY_ADDRESS,
    remotePorts: ANY_PORT,
  });
  assert.equal(hex(encodeBody(IDci)), "04000000" + "00000000" + "00000000");
});

test("an address range that is a subnet is taken as this subnet, others are refused with the range", () => {
  const other = id({});
  for (const [low, high, mask] of [
    ["10.1.0.0", "10.1.255.255", "255.255.0.0"],
    ["10.1.1.4", "10.1.1.7", "255.255.255.252"],
    ["10.1.1.4", "10.1.1.4", "255.255.255.255"],
    ["0.0.0.0", "255.255.255.255", "0.0.0.0"],
    ["128.0.0.0", "255.255.255.255", "128.0.0.0"],
  ] as const) {
    const seen = selectorFromIdentities(range(low, high), other);
    assert.ok(typeof seen !== "string", `${low}-${high}`);
    assert.deepEqual(seen.remote, blockOf(ipv4(low), ipv4(mask)));
  }
  for (const [low, high] of [
    ["10.1.1.1", "10.1.1.6"],
    ["10.1.1.7", "10.1.1.4"],
    ["10.1.1.1", "10.1.1.2"],
    ["10.1.1.2", "10.1.1.5"],
    ["255.255.255.255", "0.0.0.0"],
  ] as const) {
    const seen = selectorFromIdentities(range(low, high), other);
    assert.ok(typeof seen === "string" && seen.includes(`${low}-${high}`), `${low}-${high}`);
  }
});

test("a subnet with bits of a host in it means the subnet", () => {
  const subnet = id({
    idType: 4,
    data: concat(ipv4Octets(ipv4("10.1.1.77")), ipv4Octets(ipv4("255.255.255.0"))),
  });
  const seen = selectorFromIdentities(subnet, id({}));
  assert.ok(typeof seen !== "string", "typeof seen !== 'string'");
  assert.deepEqual(seen.remote, blockOf(ipv4("10.1.1.0"), ipv4("255.255.255.0")));
});

test("a mask with gaps is refused with the mask", () => {
  const gaps = id({
    idType: 4,
    data: concat(ipv4Octets(ipv4("10.0.1.0")), ipv4Octets(ipv4("255.0.255.0"))),
  });
  assert.match(String(selectorFromIdentities(gaps, id({}))), /255\.0\.255\.0/);
});

test("identities of names, keys and IPv6 are no traffic that we could protect, whatever their length", () => {
  for (const idType of [0, 2, 3, 5, 6, 8, 9, 10, 11, 12, 255])
    for (const length of [0, 1, 3, 4, 8, 16, 32])
      for (const sides of [
        [id({ idType, data: new Uint8Array(length) }), id({})],
        [id({}), id({ idType, data: new Uint8Array(length) })],
      ] as const)
        assert.match(String(selectorFromIdentities(...sides)), new RegExp(`type ${idType}`));
});

test("addresses of a wrong length are refused and nothing past their end is read", () => {
  for (const [idType, lengths] of [
    [1, [0, 1, 3, 5, 8, 16]],
    [4, [0, 4, 7, 9, 16]],
    [7, [0, 4, 7, 9, 16]],
  ] as const)
    for (const length of lengths)
      assert.equal(
        typeof selectorFromIdentities(id({ idType, data: new Uint8Array(length) }), id({})),
        "string",
        `${idType} of ${length}`,
      );
});

test("two identities of different protocols are refused with both", () => {
  assert.match(String(selectorFromIdentities(id({ protocolId: 6 }), id({ protocolId: 17 }))), /6 and 17/);
});

test("without identities the pair is for the two peers themselves, all protocols and ports (RFC 2409 §5.5)", () => {
  const own = ipv4("172.16.172.20");
  const peer = ipv4("172.16.172.10");
  assert.deepEqual(selectorOfPeers(own, peer), {
    protocol: 0,
    local: host(own),
    localPorts: ANY_PORT,
    remote: host(peer),
    remotePorts: ANY_PORT,
  });
});
