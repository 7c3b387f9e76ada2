import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { hex } from "../base/octets.ts";
import { ipv4 } from "./ip-address.ts";
import { buildIpv4Packet, parseIpv4Packet } from "./ipv4-packet.ts";
import { parseUdp } from "./udp.ts";
import { packetsOfUdpTrain } from "./udp-train.ts";
import { putU16 } from "./words.ts";

fc.configureGlobal({ seed: 2409 });

describe("a train of datagrams", () => {
  it("is cut into sound packets that are numbered on and hold its payload in order", () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 1, maxLength: 500 }),
        fc.integer({ min: 1, max: 200 }),
        fc.nat(0xffff),
        (payload, segmentLength, identification) => {
          const packets = packetsOfUdpTrain(trainOf(payload, identification), segmentLength).map((bytes) => {
            const packet = parseIpv4Packet(bytes);
            const datagram = packet && parseUdp(packet);
            assert.ok(packet && datagram, "a sound packet");
            assert.deepEqual([datagram.sourcePort, datagram.destinationPort], [4500, 20_000]);
            return { identification: packet.identification, payload: datagram.payload };
          });
          assert.equal(packets.map((each) => hex(each.payload)).join(""), hex(payload));
          packets.forEach((each, i) => {
            assert.equal(each.identification, (identification + i) & 0xffff);
            const isLast = i === packets.length - 1;
            assert.ok(isLast || each.payload.length === segmentLength, "only the last is shorter");
          });
        },
      ),
    );
  });
});

function trainOf(payload: Uint8Array, identification: number): Uint8Array {
  const udp = new Uint8Array(8 + payload.length);
  putU16(udp, 0, 4500);
  putU16(udp, 2, 20_000);
  putU16(udp, 4, udp.length);
  udp.set(payload, 8);
  const fields = { source: ipv4("192.0.2.1"), destination: ipv4("192.0.2.2"), protocol: 17, timeToLive: 255 };
  return buildIpv4Packet({ ...fields, identification }, udp);
}
