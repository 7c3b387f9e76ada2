import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { HEAP_SPACE } from "./packet-space.ts";
import { PlaintextRoom } from "./plaintext-room.ts";

fc.configureGlobal({ seed: 2409 });

describe("room for plaintext", () => {
  it("gives places that do not overlap, whatever comes in whichever octets", () => {
    const packets = fc.array(
      fc.record({ train: fc.nat(2), start: fc.nat(300), length: fc.nat(400), leaves: fc.boolean() }),
      { maxLength: 30 },
    );
    fc.assert(
      fc.property(packets, (all) => {
        const trains = [0, 1, 2].map(() => new Uint8Array(400));
        const room = new PlaintextRoom(HEAP_SPACE);
        const given: Uint8Array[] = [];
        all.forEach(({ train, start, length, leaves }, i) => {
          if (leaves) room.leave();
          const at = room.take(trains[train] ?? new Uint8Array(), start, length);
          const place = room.bytes.subarray(at, at + length);
          assert.equal(place.length, length);
          given.push(place.fill(i + 1));
        });
        given.forEach((place, i) => {
          assert.ok(
            place.every((octet) => octet === i + 1),
            `place ${i} is as it was written`,
          );
        });
      }),
    );
  });

  it("is taken once for the packets of a train", () => {
    let taken = 0;
    const room = new PlaintextRoom({
      ...HEAP_SPACE,
      allocate: (length) => {
        taken++;
        return new Uint8Array(length);
      },
    });
    const train = new Uint8Array(3000);
    for (const start of [0, 1000, 2000]) room.take(train, start, 960);
    assert.equal(taken, 1);
  });
});
