import assert from "node:assert/strict";
import { test } from "node:test";
import { GatewayPair } from "../../test/support/gateway-pair.ts";
import { instant } from "../base/time.ts";
import type { GatewayEvent } from "../gateway/contract.ts";
import type { SaReference, Step } from "../ike/events.ts";
import { ipv4 } from "../net/ip-address.ts";
import { buildIpv4Packet } from "../net/ipv4-packet.ts";
import { Ladder } from "./ladder.ts";

test("a negotiation is drawn message by message between its two ends", () => {
  const pair = negotiated(() => true);
  const lines = ladderOf(pair.told).lines();
  const arrows = lines.filter((line) => line.includes("<-") || line.includes("->"));
  assert.deepEqual(
    arrows.map((line) => line.replace(/^ *[\d.]+ {2}/, "").replace(/-?\d{2,} -*/, "n ")),
    [
      "|- MM1 ------------------------->|",
      "|<- MM2 -------------------------|",
      "|- MM3 ------------------------->|",
      "|<- MM4 -------------------------|",
      "|- MM5 ------------------------->|",
      "|<- MM6 -------------------------|",
      "|- QM1 n >|",
      "|<- QM2 n |",
      "|- QM3 n >|",
    ],
  );
  assert.match(lines[0] ?? "", /^ +172\.16\.172\.10 +172\.16\.172\.20$/);
  assert.equal(new Set(arrows.map((line) => line.lastIndexOf("|"))).size, 1, "the right rail is straight");
});

test("a lost message is seen, and so is its retransmission", () => {
  const pair = negotiated((_, index) => index !== 1); // MM2 is lost
  const rows = ladderOf(pair.told)
    .rows()
    .filter(({ to }) => to !== "");
  assert.deepEqual(
    rows.slice(0, 5).map(({ label, note }) => [label, note]),
    [
      ["MM1", ""],
      ["MM2", "not taken up"],
      ["MM1", "retransmission 1"],
      ["MM2", "retransmission 1"],
      ["MM3", ""],
    ],
  );
});

test("with one end's events only, nothing is said of arrivals", () => {
  const rows = ladderOf(negotiated(() => true).events.A).rows(false);
  assert.ok(!rows.some(({ note }) => note.includes("not taken up")));
});

test("a message that comes twice is drawn twice", () => {
  const ladder = ladderOf([sent("MM1"), received("MM1"), received("MM1")]);
  assert.deepEqual(
    ladder.rows().map(({ note }) => note),
    ["", "received once more"],
  );
});

test("three ends are listed, not drawn", () => {
  const other = { ...sent("MM1"), sa: { ...SA, remote: { address: ipv4("192.0.2.3"), port: 500 } } };
  const lines = ladderOf([sent("MM1"), other]).lines(false);
  assert.deepEqual(lines, [
    "       1.500  192.0.2.1 -> 192.0.2.2  MM1",
    "       1.500  192.0.2.1 -> 192.0.2.3  MM1",
  ]);
});

test("a long storm costs bounded memory and the newest rows stay", () => {
  const ladder = new Ladder();
  for (let i = 0; i < 2500; i++) ladder.add({ ...sent("INFO"), messageId: i + 1 });
  assert.equal(ladder.rows().length, 2000);
  assert.equal(ladder.rows().at(-1)?.label, "INFO 2500");
  assert.match(ladder.lines()[0] ?? "", /^\(500 earlier rows are not shown\)$/);
});

const SA: SaReference = {
  connId: 1,
  role: "initiator",
  local: { address: ipv4("192.0.2.1"), port: 500 },
  remote: { address: ipv4("192.0.2.2"), port: 500 },
  initiatorCookie: "0102030405060708",
  responderCookie: "0000000000000000",
};

function sent(step: Step) {
  const message = { exchange: "main", step, messageId: 0, length: 100 } as const;
  return { at: instant(1500), kind: "message-sent", sa: SA, ...message, retransmission: 0 } as const;
}

function received(step: Step) {
  const sa: SaReference = { ...SA, role: "responder", local: SA.remote, remote: SA.local };
  return {
    at: instant(1600),
    kind: "message-received",
    sa,
    exchange: "main",
    step,
    messageId: 0,
    length: 100,
  } as const;
}

function negotiated(wire: (from: "A" | "B", index: number) => boolean): GatewayPair {
  const pair = new GatewayPair({}, {}, wire);
  const header = { source: ipv4("10.1.1.1"), destination: ipv4("10.1.2.1"), protocol: 1, timeToLive: 254 };
  pair.triggerFromA(buildIpv4Packet({ ...header, identification: 1 }, new Uint8Array(80)));
  pair.runFor(20);
  return pair;
}

function ladderOf(events: readonly GatewayEvent[]): Ladder {
  const ladder = new Ladder();
  for (const event of events) ladder.add(event);
  return ladder;
}
