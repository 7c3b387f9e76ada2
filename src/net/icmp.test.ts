import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { fromHex, hex } from "../base/octets.ts";
import { buildIcmp, echoReplyTo, type IcmpMessage, icmpErrorAbout, parseIcmp, UNREACHABLE } from "./icmp.ts";
import { ipv4 } from "./ip-address.ts";
import { buildIpv4Packet, type Ipv4Fields, type Ipv4Packet, parseIpv4Packet } from "./ipv4-packet.ts";

fc.configureGlobal({ seed: 2409 });

describe("ICMP", () => {
  it("reads as what was built", () => {
    fc.assert(
      fc.property(messages(), (message) => {
        // fast-check's records have no prototype; ours have.
        assert.deepEqual(parseIcmp(carried(buildIcmp(message))), { ...message });
      }),
    );
  });

  it("reads and rebuilds the echo request of RFC 3602's test case 5", () => {
    const octets = fromHex(
      "08000ebda70a00008e9c083db95b070008090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f202122232425262728292a2b2c2d2e2f3031323334353637",
    );
    const message = parseIcmp(carried(octets));
    assert.ok(message?.kind === "echo-request");
    assert.deepEqual([message.identifier, message.sequenceNumber], [0xa70a, 0]);
    assert.equal(hex(buildIcmp(message)), hex(octets));
    assert.deepEqual(echoReplyTo(message), { ...message, kind: "echo-reply" });
  });

  it("never throws, and refuses what is short or damaged", () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => void parseIcmp(carried(bytes))));
    const octets = buildIcmp({ kind: "time-exceeded", code: 0, quoted: new Uint8Array(28) });
    octets[9] = 1;
    assert.equal(parseIcmp(carried(octets)), undefined);
    assert.equal(parseIcmp(carried(fromHex("0800f7ff"))), undefined);
  });
});

describe("an ICMP error", () => {
  it("quotes the header and eight octets, and names the MTU", () => {
    const offending = packet({ dontFragment: true }, new Uint8Array(1000).fill(5));
    const told = icmpErrorAbout(offending, TOO_BIG, ipv4("10.0.0.254"), 77);
    const error = parseIpv4Packet(told ?? new Uint8Array());
    assert.ok(error);
    assert.deepEqual([error.source, error.destination, error.identification], ["10.0.0.254", "10.0.0.1", 77]);
    const quoted = offending.bytes.subarray(0, 28);
    assert.deepEqual(parseIcmp(error), {
      kind: "destination-unreachable",
      code: 4,
      nextHopMtu: 1400,
      quoted,
    });
  });

  const silent: readonly [string, Partial<Ipv4Fields>, Uint8Array][] = [
    [
      "an ICMP error",
      { protocol: 1 },
      buildIcmp({ kind: "time-exceeded", code: 0, quoted: new Uint8Array(28) }),
    ],
    ["an ICMP message without a type", { protocol: 1 }, new Uint8Array()],
    ["a later fragment", { fragmentOffset: 8 }, new Uint8Array(8)],
    ["a multicast packet", { destination: ipv4("224.0.0.5") }, new Uint8Array(8)],
    ["a broadcast packet", { destination: ipv4("255.255.255.255") }, new Uint8Array(8)],
    ["a packet from a multicast address", { source: ipv4("224.0.0.5") }, new Uint8Array(8)],
    ["a packet without a source", { source: ipv4("0.0.0.0") }, new Uint8Array(8)],
  ];
  for (const [what, fields, payload] of silent)
    it(`is not sent about ${what}`, () => {
      assert.equal(icmpErrorAbout(packet(fields, payload), TOO_BIG, ipv4("10.0.0.254"), 1), undefined);
    });

  it("is sent about an echo request", () => {
    const request = buildIcmp({
      kind: "echo-request",
      identifier: 1,
      sequenceNumber: 2,
      data: new Uint8Array(99),
    });
    assert.ok(icmpErrorAbout(packet({ protocol: 1 }, request), TOO_BIG, ipv4("10.0.0.254"), 1));
  });
});

const TOO_BIG = {
  kind: "destination-unreachable",
  code: UNREACHABLE.FRAGMENTATION_NEEDED,
  nextHopMtu: 1400,
} as const;

function messages(): fc.Arbitrary<IcmpMessage> {
  const octets = fc.uint8Array({ maxLength: 60 });
  const u16 = fc.nat(0xffff);
  return fc.oneof(
    fc.record({
      kind: fc.constantFrom("echo-request" as const, "echo-reply" as const),
      identifier: u16,
      sequenceNumber: u16,
      data: octets,
    }),
    fc.record({
      kind: fc.constant("destination-unreachable" as const),
      code: fc.constant(4),
      nextHopMtu: u16,
      quoted: octets,
    }),
    fc.record({ kind: fc.constant("time-exceeded" as const), code: fc.nat(1), quoted: octets }),
    fc.record({
      kind: fc.constant("other" as const),
      type: fc.constantFrom(5, 13, 40),
      code: fc.nat(255),
      body: octets,
    }),
  );
}

function packet(fields: Partial<Ipv4Fields>, payload: Uint8Array): Ipv4Packet {
  const base = {
    source: ipv4("10.0.0.1"),
    destination: ipv4("10.0.0.2"),
    protocol: 17,
    timeToLive: 9,
    identification: 0,
  };
  const parsed = parseIpv4Packet(buildIpv4Packet({ ...base, ...fields }, payload));
  assert.ok(parsed);
  return parsed;
}

function carried(payload: Uint8Array): Ipv4Packet {
  return packet({ protocol: 1 }, payload);
}
