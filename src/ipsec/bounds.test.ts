/** The hold queue, the negotiations and the drop reports: what strangers fill, and where it ends. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { at } from "../../test/support/data-plane-fixtures.ts";
import { ipv4FromNumber } from "../net/ip-address.ts";
import { type Drop, DropReports } from "./drop-reports.ts";
import { HoldQueue } from "./hold-queue.ts";
import { DATA_PLANE_LIMITS } from "./limits.ts";
import { Negotiations } from "./negotiations.ts";

fc.configureGlobal({ seed: 2409 });

describe("the hold queue", () => {
  const limits = { ...DATA_PLANE_LIMITS, heldPacketsPerFlowMax: 3, heldPacketsMax: 7, heldOctetsMax: 1000 };

  it("keeps each flow's order and stays within its bounds", () => {
    const step = fc.record({ flow: fc.nat(4), length: fc.nat(400), release: fc.boolean() });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 100 }), (steps) => {
        const queue = new HoldQueue(limits);
        const model = new Map<string, Uint8Array[]>();
        for (const { flow, length, release } of steps) {
          const key = `flow ${flow}`;
          if (release) {
            const released = queue.release(key).map(({ bytes }) => bytes);
            assert.deepEqual(released, model.get(key) ?? []);
            model.delete(key);
          } else {
            const bytes = new Uint8Array(length);
            if (queue.hold(key, { interfaceName: "e0", bytes }))
              model.set(key, [...(model.get(key) ?? []), bytes]);
          }
          const all = [...model.values()].flat();
          assert.equal(queue.packets, all.length);
          assert.equal(
            queue.octets,
            all.reduce((sum, { length: octets }) => sum + octets, 0),
          );
          assert.ok(all.length <= 7 && queue.octets <= 1000);
          assert.ok([...model.values()].every((held) => held.length <= 3));
        }
      }),
    );
  });

  it("refuses only what would exceed a bound", () => {
    const queue = new HoldQueue(limits);
    const hold = (key: string, length: number) =>
      queue.hold(key, { interfaceName: "e0", bytes: new Uint8Array(length) });
    assert.deepEqual([hold("a", 10), hold("a", 10), hold("a", 10), hold("a", 10)], [true, true, true, false]);
    assert.deepEqual([hold("b", 971), hold("b", 970), hold("c", 1)], [false, true, false]);
  });
});

describe("negotiations", () => {
  it("go out once per flow, then rest 1, 2, 4 … up to 30 seconds after failures in a row", () => {
    const negotiations = new Negotiations(DATA_PLANE_LIMITS);
    const rests: number[] = [];
    let now = 0;
    for (let i = 0; i < 7; i++) {
      assert.equal(negotiations.ask(at(now), "flow").kind, "ask");
      assert.equal(negotiations.ask(at(now), "flow").kind, "pending");
      assert.equal(negotiations.ask(at(now), "another flow").kind, i === 0 ? "ask" : "pending");
      const until = negotiations.failed(at(now), "flow");
      assert.deepEqual(negotiations.ask(at(now), "flow"), { kind: "resting", until });
      rests.push(until / 1000 - now);
      now = until / 1000;
    }
    assert.deepEqual(rests, [1, 2, 4, 8, 16, 30, 30]);
  });

  it("start anew after a success", () => {
    const negotiations = new Negotiations(DATA_PLANE_LIMITS);
    negotiations.failed(at(0), "flow");
    negotiations.failed(at(0), "flow");
    negotiations.settle("flow");
    assert.equal(negotiations.ask(at(0), "flow").kind, "ask");
    assert.equal(negotiations.failed(at(0), "flow"), at(1));
  });

  it("may be asked for again when IKE never answers", () => {
    const negotiations = new Negotiations({ ...DATA_PLANE_LIMITS, negotiationTimeoutSeconds: 60 });
    negotiations.ask(at(0), "flow");
    assert.equal(negotiations.ask(at(59), "flow").kind, "pending");
    assert.equal(negotiations.ask(at(60), "flow").kind, "ask");
  });

  it("remember so many flows and no more", () => {
    const negotiations = new Negotiations({ ...DATA_PLANE_LIMITS, negotiationsMax: 10 });
    for (let i = 0; i < 100; i++) negotiations.failed(at(0), `flow ${i}`);
    assert.deepEqual(
      negotiations.keys(),
      Array.from({ length: 10 }, (_, i) => `flow ${90 + i}`),
    );
  });
});

describe("drop reports", () => {
  it("tell the first drop of a kind from a source, then one a minute with how many were not told", () => {
    const reports = new DropReports(DATA_PLANE_LIMITS);
    assert.equal(reports.report(at(0), drop(1))?.notTold, 0);
    for (let second = 1; second < 60; second++) assert.equal(reports.report(at(second), drop(1)), undefined);
    assert.equal(reports.report(at(1), drop(2))?.notTold, 0);
    assert.equal(reports.report(at(1), { ...drop(1), reason: "replayed" })?.notTold, 0);
    assert.equal(reports.report(at(60), drop(1))?.notTold, 59);
    assert.equal(reports.report(at(200), drop(1))?.notTold, 0);
  });

  it("share one report per kind once many sources are known, and forget sources in time", () => {
    const reports = new DropReports({ ...DATA_PLANE_LIMITS, dropReportKeysMax: 100 });
    const told = (seconds: number) =>
      Array.from({ length: 10_000 }, (_, i) => reports.report(at(seconds), drop(i))).filter((event) => event)
        .length;
    assert.equal(told(0), 101);
    assert.equal(reports.size, 101);
    assert.equal(told(30), 0);
    assert.ok(told(120) <= 102);
    assert.ok(reports.size <= 102);
  });

  it("make room for new sources although an old one goes on", () => {
    const reports = new DropReports({ ...DATA_PLANE_LIMITS, dropReportKeysMax: 3 });
    for (const source of [1, 2, 3]) reports.report(at(source), drop(source));
    reports.report(at(61), drop(1));
    assert.equal(reports.report(at(64), drop(4))?.notTold, 0);
    assert.equal(reports.report(at(64), drop(5))?.notTold, 0, "2 and 3 have made room for both");
    assert.equal(reports.size, 3);
  });
});

function drop(source: number): Drop {
  return {
    reason: "unknown spi",
    source: ipv4FromNumber(0x0a000000 + source),
    destination: ipv4FromNumber(1),
    protocol: 50,
    spi: 5,
    sequenceNumber: 6,
    flow: undefined,
    detail: "",
  };
}
