import assert from "node:assert/strict";
import { test } from "node:test";
import { hex } from "../base/octets.ts";
import type { RandomPurpose } from "../base/random.ts";
import { Dice, SeededRandom } from "./seeded-random.ts";

test("a draw depends on seed, node, purpose and its number alone", () => {
  const one = new SeededRandom(7, "A");
  const other = new SeededRandom(7, "A");
  one.bytes("iv", 8);
  one.bytes("iv", 8);
  const draw = one.bytes("nonce", 20);
  assert.deepEqual(other.bytes("nonce", 20), draw, "draws for something else change nothing");
  const purposes: RandomPurpose[] = ["nonce", "spi", "dh private"];
  const drawn = [1, 2].flatMap((seed) =>
    ["A", "B"].flatMap((node) => {
      const random = new SeededRandom(seed, node);
      return purposes.flatMap((purpose) => [random.bytes(purpose, 16), random.bytes(purpose, 16)]);
    }),
  );
  assert.equal(new Set(drawn.map(hex)).size, drawn.length, "all differ");
});

test("octets are as long as asked and use every value", () => {
  const seen = new Set(new Dice("octets").bytes(10_000));
  assert.equal(seen.size, 256);
  for (const length of [0, 1, 2, 3, 4, 5, 31]) assert.equal(new Dice("length").bytes(length).length, length);
});

test("a percentage happens as often as it says", () => {
  for (const percent of [0, 1, 20, 50, 99, 100]) {
    const dice = new Dice(`percent ${percent}`);
    let happened = 0;
    for (let i = 0; i < 20_000; i++) if (dice.happens(percent)) happened += 1;
    assert.ok(Math.abs(happened / 200 - percent) < 1.2, `${happened / 200} for ${percent}`);
  }
});

test("whole numbers are drawn evenly from both ends on", () => {
  const dice = new Dice("between");
  const counts = new Map<number, number>();
  for (let i = 0; i < 12_000; i++) {
    const drawn = dice.between(3, 8);
    counts.set(drawn, (counts.get(drawn) ?? 0) + 1);
  }
  assert.deepEqual([...counts.keys()].sort(), [3, 4, 5, 6, 7, 8]);
  for (const count of counts.values()) assert.ok(Math.abs(count - 2000) < 200, `${count}`);
});
