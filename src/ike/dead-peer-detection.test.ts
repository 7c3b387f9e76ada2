/** Dead peer detection (RFC 3706) between two engines: when a peer is asked, what counts as an answer, and what follows from none. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { A, B, IkePair, policyOf, SELECTOR, seededRandom } from "../../test/support/ike-pair.ts";
import { Insider, notification } from "../../test/support/insider.ts";
import { u32Octets } from "../base/octets.ts";
import { instant } from "../base/time.ts";
import { encodeMessage } from "../isakmp/message.ts";
import { EXCHANGE_TYPE } from "../isakmp/numbers/exchange-type.ts";
import { NOTIFY_TYPE } from "../isakmp/numbers/notify-type.ts";
import type { Notification } from "../isakmp/payloads/notification.ts";
import type { DeadPeerDetection } from "./policy.ts";
import { IOS_CONVENTIONS } from "./wire-conventions.ts";

const ON_DEMAND: DeadPeerDetection = { seconds: 20, retrySeconds: 2, mode: "on-demand" };
const WITHOUT_INITIAL_CONTACT = { ...IOS_CONVENTIONS, sendInitialContact: false };
const PERIODIC: DeadPeerDetection = { ...ON_DEMAND, mode: "periodic" };

/** A with dead peer detection, and B without it, which answers all the same. */
function established(deadPeerDetection: DeadPeerDetection): IkePair {
  const pair = new IkePair({ changes: { deadPeerDetection } });
  pair.negotiate("A");
  assert.equal(pair.engines.A.view().isakmpSas[0]?.state, "QM_IDLE");
  return pair;
}

function sent(pair: IkePair, of: "A" | "B", type: "R-U-THERE" | "R-U-THERE-ACK"): number {
  return pair.events[of].filter(
    (event) => event.kind === "notify-sent" && event.notifyType === NOTIFY_TYPE[type],
  ).length;
}

/** Until a second, with something carried in each direction in every second before. */
function run(pair: IkePair, second: number, carries: { inbound?: boolean; outbound?: boolean } = {}): void {
  for (let at = pair.now / 1000 + 1; at <= second; at += 1) {
    if (carries.inbound) pair.traffic.A.inbound += 100;
    if (carries.outbound) pair.traffic.A.outbound += 100;
    pair.runUntil(at * 1000);
  }
}

test("on demand nobody is asked while traffic comes, nor while there is none to send", () => {
  const pair = established(ON_DEMAND);
  run(pair, 300, { inbound: true, outbound: true });
  run(pair, 600);
  assert.equal(sent(pair, "A", "R-U-THERE"), 0);
});

test("on demand a peer is asked when packets go to it and none comes back for the worry time, and once is enough", () => {
  const pair = established(ON_DEMAND);
  run(pair, 10, { inbound: true, outbound: true });
  run(pair, 29, { outbound: true });
  assert.equal(sent(pair, "A", "R-U-THERE"), 0, "not yet");
  run(pair, 30, { outbound: true });
  assert.equal(sent(pair, "A", "R-U-THERE"), 1);
  assert.equal(sent(pair, "B", "R-U-THERE-ACK"), 1);
  run(pair, 100);
  assert.equal(sent(pair, "A", "R-U-THERE"), 1, "the answer is proof until the next silence");
});

test("on demand a peer is asked when packets go to it after a long silence", () => {
  const pair = established(ON_DEMAND);
  run(pair, 400);
  run(pair, 406, { outbound: true });
  assert.equal(sent(pair, "A", "R-U-THERE"), 1);
});

test("periodic asks every time, whatever is carried", () => {
  const pair = established(PERIODIC);
  run(pair, 205, { inbound: true, outbound: true });
  assert.equal(sent(pair, "A", "R-U-THERE"), 10);
  assert.equal(sent(pair, "B", "R-U-THERE-ACK"), 10);
});

test("numbers begin at random with the top bit clear and go up by one (RFC 3706 §6.2)", () => {
  const insider = Insider.ofNew({ changes: { deadPeerDetection: PERIODIC } });
  run(insider.pair, 105);
  const values = questions(insider).map(({ data }) =>
    new DataView(data.buffer, data.byteOffset).getUint32(0),
  );
  assert.equal(values.length, 5);
  assert.ok((values[0] ?? 0) < 2 ** 31, "top bit clear");
  for (const [i, value] of values.entries()) assert.equal(value, (values[0] ?? 0) + i);
});

test("a question that nobody answers goes out twice under each number", () => {
  const insider = Insider.ofNew({ changes: { deadPeerDetection: PERIODIC } });
  insider.pair.network = () => [];
  run(insider.pair, 60);
  const values = questions(insider).map(({ data }) =>
    new DataView(data.buffer, data.byteOffset).getUint32(0),
  );
  assert.deepEqual(
    values.map((value) => value - (values[0] ?? 0)),
    [0, 0, 1, 1, 2, 2],
  );
});

/** The R-U-THERE that A has sent. */
function questions(insider: Insider): Notification[] {
  return insider.pair.wire
    .filter(({ from, bytes }) => from === "A" && bytes[18] === EXCHANGE_TYPE.Informational)
    .flatMap((datagram) => insider.openFirst(datagram))
    .filter((payload) => payload.kind === "NOTIFY")
    .filter(({ notifyType }) => notifyType === NOTIFY_TYPE["R-U-THERE"]);
}

test("a peer that says nothing is asked five times more, then all SAs with it go", () => {
  const pair = established(PERIODIC);
  pair.network = () => [];
  run(pair, 60);
  assert.equal(sent(pair, "A", "R-U-THERE"), 6);
  assert.deepEqual(
    pair.events.A.flatMap((event) => (event.kind === "dpd-unanswered" ? [event.count] : [])),
    [1, 2, 3, 4, 5],
  );
  assert.ok(pair.kinds("A").includes("peer-dead"), "told");
  assert.equal(pair.engines.A.view().isakmpSas.length, 0);
  assert.ok(
    pair.outputs.A.some((output) => output.kind === "peer-dead" && output.peer === B),
    "IPsec is told",
  );
  const deleted = pair.event("A", "isakmp-sa-deleted");
  assert.equal(deleted?.reason, "peer dead");
});

test("lost questions and lost answers are survived as long as one of each comes through", () => {
  for (const lost of ["A", "B"] as const) {
    const pair = established(PERIODIC);
    let count = 0;
    pair.network = (datagram) => (datagram.from === lost && count++ % 3 < 2 ? [] : [datagram]);
    run(pair, 600);
    assert.ok(!pair.kinds("A").includes("peer-dead"), `two of three of ${lost}'s messages lost`);
  }
});

test("packets of IPsec that come while an answer is awaited are an answer", () => {
  const pair = established(PERIODIC);
  pair.network = () => [];
  run(pair, 27);
  run(pair, 39, { inbound: true });
  assert.ok(!pair.kinds("A").includes("peer-dead"), "it is there");
  assert.equal(sent(pair, "A", "R-U-THERE"), 4, "and it is not asked again at once");
});

test("an answer with another number, other cookies or without protection is none (RFC 3706 §6.1)", () => {
  for (const wrong of ["nothing", "number", "cookies", "protection"] as const) {
    const insider = Insider.ofNew({ changes: { deadPeerDetection: PERIODIC } });
    const { pair } = insider;
    pair.network = () => [];
    run(pair, 21);
    const question = questions(insider)[0];
    assert.ok(question !== undefined, "a question was sent");
    const spi = wrong === "cookies" ? new Uint8Array(16).fill(9) : insider.ownSpi;
    const data = wrong === "number" ? u32Octets(7) : question.data;
    const answer = notification(NOTIFY_TYPE["R-U-THERE-ACK"], { spi, data });
    const header = { ...insider.cookies, exchangeType: EXCHANGE_TYPE.Informational, messageId: 77 };
    if (wrong !== "protection") insider.inform("B", answer);
    else
      pair.deliver({
        from: "B",
        bytes: encodeMessage({ ...header, majorVersion: 1, minorVersion: 0, flags: 0 }, [answer]),
      });
    run(pair, 38);
    assert.equal(pair.kinds("A").includes("peer-dead"), wrong !== "nothing", `wrong: ${wrong}`);
  }
});

test("a peer that does not say it knows DPD is never asked (RFC 3706 §5.1)", () => {
  const withoutDpd = { ...IOS_CONVENTIONS, vendorIds: () => [] };
  const pair = new IkePair({ changes: { deadPeerDetection: PERIODIC } }, { conventions: withoutDpd });
  pair.negotiate("A");
  run(pair, 300);
  assert.equal(sent(pair, "A", "R-U-THERE"), 0);
});

test("a setting that comes later counts for SAs that are there, and one that goes ends the questions", () => {
  const pair = new IkePair();
  pair.negotiate("A");
  pair.engines.A.setPolicy(policyOf(A, B, { deadPeerDetection: PERIODIC }));
  run(pair, 105);
  assert.equal(sent(pair, "A", "R-U-THERE"), 5);
  pair.engines.A.setPolicy(policyOf(A, B));
  run(pair, 300);
  assert.equal(sent(pair, "A", "R-U-THERE"), 5);
});

test("after the renewal of phase 1 one SA is asked under, not two", () => {
  const pair = established(PERIODIC);
  pair.negotiate("B");
  run(pair, 105);
  const under = new Set(
    pair.events.A.flatMap((event) =>
      event.kind === "notify-sent" && event.notifyType === NOTIFY_TYPE["R-U-THERE"] ? [event.sa.connId] : [],
    ),
  );
  assert.equal(under.size, 1);
});

test("both ends may look after each other", () => {
  const changes = { deadPeerDetection: PERIODIC };
  const pair = new IkePair({ changes }, { changes });
  pair.negotiate("A", SELECTOR);
  run(pair, 105);
  for (const name of ["A", "B"] as const) {
    assert.equal(sent(pair, name, "R-U-THERE"), 5);
    assert.equal(sent(pair, name, "R-U-THERE-ACK"), 5);
  }
  assert.equal(pair.now, instant(105_000));
  assert.equal(pair.engines.A.view().isakmpSas[0]?.sa.local.address, A);
});

test("when the newest SA goes, the peer is looked after under the one before", () => {
  const pair = new IkePair({ changes: { deadPeerDetection: PERIODIC } });
  pair.negotiate("A");
  const first = pair.engines.A.view().isakmpSas[0]?.sa.connId;
  // B begins another phase 1: its first message is answered like anybody's.
  const other = new IkePair({}, { random: seededRandom("another B"), conventions: WITHOUT_INITIAL_CONTACT });
  other.network = (datagram) => {
    if (datagram.from === "B") pair.deliver(datagram);
    return [];
  };
  pair.network = (datagram) => {
    if (datagram.from !== "A") return [datagram];
    other.deliver(datagram);
    other.settle();
    return [datagram];
  };
  other.negotiate("B");
  pair.settle();
  other.settle();
  const newest = pair.engines.A.view().isakmpSas.at(-1)?.sa.connId;
  assert.notEqual(newest, first, "there are two");
  pair.network = (datagram) => [datagram];
  pair.input("A", { kind: "clear-isakmp-sas", connId: newest ?? 0 });
  run(pair, 105);
  assert.ok(sent(pair, "A", "R-U-THERE") >= 4, "asked under the first");
});
