import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { instant } from "../base/time.ts";
import { FragmentReassembler } from "./fragments.ts";
import { ipv4 } from "./ip-address.ts";
import { buildIpv4Packet, type Ipv4Packet, parseIpv4Packet } from "./ipv4-packet.ts";

fc.configureGlobal({ seed: 2409 });

describe("reassembly", () => {
  it("hands a packet that is no fragment straight back", () => {
    const packet = piece(1, 0, 8, false);
    assert.equal(new FragmentReassembler().add(instant(0), packet), packet);
  });

  it("keeps the pieces of different packets apart", () => {
    const reassembler = new FragmentReassembler();
    reassembler.add(instant(0), piece(1, 0, 8, true));
    assert.equal(reassembler.add(instant(0), piece(2, 8, 8, false)), undefined);
    assert.equal(reassembler.size, 2);
  });

  it("keeps the pieces of different scopes apart", () => {
    const reassembler = new FragmentReassembler();
    reassembler.add(instant(0), piece(1, 0, 8, true), "one");
    assert.equal(reassembler.add(instant(0), piece(1, 8, 8, false), "another"), undefined);
    assert.equal(reassembler.add(instant(0), piece(1, 8, 8, false), "one")?.payload.length, 16);
  });

  it("gives up after its time, and a late piece starts anew", () => {
    const reassembler = new FragmentReassembler({ fragmentTimeoutSeconds: 10 });
    reassembler.add(instant(0), piece(1, 0, 8, true));
    assert.equal(reassembler.nextDeadline()?.at, 10_000);
    assert.equal(reassembler.add(instant(10_000), piece(1, 8, 8, false)), undefined);
    assert.equal(reassembler.size, 1);
    reassembler.expire(instant(20_000));
    assert.deepEqual([reassembler.size, reassembler.octets, reassembler.nextDeadline()], [0, 0, undefined]);
  });

  it("gives a packet up whose pieces overlap, even when the missing ones come", () => {
    const reassembler = new FragmentReassembler();
    assert.equal(reassembler.add(instant(0), piece(1, 0, 16, true)), undefined);
    assert.equal(reassembler.add(instant(0), piece(1, 8, 8, false)), undefined);
    assert.equal(reassembler.add(instant(0), piece(1, 16, 8, false)), undefined);
  });

  it("gives a packet up that has two ends", () => {
    const reassembler = new FragmentReassembler();
    reassembler.add(instant(0), piece(1, 8, 8, false));
    reassembler.add(instant(0), piece(1, 24, 8, false));
    assert.equal(reassembler.add(instant(0), piece(1, 0, 8, true)), undefined);
  });

  it("does not make a packet longer than IP allows", () => {
    const reassembler = new FragmentReassembler();
    const last = piece(1, 65_504, 8, false);
    assert.equal(reassembler.add(instant(0), last), undefined);
    let whole: Ipv4Packet | undefined;
    for (let at = 0; at < 65_504; at += 8_188) whole ??= reassembler.add(instant(0), longHeaderPiece(at));
    assert.equal(whole, undefined);
  });

  it("stays within its bounds whatever comes", () => {
    const limits = { partialPacketsMax: 5, partialOctetsMax: 8_000, fragmentsPerPacketMax: 6 };
    const pieces = fc.array(
      fc.record({
        id: fc.nat(9),
        offset: fc.nat(40),
        length: fc.integer({ min: 1, max: 60 }),
        more: fc.boolean(),
      }),
      { maxLength: 200 },
    );
    fc.assert(
      fc.property(pieces, (list) => {
        const reassembler = new FragmentReassembler(limits);
        for (const [i, { id, offset, length, more }] of list.entries()) {
          reassembler.add(instant(i * 100), piece(id, offset * 8, length * 8, more));
          assert.ok(reassembler.size <= limits.partialPacketsMax);
          assert.ok(reassembler.octets <= limits.partialOctetsMax);
        }
        reassembler.expire(instant(1e9));
        assert.deepEqual([reassembler.size, reassembler.octets], [0, 0]);
      }),
    );
  });
});

function piece(
  identification: number,
  fragmentOffset: number,
  length: number,
  moreFragments: boolean,
): Ipv4Packet {
  return parsed({ identification, fragmentOffset, moreFragments }, length);
}

/** With 40 octets of options, so that the header that comes back is longer than the last piece allowed for. */
function longHeaderPiece(fragmentOffset: number): Ipv4Packet {
  const length = Math.min(8_184, 65_504 - fragmentOffset);
  return parsed(
    {
      identification: 1,
      fragmentOffset: fragmentOffset & ~7,
      moreFragments: true,
      options: new Uint8Array(40),
    },
    length,
  );
}

function parsed(fields: object, length: number): Ipv4Packet {
  const base = {
    source: ipv4("10.0.0.1"),
    destination: ipv4("10.0.0.2"),
    protocol: 17,
    timeToLive: 9,
    identification: 0,
  };
  const packet = parseIpv4Packet(buildIpv4Packet({ ...base, ...fields }, new Uint8Array(length)));
  assert.ok(packet);
  return packet;
}
