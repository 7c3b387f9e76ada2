import assert from "node:assert/strict";
import { test } from "node:test";
import { A, B, IkePair } from "../../test/support/ike-pair.ts";
import { instant } from "../base/time.ts";
import { type IpAddress, ipv4FromNumber } from "../net/ip-address.ts";
import { FailureMemory, type NegotiationFailed } from "./failure-memory.ts";
import { DEFAULT_IKE_LIMITS } from "./limits.ts";

const LIMITS = { ...DEFAULT_IKE_LIMITS, failuresPerPeerMax: 3, failedPeersMax: 4 };

test("a failure that is met again is counted, and stands last", () => {
  const memory = new FailureMemory(LIMITS);
  for (const [at, explanation] of [
    [1, "one"],
    [2, "two"],
    [3, "one"],
  ] as const)
    memory.remember(instant(at), failed(A, explanation), true);
  assert.deepEqual(
    memory.all().map(({ failure, times, firstAt, lastAt }) => [failure.explanation, times, firstAt, lastAt]),
    [
      ["two", 1, 2, 2],
      ["one", 2, 1, 3],
    ],
  );
});

test("the oldest failure of a peer gives way, and strangers give way before peers of the configuration", () => {
  const memory = new FailureMemory(LIMITS);
  for (let count = 0; count < 10; count++) memory.remember(instant(count), failed(A, `${count}`), true);
  assert.deepEqual(
    memory.all().map(({ failure }) => failure.explanation),
    ["7", "8", "9"],
  );
  for (let count = 0; count < 1000; count++)
    memory.remember(instant(count), failed(ipv4FromNumber(count + 1), "who?"), false);
  const peers = memory.all().map(({ failure }) => failure.peer);
  assert.equal(new Set(peers).size, LIMITS.failedPeersMax);
  assert.ok(peers.includes(A), "the peer of the configuration is still there");
});

test("both ends remember a wrong pre-shared key as such, and what differs", () => {
  const pair = new IkePair({}, { changes: { key: "another key" } });
  pair.negotiate("A");
  pair.runUntil(200_000);
  for (const [end, peer] of [
    ["A", B],
    ["B", A],
  ] as const) {
    const [remembered, ...others] = pair.engines[end].view().failures;
    assert.deepEqual(others, []);
    assert.equal(remembered?.failure.reason, "wrong pre-shared key", end);
    assert.equal(remembered.failure.peer, peer);
    assert.equal(remembered.failure.mismatches[0]?.attribute, "key");
    assert.equal(remembered.failure.mismatches[0]?.origin?.line, 7);
  }
});

function failed(peer: IpAddress, explanation: string): NegotiationFailed {
  return {
    kind: "negotiation-failed",
    sa: undefined,
    peer,
    exchange: "main",
    role: "responder",
    reason: "no proposal chosen",
    mismatches: [],
    origin: undefined,
    explanation,
  };
}
