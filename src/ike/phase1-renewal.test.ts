/** Continuous phase 1: while a peer is looked after and there are IPsec SAs with it, there is an ISAKMP SA. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { IkePair, type PolicyChanges, SUITE } from "../../test/support/ike-pair.ts";
import type { DeadPeerDetection } from "./policy.ts";
import { IOS_CONVENTIONS } from "./wire-conventions.ts";

const PERIODIC: DeadPeerDetection = { seconds: 20, retrySeconds: 2, mode: "periodic" };
const SHORT: PolicyChanges = { suites: [{ ...SUITE, lifetimeSeconds: 600 }] };

function established(pair: IkePair): { A: number; B: number } {
  const of = (name: "A" | "B") =>
    pair.engines[name].view().isakmpSas.filter(({ state }) => state === "QM_IDLE").length;
  return { A: of("A"), B: of("B") };
}

test("a successor is there before the end, at both ends, for as long as it is looked at", () => {
  const pair = new IkePair({ changes: { ...SHORT, deadPeerDetection: PERIODIC } }, { changes: SHORT });
  pair.negotiate("A");
  for (let second = 30; second <= 6000; second += 30) {
    pair.runUntil(second * 1000);
    const { A, B } = established(pair);
    assert.ok(A >= 1 && A <= 2 && B >= 1 && B <= 2, `${A} and ${B} after ${second} seconds`);
  }
  const count = pair.events.A.filter(({ kind }) => kind === "isakmp-sa-established").length;
  assert.ok(count >= 10 && count <= 13, `${count} in ten lifetimes`);
});

test("both ends that look after each other do not both renew", () => {
  const changes = { ...SHORT, deadPeerDetection: PERIODIC };
  const pair = new IkePair({ changes }, { changes });
  pair.negotiate("A");
  pair.runUntil(3_000_000);
  const count = pair.events.A.filter(({ kind }) => kind === "isakmp-sa-established").length;
  assert.ok(count <= 7, `${count} in five lifetimes`);
  const roles = pair.events.A.flatMap((event) =>
    event.kind === "isakmp-sa-established" ? [event.sa.role] : [],
  );
  assert.deepEqual([...new Set(roles)], ["initiator"], "whoever answered waits longer");
  assert.deepEqual(established(pair), { A: 1, B: 1 });
});

test("no successor is made for a peer with whom there are no IPsec SAs any more", () => {
  const pair = new IkePair({ changes: { ...SHORT, deadPeerDetection: PERIODIC } }, { changes: SHORT });
  pair.negotiate("A");
  for (const { direction, spi } of pair.installed("A"))
    if (direction === "inbound") pair.engines.A.releaseSpi(spi);
  pair.runUntil(700_000);
  assert.deepEqual(established(pair), { A: 0, B: 0 });
});

test("without keepalives the next one is made when it is needed, as on IOS", () => {
  const pair = new IkePair({ changes: SHORT }, { changes: SHORT });
  pair.negotiate("A");
  pair.runUntil(700_000);
  assert.deepEqual(established(pair), { A: 0, B: 0 });
  pair.negotiate("A");
  assert.deepEqual(established(pair), { A: 1, B: 1 });
});

test("a gateway on a real network does not wait until it is needed, and neither end loses an IPsec SA", () => {
  for (const renewer of ["A", "B"] as const) {
    const renewing = { changes: SHORT, conventions: { ...IOS_CONVENTIONS, renewPhase1: true } };
    const letting = { changes: SHORT };
    const pair = renewer === "A" ? new IkePair(renewing, letting) : new IkePair(letting, renewing);
    pair.negotiate("A");
    pair.runUntil(700_000);
    assert.deepEqual(established(pair), { A: 1, B: 1 });
    for (const end of ["A", "B"] as const) {
      assert.equal(pair.installed(end).length, 2);
      assert.ok(!pair.outputs[end].some(({ kind }) => kind === "remove-ipsec-sa"), "no IPsec SA is removed");
    }
    const contacts = pair.events.B.filter(({ kind }) => kind === "initial-contact-received");
    assert.equal(contacts.length, 1, "that of the first");
  }
});
