import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { addWords, checksumOfSum, internetChecksum } from "./checksum.ts";
import { type IpAddress, ipv4FromNumber, ipv4ToNumber } from "./ip-address.ts";
import { buildIpv4Packet, parseIpv4Packet } from "./ipv4-packet.ts";
import { PROTOCOL } from "./protocols.ts";
import { mendChecksum } from "./transport-checksum.ts";
import { buildUdp, parseUdp } from "./udp.ts";
import { putU16, putU32, u16At } from "./words.ts";

const address = fc.integer({ min: 0, max: 0xffffffff }).map((number) => ipv4FromNumber(number));
const options = fc.constantFrom(0, 4, 40).map((length) => new Uint8Array(length).fill(1));

test("whatever a NAT makes of the addresses, TCP's and UDP's checksums are mended, with the old addresses or without", () => {
  fc.assert(
    fc.property(
      fc.constantFrom(PROTOCOL.TCP, PROTOCOL.UDP),
      ...[address, address, address, address],
      options,
      fc.uint8Array({ maxLength: 100 }),
      fc.boolean(),
      (protocol, source, destination, newSource, newDestination, options, data, areKnown) => {
        const sent = packetOf(protocol, source, destination, options, data);
        const received = readdressed(sent, newSource, newDestination);
        mendChecksum(received, areKnown ? { source, destination } : undefined);
        assert.ok(isSound(received), "the checksum holds");
        assert.deepEqual(
          withoutChecksum(received),
          withoutChecksum(packetOf(protocol, newSource, newDestination, options, data)),
        );
      },
    ),
    { seed: 3948 },
  );
});

test("an error in the packet is not mended away where the old addresses are known", () => {
  fc.assert(
    fc.property(address, address, fc.nat(11), fc.nat(7), (source, newSource, place, bit) => {
      const destination = source;
      const sent = packetOf(PROTOCOL.TCP, source, destination, new Uint8Array(), new Uint8Array(12));
      sent[40 + place] = (sent[40 + place] ?? 0) ^ (1 << bit);
      const received = readdressed(sent, newSource, destination);
      mendChecksum(received, { source, destination });
      assert.ok(!isSound(received), "the checksum still fails");
    }),
    { seed: 3948 },
  );
});

test("a UDP datagram without a checksum stays without one, and what has none is left alone", () => {
  const [a, b, c] = ["192.0.2.1", "192.0.2.2", "192.0.2.3"].map((text) => text as IpAddress); // addresses
  assert.ok(a && b && c, "three addresses");
  const bare = packetOf(PROTOCOL.UDP, a, b, new Uint8Array(), Uint8Array.of(1, 2, 3));
  putU16(bare, 26, 0);
  const echo = packetOf(PROTOCOL.ICMP, a, b, new Uint8Array(), new Uint8Array(20));
  const short = buildIpv4Packet(
    { source: a, destination: b, protocol: PROTOCOL.TCP, timeToLive: 9, identification: 1 },
    new Uint8Array(17),
  );
  for (const packet of [bare, echo, short]) {
    const received = readdressed(packet, c, b);
    const before = received.slice();
    mendChecksum(received, { source: a, destination: b });
    mendChecksum(received, undefined);
    assert.deepEqual(received, before);
  }
});

/** A packet whose checksum holds. */
function packetOf(
  protocol: number,
  source: IpAddress,
  destination: IpAddress,
  options: Uint8Array,
  data: Uint8Array,
): Uint8Array {
  const fields = { source, destination, protocol, timeToLive: 64, identification: 7, options };
  if (protocol === PROTOCOL.UDP) {
    const datagram = { sourcePort: 7, destinationPort: 9, payload: data };
    return buildIpv4Packet(fields, buildUdp(datagram, source, destination));
  }
  const payload = new Uint8Array(20 + data.length);
  payload.set(data, 20);
  const sum = addWords(payload, pseudoHeaderSum(source, destination, protocol, payload.length));
  if (protocol === PROTOCOL.TCP) putU16(payload, 16, checksumOfSum(sum));
  return buildIpv4Packet(fields, payload);
}

function pseudoHeaderSum(
  source: IpAddress,
  destination: IpAddress,
  protocol: number,
  length: number,
): number {
  const words = new Uint8Array(8);
  putU32(words, 0, ipv4ToNumber(source));
  putU32(words, 4, ipv4ToNumber(destination));
  return addWords(words, protocol + length);
}

/** As a NAT leaves it that knows nothing of what is inside. */
function readdressed(packet: Uint8Array, source: IpAddress, destination: IpAddress): Uint8Array {
  const changed = packet.slice();
  putU32(changed, 12, ipv4ToNumber(source));
  putU32(changed, 16, ipv4ToNumber(destination));
  putU16(changed, 10, 0);
  putU16(changed, 10, internetChecksum(changed, 0, ((changed[0] ?? 0) & 15) * 4));
  return changed;
}

function isSound(bytes: Uint8Array): boolean {
  const packet = parseIpv4Packet(bytes);
  if (packet === undefined) return false;
  if (packet.protocol === PROTOCOL.UDP)
    return u16At(packet.payload, 6) !== 0 && parseUdp(packet) !== undefined;
  const { source, destination, protocol, payload } = packet;
  return (
    checksumOfSum(addWords(payload, pseudoHeaderSum(source, destination, protocol, payload.length))) === 0
  );
}

function withoutChecksum(bytes: Uint8Array): Uint8Array {
  const copy = bytes.slice();
  const headerLength = ((copy[0] ?? 0) & 15) * 4;
  putU16(copy, headerLength + (copy[9] === PROTOCOL.UDP ? 6 : 16), 0);
  return copy;
}
