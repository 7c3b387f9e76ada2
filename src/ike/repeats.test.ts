/** Copies of messages, damaged or whole: answered again where they are repeats, and never a step of their own. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { A, B, type Datagram, IkePair } from "../../test/support/ike-pair.ts";
import { Insider, notification } from "../../test/support/insider.ts";
import { u32Octets } from "../base/octets.ts";
import { NOTIFY_TYPE } from "../isakmp/numbers/notify-type.ts";

test("a damaged copy of MM5 after phase 1 does not make the responder speak under another chain", () => {
  const pair = new IkePair();
  pair.negotiate("A");
  pair.deliver(damaged(message(pair, 4), 1));
  pair.settle();
  const [own] = pair.installed("B");
  assert.ok(own, "an IPsec SA of B");
  pair.input("B", {
    kind: "ipsec-sa-removed",
    peer: A,
    localAddress: B,
    inbound: [{ protocol: "esp", spi: own.spi }],
  });
  assert.ok(pair.event("A", "delete-received"), "A understands B's Delete");
  assert.equal(pair.event("A", "message-dropped"), undefined);
});

test("damaged copies of MM5 do not make the true peer's quick modes undecipherable", () => {
  const pair = new IkePair();
  pair.negotiate("A");
  for (const change of [1, 2, 3, 4]) {
    pair.deliver(damaged(message(pair, 4), change));
    pair.settle();
  }
  const start = pair.wire.length;
  pair.negotiate("A");
  assert.equal(pair.installed("A").length, 4);
  assert.equal(pair.wire.length, start + 3, "nothing had to be said twice");
});

test("a repeated third quick mode message is known as one that has been taken in", () => {
  const pair = new IkePair();
  pair.negotiate("A");
  const start = pair.outputs.B.length;
  pair.deliver(message(pair, 8));
  pair.settle();
  assert.equal(pair.outputs.B.length, start + 1, "it is told and does nothing");
  assert.equal(pair.event("B", "message-dropped")?.reason, "replayed");
});

test("a first quick mode message with another nonce under the old HASH is not taken for a repeat", () => {
  const pair = new IkePair();
  pair.negotiate("A");
  const start = pair.wire.length;
  pair.network = (datagram) => (datagram.from === "A" ? [datagram] : []);
  pair.negotiate("A");
  const QM1 = message(pair, start);
  const sent = pair.wire.length;
  pair.deliver(damaged(QM1, 1));
  pair.settle();
  assert.equal(pair.wire.length, sent, "it is not answered");
  assert.equal(pair.event("B", "repeat-received"), undefined);
  pair.deliver(QM1);
  pair.settle();
  assert.equal(pair.event("B", "repeat-received")?.step, "QM1");
});

test("R-U-THERE is answered again under its number, for the answer may have been lost, and never under an older one", () => {
  const insider = Insider.ofNew();
  const { pair } = insider;
  const answers = (): number =>
    pair.events.B.filter(
      (event) => event.kind === "notify-sent" && event.notifyType === NOTIFY_TYPE["R-U-THERE-ACK"],
    ).length;
  for (const [sequenceNumber, expected] of [
    [5, 1],
    [5, 2],
    [4, 2],
    [6, 3],
    [6, 4],
    [0xffffffff, 5],
    [7, 5],
  ] as const) {
    const data = u32Octets(sequenceNumber);
    insider.inform("A", notification(NOTIFY_TYPE["R-U-THERE"], { spi: insider.ownSpi, data }));
    assert.equal(answers(), expected, `sequence number ${sequenceNumber}`);
  }
});

function message(pair: IkePair, index: number): Datagram {
  const found = pair.wire[index];
  assert.ok(found, `message ${index + 1}`);
  return found;
}

/** A copy whose last octet differs. */
function damaged(datagram: Datagram, change: number): Datagram {
  const bytes = datagram.bytes.slice();
  const last = bytes.length - 1;
  bytes[last] = (bytes[last] ?? 0) ^ change;
  return { ...datagram, bytes };
}
