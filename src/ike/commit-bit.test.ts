/** The commit bit (RFC 2408 §3.1): the end that does not set it waits for CONNECTED before it sends, but not for ever. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Datagram } from "../../test/support/ike-pair.ts";
import { Insider, lastBlock, notification } from "../../test/support/insider.ts";
import { FLAG_COMMIT } from "../isakmp/header.ts";
import { EXCHANGE_TYPE } from "../isakmp/numbers/exchange-type.ts";
import { NOTIFY_TYPE } from "../isakmp/numbers/notify-type.ts";
import { encodePayloads } from "../isakmp/payload-chain.ts";
import { hash1 } from "./keying.ts";
import { seal } from "./protection.ts";

type Name = "A" | "B";

/** A's quick mode with B, in which messages of `committer` have the commit bit. */
function committed(committer: Name): Insider {
  const insider = Insider.ofNew();
  const { pair } = insider;
  pair.wire.length = 0;
  for (const name of ["A", "B"] as const) pair.outputs[name].length = 0;
  pair.network = (datagram) =>
    datagram.from === committer && datagram.bytes[18] === EXCHANGE_TYPE["Quick Mode"]
      ? [{ ...datagram, bytes: withCommit(datagram.bytes) }]
      : [datagram];
  pair.negotiate("A");
  return insider;
}

function withCommit(bytes: Uint8Array): Uint8Array {
  const changed = bytes.slice();
  changed[19] = (changed[19] ?? 0) | FLAG_COMMIT;
  return changed;
}

const directions = ({ pair }: Insider, of: Name): string[] =>
  pair.installed(of).map(({ direction }) => direction);

/** CONNECTED under the quick mode's message id: as its fourth message, or in an exchange of its own. */
function connected(
  insider: Insider,
  from: Name,
  form: "Quick Mode" | "Informational",
  type = 16384,
  forge: (hash: Uint8Array) => Uint8Array = (hash) => hash,
): void {
  const { pair, protection, cookies } = insider;
  const last = pair.wire.findLast(({ bytes }) => bytes[18] === EXCHANGE_TYPE["Quick Mode"]);
  assert.ok(last !== undefined, "a quick mode was heard");
  const messageId = insider.messageIdOf(last);
  const word = [notification(type, { protocolId: 3 })];
  const data = hash1(protection.hash, protection.SKEYID_a, messageId, encodePayloads(word).bytes);
  const payloads = [{ kind: "HASH", data: forge(data) } as const, ...word];
  const header = { ...cookies, exchangeType: EXCHANGE_TYPE["Quick Mode"], messageId };
  const message: Datagram =
    form === "Informational"
      ? insider.first(from, "Informational", word, messageId)
      : { from, bytes: seal(protection, lastBlock(last.bytes, insider.blockLength), header, payloads).bytes };
  pair.deliver(message);
  pair.settle();
}

for (const [waits, commits] of [
  ["A", "B"],
  ["B", "A"],
] as const)
  for (const form of ["Quick Mode", "Informational"] as const)
    test(`${waits} sends only once ${commits} has said CONNECTED in a message of ${form}`, () => {
      const insider = committed(commits);
      assert.deepEqual(directions(insider, waits), ["inbound"]);
      assert.deepEqual(directions(insider, commits).toSorted(), ["inbound", "outbound"]);
      connected(insider, commits, form);
      assert.deepEqual(directions(insider, waits), ["inbound", "outbound"]);
    });

test("without the word it sends after five seconds all the same", () => {
  const insider = committed("B");
  insider.pair.runUntil(4_900);
  assert.deepEqual(directions(insider, "A"), ["inbound"]);
  insider.pair.runUntil(5_100);
  assert.deepEqual(directions(insider, "A"), ["inbound", "outbound"]);
});

test("the word without its HASH is none", () => {
  const insider = committed("B");
  for (const forge of [
    (hash: Uint8Array) => hash.map((octet, i) => (i === 19 ? octet ^ 1 : octet)),
    (hash: Uint8Array) => hash.slice(0, 19),
    () => new Uint8Array(0),
  ])
    connected(insider, "B", "Quick Mode", NOTIFY_TYPE.CONNECTED, forge);
  assert.deepEqual(directions(insider, "A"), ["inbound"]);
  connected(insider, "B", "Quick Mode");
  assert.deepEqual(directions(insider, "A"), ["inbound", "outbound"]);
});

test("another word under the message id, or the same one twice, changes nothing", () => {
  const insider = committed("B");
  connected(insider, "B", "Informational", NOTIFY_TYPE["REPLAY-STATUS"]);
  assert.deepEqual(directions(insider, "A"), ["inbound"]);
  connected(insider, "B", "Informational");
  connected(insider, "B", "Informational");
  assert.deepEqual(directions(insider, "A"), ["inbound", "outbound"]);
});

test("the third message is said again to a responder that has not had it, while its word is awaited", () => {
  const insider = Insider.ofNew();
  const { pair } = insider;
  pair.wire.length = 0;
  let lost = 0;
  pair.network = (datagram) => {
    if (datagram.bytes[18] !== EXCHANGE_TYPE["Quick Mode"]) return [datagram];
    if (datagram.from === "B") return [{ ...datagram, bytes: withCommit(datagram.bytes) }];
    return pair.wire.length >= 3 && lost++ === 0 ? [] : [datagram];
  };
  pair.negotiate("A");
  pair.runUntil(4_000);
  assert.equal(lost > 0, true);
  assert.ok(
    pair.kinds("B").filter((kind) => kind === "ipsec-sas-created").length >= 2,
    "both negotiations are done",
  );
});
