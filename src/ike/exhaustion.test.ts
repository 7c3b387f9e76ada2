/** What time and numbers do to ISAKMP SAs: lives that end, tables that fill up, counts that must stay true. */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  A,
  B,
  type Datagram,
  IkePair,
  NAT,
  policyOf,
  SELECTOR,
  SUITE,
  seededRandom,
} from "../../test/support/ike-pair.ts";
import { Insider, notification } from "../../test/support/insider.ts";
import { concat, fromHex, u32Octets } from "../base/octets.ts";
import { instant } from "../base/time.ts";
import { decodeHeader, HEADER_LENGTH } from "../isakmp/header.ts";
import { encodeMessage } from "../isakmp/message.ts";
import { NOTIFY_TYPE } from "../isakmp/numbers/notify-type.ts";
import { decodePayloads } from "../isakmp/payload-chain.ts";
import { IkeEngine } from "./engine.ts";
import { IsakmpSa } from "./isakmp-sa.ts";
import { DEFAULT_IKE_LIMITS } from "./limits.ts";
import { SaTable } from "./sa-table.ts";

const SHORT_LIVED = { changes: { suites: [{ ...SUITE, lifetimeSeconds: 300 }] } };

test("R-U-THERE, however often, uses up no message ids that quick modes need", () => {
  const limits = { messageIdsPerSaMax: 10 };
  const insider = Insider.ofNew({ limits }, { limits });
  const { pair } = insider;
  for (let sequenceNumber = 0; sequenceNumber < 1000; sequenceNumber++)
    insider.inform(
      "A",
      notification(NOTIFY_TYPE["R-U-THERE"], { spi: insider.ownSpi, data: u32Octets(sequenceNumber) }),
    );
  const answers = pair.events.B.filter(
    (event) => event.kind === "notify-sent" && event.notifyType === NOTIFY_TYPE["R-U-THERE-ACK"],
  );
  assert.equal(answers.length, 1000);
  const sent = pair.wire.length;
  pair.negotiate("A");
  assert.equal(pair.installed("B").length, 4);
  assert.equal(pair.wire.length, sent + 3, "under the SA that there is");
  assert.equal(pair.event("B", "isakmp-sa-deleted"), undefined);
});

test("an initiator heeds the shorter life that the responder keeps phase 1 for", () => {
  const pair = new IkePair({}, SHORT_LIVED);
  pair.negotiate("A");
  pair.network = () => [];
  pair.runUntil(299_000);
  assert.equal(pair.engines.A.view().isakmpSas.length, 1);
  pair.runUntil(301_000);
  assert.equal(pair.engines.A.view().isakmpSas.length, 0);
});

test("RESPONDER-LIFETIME shortens phase 1 to a minute at least, and never lengthens it", () => {
  for (const [told, expected] of [
    [600, 600],
    [61, 61],
    [59, 60],
    [1, 60],
    [0, 60],
    [86401, 86400],
    [0xffffffff, 86400],
  ] as const) {
    const insider = Insider.ofNew();
    const data = concat(fromHex("800b0001 000c0004"), u32Octets(told));
    const tell = (spi: Uint8Array): number | undefined => {
      insider.inform("B", notification(NOTIFY_TYPE["RESPONDER-LIFETIME"], { spi, data }));
      return insider.pair.engines.A.view().isakmpSas[0]?.expiresAt;
    };
    assert.equal(tell(new Uint8Array(16).fill(7)), 86_400_000, "of another SA");
    assert.equal(tell(insider.ownSpi), expected * 1000, `told ${told} s`);
  }
});

test("an ISAKMP SA outlives its time only until its last quick mode is over", () => {
  const insider = Insider.ofNew(SHORT_LIVED, SHORT_LIVED);
  const { pair } = insider;
  pair.runUntil(299_000);
  pair.network = (datagram) => (datagram.from === "A" ? [datagram] : []);
  pair.negotiate("A");
  pair.runUntil(301_000);
  assert.equal(pair.engines.B.view().isakmpSas.length, 1);
  pair.runUntil(372_000);
  assert.equal(pair.engines.B.view().isakmpSas.length, 0);
  assert.equal(pair.event("B", "isakmp-sa-deleted")?.reason, "expired");
});

test("the seventeenth established ISAKMP SA of one peer displaces the oldest", () => {
  const pair = new IkePair();
  const connIds = (): number[] => pair.engines.B.view().isakmpSas.map(({ sa }) => sa.connId);
  for (let count = 1; count <= 16; count++) {
    pair.negotiate("A");
    assert.equal(connIds().length, count);
    forgetSilently(pair, "A");
  }
  const [oldest, ...others] = connIds();
  pair.negotiate("A");
  assert.equal(connIds().length, 16);
  assert.deepEqual(connIds().slice(0, 15), others);
  const deleted = pair.event("B", "isakmp-sa-deleted");
  assert.equal(deleted?.sa.connId, oldest);
  assert.equal(deleted?.reason, "limit reached");
  assert.equal(pair.event("B", "delete-sent")?.protocol, "isakmp", "the peer is told");
});

test("a first message above the limit is dropped unread, one at the limit is answered", () => {
  const pair = new IkePair();
  pair.network = () => [];
  pair.negotiate("A");
  const [MM1] = pair.wire;
  assert.ok(MM1, "the first message");
  const { firstMessageMax } = DEFAULT_IKE_LIMITS;
  pair.deliver(lengthened(MM1, firstMessageMax + 1));
  pair.settle();
  assert.equal(pair.event("B", "message-dropped")?.reason, "limit");
  assert.deepEqual(pair.kinds("B"), ["message-dropped"]);
  assert.equal(pair.engines.B.view().halfOpen, 0);
  pair.deliver(lengthened(MM1, firstMessageMax));
  pair.settle();
  assert.equal(pair.wire.at(-1)?.from, "B");
  assert.equal(pair.engines.B.view().halfOpen, 1);
});

test("half-open counts stay true when an SA moves to another address", () => {
  const table = new SaTable();
  const limits = { ...DEFAULT_IKE_LIMITS, halfOpenPerAddressMax: 1 };
  const moving = strangersSa(1, A);
  table.add(moving);
  assert.equal(table.displacedBy(A, limits), moving);
  table.move(moving, moving.local, { address: NAT, port: 4500 });
  assert.equal(table.displacedBy(A, limits), undefined);
  assert.equal(table.displacedBy(NAT, limits), moving);
  table.add(strangersSa(3, A));
  assert.equal(table.displacedBy(A, { ...limits, halfOpenPerAddressMax: 2 }), undefined);
  table.markEstablished(moving);
  assert.equal(table.displacedBy(NAT, limits), undefined);
  const second = strangersSa(2, NAT);
  table.add(second);
  assert.equal(table.displacedBy(NAT, limits), second);
});

test("a peer that reflects our messages for ever leaves no SA behind", () => {
  const engine = new IkeEngine({
    policy: policyOf(A, B),
    random: seededRandom("A"),
    limits: { halfOpenPerAddressMax: 5 },
  });
  const ends = { local: { address: A, port: 500 }, remote: { address: B, port: 500 } };
  const wanted = {
    kind: "negotiate",
    connectionId: "vpn 10 Ethernet1/0",
    peer: B,
    selector: SELECTOR,
  } as const;
  for (let round = 0; round < 10; round++) {
    const start = instant(round * 300_000);
    const outputs = [...engine.handle(start, wanted)];
    let reflected = 0;
    for (const output of outputs)
      if (output.kind === "send" && reflected++ < 10)
        outputs.push(...engine.handle(start, { kind: "datagram", ...ends, bytes: output.bytes }));
    assert.ok(reflected > 0, "something was sent and came back");
    const end = start + 300_000;
    for (let due = engine.nextDeadline(); due !== undefined && due.at < end; due = engine.nextDeadline())
      engine.handle(due.at, { kind: "wake" });
    const { isakmpSas, halfOpen, jobsRunning } = engine.view();
    assert.deepEqual([isakmpSas, halfOpen, jobsRunning], [[], 0, 0]);
  }
});

test("once ISAKMP is turned off nothing more is sent, neither repeats nor Deletes", () => {
  const halfWay = new IkePair();
  halfWay.network = () => [];
  halfWay.negotiate("A");
  const established = new IkePair();
  established.negotiate("A");
  for (const pair of [halfWay, established]) {
    pair.engines.A.setPolicy({ ...policyOf(A, B), enabled: false });
    const sent = pair.wire.length;
    pair.runUntil(10_000);
    pair.input("A", { kind: "clear-isakmp-sas" });
    assert.equal(pair.wire.length, sent);
  }
});

/** An end loses its ISAKMP SAs, and the other does not hear of it. */
function forgetSilently(pair: IkePair, of: "A" | "B"): void {
  const { network } = pair;
  pair.network = () => [];
  pair.input(of, { kind: "clear-isakmp-sas" });
  pair.network = network;
}

/** A clear message with a vendor ID behind its payloads that gives it this length. */
function lengthened({ from, bytes }: Datagram, length: number): Datagram {
  const header = decodeHeader(bytes);
  const { payloads } = decodePayloads(header.nextPayload, bytes.subarray(HEADER_LENGTH));
  const vendorId = new Uint8Array(length - bytes.length - GENERIC_HEADER_LENGTH);
  const longer = encodeMessage(header, [...payloads, { kind: "VID", vendorId }]);
  assert.equal(longer.length, length);
  return { from, bytes: longer };
}

const GENERIC_HEADER_LENGTH = 4;

function strangersSa(connId: number, address: typeof A): IsakmpSa {
  return new IsakmpSa({
    connId,
    role: "responder",
    mode: "main",
    local: { address: B, port: 500 },
    remote: { address, port: 500 },
    initiatorCookie: new Uint8Array(8).fill(connId),
    responderCookie: new Uint8Array(8).fill(0x80),
    createdAt: instant(0),
  });
}
