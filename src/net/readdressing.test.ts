/** Addresses and ports are changed as address translation needs it, and every checksum stays right. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { internetChecksum } from "./checksum.ts";
import { buildIcmp, icmpErrorAbout, parseIcmp, UNREACHABLE } from "./icmp.ts";
import { ipv4, ipv4FromNumber } from "./ip-address.ts";
import { buildIpv4Packet, type Ipv4Packet, parseIpv4Packet } from "./ipv4-packet.ts";
import { PROTOCOL } from "./protocols.ts";
import { conversationOf, readdressed } from "./readdressing.ts";
import { mendChecksum } from "./transport-checksum.ts";
import { buildUdp, parseUdp } from "./udp.ts";

fc.configureGlobal({ seed: 2409 });

const address = fc.integer({ min: 0x01000000, max: 0xdfffffff }).map(ipv4FromNumber);
const port = fc.integer({ min: 1, max: 65535 });
const side = fc.constantFrom("source" as const, "destination" as const);
const end = fc.tuple(address, port).map(([own, number]) => ({ address: own, port: number }));

function packetOf(
  fields: { source: string; destination: string; protocol: number },
  payload: Uint8Array,
): Ipv4Packet {
  const source = ipv4(fields.source);
  const destination = ipv4(fields.destination);
  const bytes = buildIpv4Packet(
    { source, destination, protocol: fields.protocol, timeToLive: 9, identification: 1 },
    payload,
  );
  return parsed(bytes);
}

function parsed(bytes: Uint8Array): Ipv4Packet {
  const packet = parseIpv4Packet(bytes);
  assert.ok(packet !== undefined, "a sound packet, its header checksum included");
  return packet;
}

test("a datagram with another end is one that its receiver takes, and changed back it is the same", () => {
  fc.assert(
    fc.property(end, end, end, side, fc.uint8Array({ maxLength: 30 }), (from, to, other, which, data) => {
      const datagram = { sourcePort: from.port, destinationPort: to.port, payload: data };
      const payload = buildUdp(datagram, from.address, to.address);
      const packet = packetOf(
        { source: from.address, destination: to.address, protocol: PROTOCOL.UDP },
        payload,
      );
      const changed = parsed(readdressed(packet, which, other));
      assert.deepEqual(conversationOf(changed)[which], other);
      assert.deepEqual(parseUdp(changed)?.payload, data);
      assert.deepEqual(readdressed(changed, which, which === "source" ? from : to), packet.bytes);
    }),
  );
});

test("a TCP segment's checksum follows its ends", () => {
  fc.assert(
    fc.property(end, end, end, side, (from, to, other, which) => {
      const segment = new Uint8Array(24);
      segment.set([from.port >> 8, from.port & 255, to.port >> 8, to.port & 255], 0);
      segment[12] = 0x50;
      const built = packetOf(
        { source: from.address, destination: to.address, protocol: PROTOCOL.TCP },
        segment,
      ).bytes;
      mendChecksum(built, undefined);
      const changed = readdressed(parsed(built), which, other);
      const again = changed.slice();
      mendChecksum(again, undefined);
      assert.deepEqual(changed, again);
    }),
  );
});

test("an echo keeps a right checksum under another identifier", () => {
  fc.assert(
    fc.property(end, end, (from, other) => {
      const echo = buildIcmp({
        kind: "echo-request",
        identifier: from.port,
        sequenceNumber: 7,
        data: Uint8Array.of(1),
      });
      const packet = packetOf({ source: from.address, destination: "192.0.2.9", protocol: 1 }, echo);
      const changed = parsed(readdressed(packet, "source", other));
      const message = parseIcmp(changed);
      assert.deepEqual(
        [changed.source, message?.kind === "echo-request" && message.identifier],
        [other.address, other.port],
      );
    }),
  );
});

test("an ICMP error belongs to the conversation that it quotes, and is changed inside too", () => {
  fc.assert(
    fc.property(end, end, end, (inside, server, global) => {
      const datagram = { sourcePort: global.port, destinationPort: server.port, payload: new Uint8Array(20) };
      const sent = packetOf(
        { source: global.address, destination: server.address, protocol: PROTOCOL.UDP },
        buildUdp(datagram, global.address, server.address),
      );
      const cause = { kind: "destination-unreachable", code: UNREACHABLE.PORT, nextHopMtu: 0 } as const;
      const error = parsed(icmpErrorAbout(sent, cause, ipv4("203.0.113.9"), 1) ?? new Uint8Array());
      const { isError, destination, source } = conversationOf(error);
      assert.deepEqual([isError, destination, source], [true, global, server]);
      const changed = parsed(readdressed(error, "destination", inside));
      assert.equal(changed.destination, inside.address);
      assert.equal(internetChecksum(changed.payload), 0);
      const back = conversationOf(changed);
      assert.deepEqual([back.destination, back.source], [inside, server]);
      // The quoted header is sound by itself.
      assert.equal(internetChecksum(changed.payload, 8, 28), 0);
    }),
  );
});
