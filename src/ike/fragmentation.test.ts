/** Cisco's fragmentation of IKE messages: both ways, in both modes, over bad networks, and against those who abuse it. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { A, B, type Datagram, IkePair, type PolicyChanges, SUITE } from "../../test/support/ike-pair.ts";
import { concat } from "../base/octets.ts";
import { instant } from "../base/time.ts";
import { decodeHeader, HEADER_LENGTH } from "../isakmp/header.ts";
import { encodeMessage } from "../isakmp/message.ts";
import { PAYLOAD_TYPE } from "../isakmp/numbers/payload-type.ts";
import type { Fragment } from "../isakmp/payload.ts";
import type { EngineState } from "./engine-state.ts";
import { FragmentSet, sendUnder } from "./fragmentation.ts";
import type { IsakmpSa } from "./isakmp-sa.ts";

fc.configureGlobal({ seed: 2409 });

/** A group whose public values make long messages. */
const LONG: PolicyChanges = { fragmentation: true, suites: [{ ...SUITE, group: 16 }] };
/** Octets of a message in each piece: 576 without the headers of IP, UDP, the marker, ISAKMP and the fragment. */
const PIECE = 576 - 20 - 8 - 4 - 28 - 8;
const NOT_CUT: PolicyChanges = { ...LONG, fragmentation: false };

function fragments(pair: IkePair): Datagram[] {
  return pair.wire.filter(({ bytes }) => decodeHeader(bytes).nextPayload === PAYLOAD_TYPE.FRAGMENT);
}

function isUp(pair: IkePair): boolean {
  return (["A", "B"] as const).every(
    (name) =>
      pair.engines[name].view().isakmpSas[0]?.state === "QM_IDLE" && pair.installed(name).length === 2,
  );
}

test("long messages of main mode go in pieces of 576 octets at most, and are understood", () => {
  const pair = new IkePair({ changes: LONG }, { changes: LONG });
  pair.negotiate("A");
  assert.ok(isUp(pair), "the tunnel is up");
  assert.equal(fragments(pair).length, 4, "the third and the fourth message, in two pieces each");
  for (const { bytes } of pair.wire) {
    assert.ok(bytes.length + 28 + 4 <= 576, `${bytes.length} octets`);
    const { messageId, flags, responderCookie } = decodeHeader(bytes);
    if (decodeHeader(bytes).nextPayload !== PAYLOAD_TYPE.FRAGMENT) continue;
    assert.deepEqual([messageId, flags], [0, 0]);
    assert.deepEqual(responderCookie, decodeHeader(pair.wire[1]?.bytes ?? bytes).responderCookie);
  }
});

test("in aggressive mode the answer goes in pieces, the first message never", () => {
  const changes: PolicyChanges = { ...LONG, clientEndpoint: { kind: "ipv4-address", address: A } };
  const pair = new IkePair({ changes }, { changes: LONG });
  pair.negotiate("A");
  assert.ok(isUp(pair), "the tunnel is up");
  assert.ok(fragments(pair).length >= 2, "pieces");
  assert.ok(
    fragments(pair).every(({ from }) => from === "B"),
    "of the answer",
  );
});

test("without both ends' word for it nothing is cut", () => {
  for (const [a, b] of [
    [LONG, NOT_CUT],
    [NOT_CUT, LONG],
  ] as const) {
    const pair = new IkePair({ changes: a }, { changes: b });
    pair.negotiate("A");
    assert.ok(isUp(pair), "the tunnel is up");
    assert.equal(fragments(pair).length, 0);
  }
});

test("what would take more pieces than a peer takes goes whole", () => {
  for (const [pieces, datagrams] of [
    [16, 16],
    [17, 1],
  ] as const) {
    const sent: Uint8Array[] = [];
    const state = {
      policy: { fragmentation: true },
      send: (_local: unknown, _remote: unknown, bytes: Uint8Array) => sent.push(bytes),
      emit: () => {},
    };
    const cookie = new Uint8Array(8).fill(1);
    const sa = {
      peerKnowsFragments: true,
      lastFragmentId: 0,
      ...{ initiatorCookie: cookie, responderCookie: cookie, mode: "main", reference: () => ({}) },
    };
    // What sending in pieces looks at of an engine and an SA: no negotiation makes messages of this length.
    sendUnder(state as unknown as EngineState, sa as unknown as IsakmpSa, new Uint8Array(pieces * PIECE));
    assert.equal(sent.length, datagrams, `${pieces} pieces`);
  }
});

test("pieces may come in any order, twice, or only after a retransmission", () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 2 }), { minLength: 5, maxLength: 5 }), (fates) => {
      const pair = new IkePair({ changes: LONG }, { changes: LONG });
      let late: Datagram[] = [];
      pair.network = (datagram, index) => {
        const fate = fates[index] ?? 1;
        if (fate === 0) return [];
        if (fate === 2) {
          late.push(datagram);
          return [datagram];
        }
        const now = [datagram, ...late];
        late = [];
        return now;
      };
      pair.negotiate("A");
      pair.runUntil(60_000); // five losses at most
      assert.ok(isUp(pair), JSON.stringify(fates));
    }),
    { numRuns: 12 },
  );
});

test("pieces that were not agreed on are refused", () => {
  const pair = new IkePair({ changes: NOT_CUT }, { changes: NOT_CUT });
  pair.network = (datagram, index) => (index < 2 ? [datagram] : []);
  pair.negotiate("A");
  const third = pair.wire[2]?.bytes ?? assert.fail("no third message");
  give(pair, third, [piece(1, third.slice(0, 300)), piece(2, third.slice(300), true)]);
  assert.equal(pair.event("B", "message-dropped")?.reason, "unexpected");
});

/** A's third message, cut as the attacker likes; gives what B dropped them for. */
function abuse(pieces: (third: Uint8Array) => readonly Fragment[]): { dropped: number; isTaken: boolean } {
  const pair = new IkePair({ changes: LONG }, { changes: LONG });
  pair.network = (datagram, index) => (index < 2 ? [datagram] : []);
  pair.negotiate("A");
  const halves = pair.wire.slice(2, 4).map(({ bytes }) => bytes.slice(HEADER_LENGTH + 8));
  const third = concat(...halves);
  give(pair, third, pieces(third));
  const dropped = pair.events.B.filter((event) => event.kind === "message-dropped").length;
  const isTaken = pair.kinds("B").includes("message-assembled");
  return { dropped, isTaken };
}

test("cut in any way the message is taken; pieces that contradict each other drop the set", () => {
  const cut = (third: Uint8Array) => [piece(1, third.slice(0, 100)), piece(2, third.slice(100), true)];
  assert.deepEqual(abuse(cut), { dropped: 0, isTaken: true });
  assert.deepEqual(
    abuse((third) => [...cut(third)].reverse()),
    { dropped: 0, isTaken: true },
  );
  const bad: readonly [string, (third: Uint8Array) => readonly Fragment[]][] = [
    ["two of one number", (t) => [piece(1, t.slice(0, 100)), piece(1, t.slice(0, 99))]],
    ["two last", (t) => [piece(2, t.slice(0, 100), true), piece(3, t.slice(0, 100), true)]],
    ["beyond the last", (t) => [piece(2, t.slice(0, 100), true), piece(4, t.slice(0, 100))]],
    ["number 17", (t) => [piece(17, t.slice(0, 100))]],
    ["too many octets", (t) => [piece(1, concat(...Array.from({ length: 30 }, () => t)))]],
    ["not a message", () => [piece(1, Uint8Array.of(1, 2, 3), true)]],
    ["a fragment of a fragment", (t) => [piece(1, message(t, [piece(1, t, true)]), true)]],
    ["a message of another SA", (t) => [piece(1, concat(Uint8Array.of(9), t.slice(1)), true)]],
  ];
  for (const [what, pieces] of bad) assert.deepEqual(abuse(pieces), { dropped: 1, isTaken: false }, what);
});

test("sets that are never complete cost one set, whatever their number", () => {
  const pair = new IkePair({ changes: LONG }, { changes: LONG });
  pair.network = (datagram, index) => (index < 2 ? [datagram] : []);
  pair.negotiate("A");
  const third = pair.wire[2]?.bytes ?? assert.fail("no third message");
  for (let id = 1; id < 2000; id++) give(pair, third, [{ ...piece(1, new Uint8Array(400)), fragmentId: id }]);
  assert.equal(pair.engines.B.view().halfOpen, 1);
  pair.network = (datagram) => [datagram];
  pair.runUntil(30_000);
  assert.ok(isUp(pair), "the true message is still understood");
});

test("a set that waits too long begins anew", () => {
  const set = new FragmentSet(7, instant(0));
  assert.ok(set.isOf(piece(1, new Uint8Array(1)), instant(14_999)), "still");
  assert.ok(!set.isOf(piece(1, new Uint8Array(1)), instant(15_000)), "no longer");
});

test("whatever the cut, a set gives back what was cut", () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ minLength: 1, maxLength: 600 }),
      fc.array(fc.nat(), { maxLength: 15 }),
      fc.func(fc.integer()),
      (bytes, cuts, order) => {
        const edges = [...new Set([0, ...cuts.map((cut) => cut % bytes.length), bytes.length])].sort(
          (x, y) => x - y,
        );
        const pieces = edges
          .slice(0, -1)
          .map((start, i) => piece(i + 1, bytes.slice(start, edges[i + 1]), i === edges.length - 2));
        const set = new FragmentSet(7, instant(0));
        for (const one of pieces.toSorted((x, y) => order(x.number) - order(y.number)))
          assert.equal(set.add(one), undefined);
        assert.deepEqual(set.whole(), bytes);
      },
    ),
  );
});

function piece(number: number, data: Uint8Array, isLast = false): Fragment {
  return { kind: "FRAGMENT", fragmentId: 7, number, isLast, data };
}

/** A message with the header of a phase 1 message of `like`'s SA. */
function message(like: Uint8Array, payloads: readonly Fragment[]): Uint8Array {
  return encodeMessage({ ...decodeHeader(pad(like)), flags: 0, messageId: 0 }, payloads);
}

/** At least a header, whose length field fits. */
function pad(like: Uint8Array): Uint8Array {
  const header = like.slice(0, HEADER_LENGTH);
  new DataView(header.buffer).setUint32(24, HEADER_LENGTH);
  return header;
}

function give(pair: IkePair, like: Uint8Array, pieces: readonly Fragment[]): void {
  for (const one of pieces)
    pair.input("B", {
      kind: "datagram",
      local: { address: B, port: 500 },
      remote: { address: A, port: 500 },
      bytes: message(like, [one]),
    });
}
