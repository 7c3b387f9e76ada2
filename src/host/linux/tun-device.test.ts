import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { udpPacket } from "../../../test/support/data-plane-fixtures.ts";
import { ACK, PLAIN_TCP, PSH, tcpPacket } from "../../../test/support/tcp-packets.ts";
import { TcpTrain } from "../../net/tcp-train.ts";
import type { Libc } from "./libc.ts";
import { isOsError } from "./os-error.ts";
import { PacketArena } from "./packet-arena.ts";
import { TUN_OCTETS, TunDevice } from "./tun-device.ts";

fc.configureGlobal({ seed: 2409 });

/** Where a machine might have the memory: beyond 32 bits. */
const BASE = 2 ** 40;

describe("packets written to a TUN device", () => {
  const kinds = fc.record({
    kind: fc.constantFrom("a", "a", "a", "b", "udp"),
    length: fc.constantFrom(100, 100, 100, 100, 60, 140),
    pushes: fc.boolean(),
    isElsewhere: fc.integer({ min: 0, max: 9 }).map((one) => one === 0),
  });

  for (const offload of [true, false])
    it(`come out as they went in, in their order, ${offload ? "joined and cut again" : "one by one"}`, () => {
      fc.assert(
        fc.property(fc.array(kinds, { maxLength: 60 }), (all) => {
          const { device, arena, written } = deviceWith(offload);
          const flows = {
            a: { sourcePort: 1, next: 1000, count: 0 },
            b: { sourcePort: 2, next: 50, count: 0 },
          };
          const packets = all.map(({ kind, length, pushes }) => {
            if (kind === "udp") return udpPacket(length);
            const flow = kind === "a" ? flows.a : flows.b;
            const sequenceNumber = flow.next;
            flow.next += length;
            const flags = pushes ? ACK | PSH : ACK;
            const data = new Uint8Array(length).fill(length);
            const { sourcePort } = flow;
            const identification = ++flow.count;
            return tcpPacket({ ...PLAIN_TCP, sourcePort, flags, sequenceNumber, data, identification });
          });
          packets.forEach((packet, i) => {
            assert.equal(
              device.write(all[i]?.isElsewhere === true ? packet.slice() : lyingIn(arena, packet)),
              undefined,
            );
          });
          assert.equal(device.flush(), undefined);
          assert.deepEqual(written().flatMap(cutAgain), packets);
          assert.equal(device.flush(), undefined);
          assert.deepEqual(written(), []);
        }),
      );
    });

  it("wait for one another, but not for long", () => {
    const { device, arena, written } = deviceWith(true);
    for (let i = 0; i < 15; i++) device.write(lyingIn(arena, udpPacket(40)));
    assert.equal(written().length, 0);
    device.write(lyingIn(arena, udpPacket(40)));
    assert.equal(written().length, 16);
  });

  it("are all tried, and the last refusal is told", () => {
    const { device, arena, written, refuse } = deviceWith(true);
    refuse(2);
    for (let i = 0; i < 3; i++) device.write(lyingIn(arena, udpPacket(40)));
    assert.match(device.flush()?.what ?? "", /tun7: write/);
    assert.equal(written().length, 1);
  });
});

interface Written {
  readonly packet: Uint8Array;
  readonly segmentLength: number;
}

/** A device whose kernel notes what it is given. */
function deviceWith(offload: boolean) {
  let block = new ArrayBuffer(0);
  let noted: Written[] = [];
  let refusals = 0;
  const octetsOf = (address: number, length: number) => new Uint8Array(block, address - BASE, length);
  const libc: Partial<Libc> = {
    addressOf: (memory) => {
      block = memory;
      return BASE;
    },
    open: () => 3,
    ioctl: (_fd, _request, argument) => {
      if (argument >= BASE) octetsOf(argument, 16).set(new TextEncoder().encode("tun7\0"));
      return 0;
    },
    errno: () => 5,
    writev: (_fd, vector, count) => {
      if (refusals-- > 0) return -1;
      const view = new DataView(block, vector - BASE, 16 * count);
      const pieces = Array.from({ length: count }, (_, i) => {
        const address = Number(view.getBigUint64(16 * i, true));
        return octetsOf(address, Number(view.getBigUint64(16 * i + 8, true)));
      });
      const octets = Buffer.concat(pieces);
      const headerLength = offload ? 10 : 0;
      const segmentLength = offload && octets[1] === 1 ? octets.readUInt16LE(4) : 0;
      noted.push({ packet: Uint8Array.from(octets.subarray(headerLength)), segmentLength });
      return octets.length;
    },
  };
  const arena = new PacketArena(libc as Libc, TUN_OCTETS);
  const device = TunDevice.create(arena, "tun%d", { offload });
  if (isOsError(device)) throw new RangeError(device.what);
  return {
    device,
    arena,
    /** What has been written since it was asked last. */
    written: () => {
      const all = noted;
      noted = [];
      return all;
    },
    refuse: (count: number) => {
      refusals = count;
    },
  };
}

function lyingIn(arena: PacketArena, packet: Uint8Array): Uint8Array {
  const octets = arena.allocate(packet.length);
  octets.set(packet);
  return octets;
}

function cutAgain({ packet, segmentLength }: Written): readonly Uint8Array[] {
  if (segmentLength === 0) return [packet];
  const train = TcpTrain.of(packet, segmentLength);
  assert.ok(train, "what is long is a train");
  return Array.from({ length: train.count }, (_, i) => train.packet(i));
}
