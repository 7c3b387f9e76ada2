import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { type Disk, RecordFile } from "./record-file.ts";

fc.configureGlobal({ seed: 2409 });

/** Holds so many octets, and takes what fits of a record before it is full. */
class SmallDisk implements Disk {
  octets: number[] = [];
  room: number;

  constructor(room: number) {
    this.room = room;
  }

  open(): number {
    return 3;
  }

  write(_file: number, octets: Uint8Array): number {
    const fitting = Math.min(octets.length, this.room - this.octets.length);
    if (fitting === 0)
      throw Object.assign(new Error("ENOSPC: no space left on device, write"), { code: "ENOSPC" });
    this.octets.push(...octets.subarray(0, fitting));
    return fitting;
  }

  truncate(_file: number, length: number): void {
    this.octets.length = length;
  }

  close(): void {}
}

/** Its length, then so many octets of it. */
const record = (length: number): Uint8Array => new Uint8Array(length + 1).fill(length);

test("whatever the disk has room for and when, the file is whole records, in their order", () => {
  const step = fc.record({ length: fc.nat(40), room: fc.nat(400) });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const disk = new SmallDisk(0);
      const file = new RecordFile("records", 0o600, () => {}, disk);
      const expected: number[] = [];
      for (const { length, room } of steps) {
        disk.room = Math.max(room, disk.octets.length);
        if (disk.octets.length + length + 1 <= disk.room) expected.push(...record(length));
        file.append(record(length));
      }
      assert.deepEqual(disk.octets, expected);
    }),
  );
});

test("that records are lost is told once, and so is that they no longer are", () => {
  const told: string[] = [];
  const disk = new SmallDisk(5);
  const file = new RecordFile("/disk/records", 0o600, (sentence) => told.push(sentence), disk);
  for (let i = 0; i < 4; i++) file.append("abc");
  assert.deepEqual(told, ["nothing is written to /disk/records: the disk is full"]);
  disk.room = 100;
  for (let i = 0; i < 4; i++) file.append("abc");
  assert.deepEqual(told.slice(1), ["/disk/records is written to again; some records are missing"]);
});

test("a file that cannot be begun is an error", () => {
  const file = new RecordFile("records", 0o600, () => {}, new SmallDisk(2));
  assert.throws(() => file.begin(record(10)), /ENOSPC/);
});
