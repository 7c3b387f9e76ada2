import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { fromHex } from "../base/octets.ts";
import { flowOf } from "./flow.ts";
import { ipv4 } from "./ip-address.ts";
import { buildIpv4Packet, type Ipv4Packet, parseIpv4Packet } from "./ipv4-packet.ts";
import { buildUdp, parseUdp } from "./udp.ts";

fc.configureGlobal({ seed: 2409 });

const HERE = ipv4("192.168.1.2");
const THERE = ipv4("192.168.1.1");

// The inner packet of DPDK's pkt_aes_128_gcm vector (BSD-3-Clause, Marvell): a DNS question with its checksum.
const DNS_QUESTION = fromHex(
  "4500003e698f000080114dccc0a80102c0a801010a980035002a2343b2d00100000100000000000003736970096379626572636974790264" +
    "6b0000010001",
);

describe("UDP", () => {
  it("reads as what was built", () => {
    fc.assert(
      fc.property(fc.nat(65535), fc.nat(65535), fc.uint8Array({ maxLength: 99 }), (from, to, payload) => {
        const datagram = { sourcePort: from, destinationPort: to, payload };
        assert.deepEqual(parseUdp(carried(buildUdp(datagram, HERE, THERE))), datagram);
      }),
    );
  });

  it("has the checksum of a recorded datagram", () => {
    const packet = parseIpv4Packet(DNS_QUESTION);
    assert.ok(packet);
    const datagram = parseUdp(packet);
    assert.ok(datagram);
    assert.deepEqual([datagram.sourcePort, datagram.destinationPort], [2712, 53]);
    assert.deepEqual(buildUdp(datagram, packet.source, packet.destination), packet.payload);
  });

  it("is refused when any bit is flipped, except that no checksum is no fault", () => {
    const octets = buildUdp(
      { sourcePort: 7, destinationPort: 7, payload: fromHex("0102030405") },
      HERE,
      THERE,
    );
    for (let bit = 0; bit < octets.length * 8; bit++) {
      const damaged = octets.slice();
      damaged[bit >> 3] = (damaged[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      assert.equal(parseUdp(carried(damaged)), undefined, `bit ${bit}`);
    }
    octets.fill(0, 6, 8);
    assert.ok(parseUdp(carried(octets)));
  });

  it("never throws", () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 20 }), (bytes) => void parseUdp(carried(bytes))));
  });
});

describe("a flow", () => {
  it("has the ports of UDP and TCP, and none of ICMP or a later fragment", () => {
    const octets = Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8);
    const ports = (protocol: number, fragmentOffset = 0, payload = octets) => {
      const packet = parseIpv4Packet(buildIpv4Packet({ ...BASE, protocol, fragmentOffset }, payload));
      assert.ok(packet);
      const flow = flowOf(packet);
      return [flow.sourcePort, flow.destinationPort];
    };
    assert.deepEqual(ports(17), [0x0102, 0x0304]);
    assert.deepEqual(ports(6), [0x0102, 0x0304]);
    assert.deepEqual(ports(1), [0, 0]);
    assert.deepEqual(ports(17, 8), [0, 0]);
    assert.deepEqual(ports(17, 0, octets.subarray(0, 3)), [0, 0]);
  });
});

const BASE = { source: HERE, destination: THERE, protocol: 17, timeToLive: 9, identification: 0 };

function carried(payload: Uint8Array): Ipv4Packet {
  const packet = parseIpv4Packet(buildIpv4Packet(BASE, payload));
  assert.ok(packet);
  return packet;
}
