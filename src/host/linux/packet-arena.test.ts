import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { PlainOctets } from "../../net/summed-octets.ts";
import { loadLibc } from "./libc.ts";
import { PacketArena } from "./packet-arena.ts";

fc.configureGlobal({ seed: 2409 });

const libc = await loadLibc();
const skip = "kind" in libc ? `needs koffi: ${libc.reason}` : false;

describe("octets for packets", { skip }, () => {
  it("are summed, copied and moved alike, wherever they and their target lie", () => {
    if ("kind" in libc) return;
    const arena = new PacketArena(libc, 64);
    const content = fc.uint8Array({ minLength: 100, maxLength: 100 });
    fc.assert(
      fc.property(content, fc.boolean(), fc.boolean(), fc.nat(40), fc.nat(60), (bytes, ...place) => {
        const [isHere, isTargetHere, from, length] = place;
        arena.reset();
        const source = isHere ? arena.allocate(100) : new Uint8Array(100);
        source.set(bytes);
        const target = isTargetHere ? arena.allocate(200).fill(0) : new Uint8Array(200);
        const octets = arena.summed(source);
        const expected = new PlainOctets(bytes).sum(from, from + length);
        assert.equal(octets.sum(from, from + length), expected);
        assert.equal(octets.copy(from, from + length, target, 7), expected);
        assert.deepEqual(target.slice(7, 7 + length), bytes.slice(from, from + length));
        octets.move(from, from + length, target, 30);
        assert.deepEqual(target.slice(30, 30 + length), bytes.slice(from, from + length));
      }),
    );
  });

  it("have an address where they were allocated, and nowhere else", () => {
    if ("kind" in libc) return;
    const arena = new PacketArena(libc, 1000);
    const first = arena.allocate(100);
    const second = arena.allocate(100);
    const distance = second.byteOffset - first.byteOffset;
    assert.equal((arena.addressOf(second) ?? 0) - (arena.addressOf(first) ?? 0), distance);
    assert.equal(arena.addressOf(first.subarray(10)), (arena.addressOf(first) ?? 0) + 10);
    assert.equal(arena.addressOf(new Uint8Array(10)), undefined);
    assert.equal(arena.addressOf(arena.memory.reserve(10).bytes), undefined);
    assert.equal(arena.addressOf(arena.allocate(1 << 20)), undefined);
  });
});
