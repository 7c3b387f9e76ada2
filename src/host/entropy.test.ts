import assert from "node:assert/strict";
import { it } from "node:test";
import { hex } from "../base/octets.ts";
import { systemRandom } from "./entropy.ts";

it("draws have the length asked for, short, long and empty", () => {
  for (const length of [0, 1, 8, 1023, 1024, 1025, 8192, 100_000])
    assert.equal(systemRandom.bytes("nonce", length).length, length);
});

it("no two draws are the same, across many fillings of the pool", () => {
  const seen = new Set<string>();
  for (let i = 0; i < 5000; i++) seen.add(hex(systemRandom.bytes("message id", 16)));
  assert.equal(seen.size, 5000);
});

it("a draw belongs to its caller: what happens to it does not show in later ones", () => {
  const first = systemRandom.bytes("iv", 16);
  const copy = first.slice();
  const later = [systemRandom.bytes("iv", 16), systemRandom.bytes("iv", 16)];
  assert.deepEqual(first, copy);
  assert.equal(first.buffer.byteLength, 16);
  assert.ok(later.every((draw) => hex(draw) !== hex(copy)));
});

it("every octet comes about equally often", () => {
  const counts = new Array<number>(256).fill(0);
  for (let i = 0; i < 4000; i++)
    for (const octet of systemRandom.bytes("nonce", 64)) counts[octet] = (counts[octet] ?? 0) + 1;
  // 1000 of each are expected; 250 off is 8 standard deviations, which chance does once in 10^13 runs.
  for (const count of counts) assert.ok(Math.abs(count - 1000) < 250, `${count}`);
});
