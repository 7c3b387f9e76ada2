/** Two data planes in virtual time: SAs come, are renewed and go, and no packet is lost meanwhile. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { HOST_A, HOST_B, udpPacket } from "../../test/support/data-plane-fixtures.ts";
import { type End, TwoPlanes, type TwoPlanesOptions } from "../../test/support/two-planes.ts";
import { hex } from "../base/octets.ts";

fc.configureGlobal({ seed: 2409 });

describe("two data planes", () => {
  it("carry random packets both ways, whole, once and only protected", () => {
    const packets = fc.array(
      fc.record({ end: fc.constantFrom<End>("a", "b"), at: fc.nat(5000), length: fc.nat(3000) }),
      { minLength: 1, maxLength: 40 },
    );
    fc.assert(
      fc.property(packets, fc.nat(), (list, seed) => {
        // The hold queue must take all that may come before the first SA.
        const limits = { heldPacketsPerFlowMax: 100 };
        const two = new TwoPlanes({ seed, limits, linkJitterMilliseconds: 30 });
        const sent = list.map(({ end, at, length }, i) => send(two, at, end, i, length));
        two.runUntil(60_000);
        assertAllDelivered(two, sent);
      }),
      { numRuns: 30 },
    );
  });

  const renewals: readonly [string, TwoPlanesOptions, number, string][] = [
    ["by time", { lifetimeSeconds: 100 }, 500, "lifetime"],
    ["by volume", { lifetimeKilobytes: 60 }, 20, "volume"],
    [
      "by sequence number",
      { limits: { sequenceNumberMax: 150, sequenceNumberMargin: 40 } },
      50,
      "sequence number",
    ],
  ];
  for (const [what, options, every, reason] of renewals)
    it(`renew ${what} and lose nothing`, () => {
      const two = new TwoPlanes({ ...options, linkJitterMilliseconds: 40 });
      // The first packet brings the SA up; the others find it.
      const sent = [send(two, 0, "a", 0, 10)];
      for (let i = 1; i < 1000; i++) sent.push(send(two, 1000 + i * every, i % 3 === 0 ? "b" : "a", i, 400));
      two.runUntil(1000 + 1000 * every + 500);
      assertAllDelivered(two, sent);
      const [first, ...others] = two.negotiations;
      assert.equal(first?.output.reason, "traffic");
      assert.ok(others.length >= 4, `${others.length} renewals`);
      for (const { output } of others) {
        assert.equal(output.reason, reason);
        assert.ok(output.replaces !== undefined);
      }
    });

  it("renew when all traffic goes one way, whoever initiated", () => {
    for (const end of ["a", "b"] as const) {
      const two = new TwoPlanes({ lifetimeSeconds: 100 });
      send(two, 0, "a", 0, 10);
      const sent = Array.from({ length: 600 }, (_, i) => send(two, 200 + i * 500, end, i + 1, 10));
      two.runUntil(301_000);
      assert.deepEqual(
        two.delivered[end === "a" ? "b" : "a"].slice(end === "a" ? 1 : 0),
        sent.map(({ text }) => text),
      );
      assert.ok(two.negotiations.length >= 4);
    }
  });

  it("end up with one pair after both have negotiated at once, and lose nothing", () => {
    const two = new TwoPlanes({
      lifetimeSeconds: 200,
      ikeDelayMilliseconds: 300,
      linkJitterMilliseconds: 20,
    });
    const sent = [send(two, 0, "a", 0, 10), send(two, 1, "b", 1, 10)];
    for (let i = 2; i < 1500; i++) sent.push(send(two, i * 400, i % 2 === 0 ? "a" : "b", i, 10));
    two.runUntil(500_000);
    assert.equal(two.negotiations.filter(({ output }) => output.reason === "traffic").length, 2);
    for (const end of ["a", "b"] as const) {
      const pairs = two.planes[end].view(two.instant).flows[0]?.outbound.length;
      assert.ok(pairs !== undefined && pairs <= 2, `${pairs} pairs`);
    }
    two.runUntil(601_000);
    assertAllDelivered(two, sent);
  });

  it("let an SA that carried nothing expire without renewal, and negotiate when a packet comes again", () => {
    const two = new TwoPlanes({ lifetimeSeconds: 100 });
    send(two, 0, "a", 0, 10);
    two.runUntil(50_000);
    two.runUntil(95_000);
    assert.equal(two.negotiations.length, 2, "the pair that carried the packet is renewed");
    two.runUntil(400_000);
    assert.equal(two.negotiations.length, 2, "its successor carried nothing");
    assert.deepEqual(pairsLeft(two), [0, 0]);
    const late = send(two, 500_000, "a", 1, 10);
    two.runUntil(501_000);
    assert.equal(two.negotiations.at(-1)?.output.reason, "traffic");
    assert.equal(two.delivered.b.at(-1), late.text);
  });

  it("keep a replaced pair for a minute to receive what is late, then tell the peer that it is gone", () => {
    const two = new TwoPlanes({ lifetimeKilobytes: 60 });
    for (let i = 0; i < 200; i++) send(two, 100 + i * 20, "a", i, 400);
    two.runUntil(10_000);
    assert.ok(two.negotiations.length >= 2);
    two.runUntil(90_000);
    const [left] = pairsLeft(two);
    assert.equal(left, 1);
    assert.ok(two.outputs.some(({ output }) => output.kind === "pair-expired"));
    const reasons = two.outputs.flatMap(({ output }) =>
      output.kind === "event" && output.event.kind === "sa-removed" ? [output.event.reason] : [],
    );
    assert.ok(reasons.includes("replaced") && reasons.includes("peer deleted"));
  });
});

interface Sent {
  readonly end: End;
  readonly text: string;
}

/** A packet that differs from all others; its answer to "did it come through?" is its text. */
function send(two: TwoPlanes, at: number, end: End, number: number, length: number): Sent {
  const [source, destination] = end === "a" ? [HOST_A, HOST_B] : [HOST_B, HOST_A];
  const ports = { sourcePort: 1024 + (number >> 4), destinationPort: number };
  const packet = udpPacket(length, { source, destination, identification: number, ...ports });
  two.sendAt(at, end, packet);
  return { end, text: hex(packet) };
}

function assertAllDelivered(two: TwoPlanes, sent: readonly Sent[]): void {
  for (const end of ["a", "b"] as const) {
    const expected = sent.filter((one) => one.end !== end).map(({ text }) => text);
    assert.deepEqual([...two.delivered[end]].sort(), expected.sort(), `delivered at ${end}`);
  }
  assert.ok(two.onLink.every((protocol) => protocol === 50));
}

function pairsLeft(two: TwoPlanes): readonly (number | undefined)[] {
  return [two.planes.a, two.planes.b].map((plane) => plane.view(two.instant).flows[0]?.inbound.length);
}
