/** What strangers may try with aggressive mode, whose first message makes a responder work and whose second proves it. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { A, B, IkePair, type PolicyChanges, policyOf, seededRandom } from "../../test/support/ike-pair.ts";
import { concat, equal, fromHex, hex, u32Octets, utf8 } from "../base/octets.ts";
import { instant } from "../base/time.ts";
import type { JobResult } from "../crypto/jobs.ts";
import { performJob } from "../crypto/perform-job.ts";
import { decodeHeader, HEADER_LENGTH } from "../isakmp/header.ts";
import { encodeMessage } from "../isakmp/message.ts";
import { EXCHANGE_TYPE } from "../isakmp/numbers/exchange-type.ts";
import { NOTIFY_TYPE } from "../isakmp/numbers/notify-type.ts";
import type { Payload } from "../isakmp/payload.ts";
import { decodePayloads } from "../isakmp/payload-chain.ts";
import { ipv4 } from "../net/ip-address.ts";
import { IkeEngine } from "./engine.ts";
import type { IkeOutput } from "./engine-contract.ts";
import type { IkeEvent } from "./events.ts";
import { IOS_CONVENTIONS } from "./wire-conventions.ts";

const KNOWN = { kind: "fqdn", name: "branch.example.com" } as const;
const OF_B: PolicyChanges = { keysForNames: [KNOWN.name] };
const CLEAR = { ...IOS_CONVENTIONS, encryptThirdMessage: false, sendInitialContact: false };

/** The first `count` messages of a negotiation that A begins under a name; the rest is lost. */
function upTo(count: number, name: string = KNOWN.name): IkePair {
  const changes = { clientEndpoint: { kind: "fqdn", name } } as const;
  const pair = new IkePair({ changes, conventions: CLEAR }, { changes: OF_B });
  pair.network = (datagram, index) => (index < count ? [datagram] : []);
  pair.negotiate("A");
  return pair;
}

function wire(pair: IkePair, index: number): Uint8Array {
  const datagram = pair.wire[index];
  assert.ok(datagram !== undefined, `message ${index + 1} was sent`);
  return datagram.bytes;
}

function payloadsOf(bytes: Uint8Array): readonly Payload[] {
  const chain = decodePayloads(decodeHeader(bytes).nextPayload, bytes.subarray(HEADER_LENGTH), {
    baseOffset: HEADER_LENGTH,
  });
  return chain.payloads;
}

/** The message with other payloads. */
function changed(bytes: Uint8Array, change: (payload: Payload) => readonly Payload[]): Uint8Array {
  return encodeMessage(decodeHeader(bytes), payloadsOf(bytes).flatMap(change));
}

function give(
  pair: IkePair,
  to: "A" | "B",
  bytes: Uint8Array,
  from = to === "A" ? B : A,
): readonly IkeOutput[] {
  return pair.engines[to].handle(pair.now, {
    kind: "datagram",
    local: { address: to === "A" ? A : B, port: 500 },
    remote: { address: from, port: 500 },
    bytes,
  });
}

function droppedAs(outputs: readonly IkeOutput[]): string | undefined {
  return outputs.flatMap((output) =>
    output.kind === "event" && output.event.kind === "message-dropped" ? [output.event.reason] : [],
  )[0];
}

test("a name without a key gets the answer that a name with one gets: same payloads, same lengths, same work", () => {
  const [known, unknown] = [upTo(2), upTo(2, "nobody.example.com")];
  const shape = (pair: IkePair) =>
    payloadsOf(wire(pair, 1)).map((payload) => [
      payload.kind,
      payload.kind === "HASH" || payload.kind === "NONCE" ? payload.data.length : 0,
    ]);
  assert.deepEqual(shape(unknown), shape(known));
  assert.equal(wire(unknown, 1).length, wire(known, 1).length);
  const jobs = (pair: IkePair) =>
    pair.events.B.flatMap((event) => (event.kind === "job-started" ? [event.job] : []));
  assert.deepEqual(jobs(unknown), jobs(known));
  assert.equal(unknown.engines.B.view().halfOpen, known.engines.B.view().halfOpen);
});

test("a name without a key fails at the third message, where a wrong key fails, and as often", () => {
  const outcomes = (name: string) => {
    const pair = upTo(2, name);
    const proof = encodeMessage(decodeHeader(wire(pair, 1)), [
      { kind: "HASH", data: new Uint8Array(20).fill(7) },
    ]);
    return Array.from({ length: 7 }, () => {
      const outputs = give(pair, "B", proof);
      return [droppedAs(outputs), outputs.filter(({ kind }) => kind === "send").length];
    });
  };
  assert.deepEqual(outcomes("nobody.example.com"), outcomes(KNOWN.name));
  assert.deepEqual(outcomes(KNOWN.name).at(0), ["hash mismatch", 0]);
  assert.deepEqual(outcomes(KNOWN.name).at(-1), ["unknown cookies", 0], "tries are limited");
});

test("the operator is told at once whose name has no key, and once", () => {
  const pair = upTo(3, "nobody.example.com");
  const failures = pair.events.B.filter((event) => event.kind === "negotiation-failed");
  assert.equal(failures.length, 1);
  assert.match(failures[0]?.explanation ?? "", /nobody\.example\.com/);
  assert.equal(failures[0]?.exchange, "aggressive");
});

test("where no pre-shared key is configured nobody is answered, and no key exchange is made", () => {
  const pair = new IkePair(
    { changes: { clientEndpoint: KNOWN } },
    { policy: { ...policyOf(B, A), preSharedKeys: [] } },
  );
  pair.negotiate("A");
  assert.ok(!pair.kinds("B").includes("job-started"), "no work");
  assert.equal(pair.event("B", "negotiation-failed")?.reason, "no pre-shared key");
});

test("one datagram gets one answer of less than twice its size, however long nothing else comes", () => {
  const pair = upTo(1);
  const answers = pair.wire.filter(({ from }) => from === "B").length;
  assert.equal(answers, 1);
  const asked = wire(pair, 0).length;
  assert.ok(wire(pair, 1).length < 2 * asked, `${wire(pair, 1).length} octets to ${asked}`);
  const later: IkeOutput[] = [];
  for (let second = 1; second < 300; second++)
    later.push(...pair.engines.B.handle(instant(second * 1000), { kind: "wake" }));
  assert.equal(
    later.filter(({ kind }) => kind === "send").length,
    0,
    "no retransmission to the address it claims",
  );
});

test("key exchanges for first messages are bounded over all addresses, and main mode goes on beside them", () => {
  const engine = new IkeEngine({ policy: policyOf(B, A), random: seededRandom("b") });
  const first = wire(upTo(1), 0);
  let jobs = 0;
  for (let i = 0; i < 200; i++) {
    const bytes = first.slice();
    bytes[0] = i + 1;
    const remote = { address: ipv4(`198.51.100.${i + 1}`), port: 500 };
    for (const output of engine.handle(instant(0), {
      kind: "datagram",
      local: { address: B, port: 500 },
      remote,
      bytes,
    }))
      if (output.kind === "start-job") jobs += 1;
  }
  assert.equal(jobs, 32);
  const main = new IkePair({}, {});
  main.network = () => [];
  main.negotiate("A");
  const answered = engine.handle(instant(0), {
    kind: "datagram",
    local: { address: B, port: 500 },
    remote: { address: A, port: 500 },
    bytes: wire(main, 0),
  });
  assert.ok(
    answered.some(({ kind }) => kind === "send"),
    "main mode is answered",
  );
});

test("a first message with a bad public value, nonce or identity makes no key exchange and no SA", () => {
  const first = wire(upTo(1), 0);
  const group1 = 96;
  const bad: readonly [string, (payload: Payload) => readonly Payload[]][] = [
    ["public value 1", (p) => [p.kind === "KE" ? { ...p, publicValue: Uint8Array.of(1) } : p]],
    ["public value 0", (p) => [p.kind === "KE" ? { ...p, publicValue: new Uint8Array(group1) } : p]],
    ["no public value", (p) => (p.kind === "KE" ? [] : [p])],
    ["two public values", (p) => (p.kind === "KE" ? [p, p] : [p])],
    ["a short nonce", (p) => [p.kind === "NONCE" ? { ...p, data: new Uint8Array(7) } : p]],
    ["a long nonce", (p) => [p.kind === "NONCE" ? { ...p, data: new Uint8Array(257) } : p]],
    ["no identity", (p) => (p.kind === "ID" ? [] : [p])],
    ["two identities", (p) => (p.kind === "ID" ? [p, p] : [p])],
    ["an identity for TCP", (p) => [p.kind === "ID" ? { ...p, protocolId: 6, port: 500 } : p]],
    ["a HASH", (p) => (p.kind === "ID" ? [p, { kind: "HASH", data: new Uint8Array(20) }] : [p])],
  ];
  for (const [what, change] of bad) {
    const pair = new IkePair({}, { changes: OF_B });
    const outputs = give(pair, "B", changed(first, change));
    assert.equal(droppedAs(outputs), "malformed", what);
    assert.ok(!outputs.some(({ kind }) => kind === "start-job"), `${what}: no work`);
    assert.equal(pair.engines.B.view().isakmpSas.length, 0, `${what}: no SA`);
  }
});

test("an answer with a bad public value, another suite, no proof or our own public value changes nothing", () => {
  const answer = wire(upTo(2), 1);
  const own = payloadsOf(wire(upTo(1), 0)).find(({ kind }) => kind === "KE");
  const bad: readonly [string, (payload: Payload) => readonly Payload[]][] = [
    ["our own public value", (p) => (p.kind === "KE" && own !== undefined ? [own] : [p])],
    ["public value 1", (p) => [p.kind === "KE" ? { ...p, publicValue: Uint8Array.of(1) } : p]],
    ["no proof", (p) => (p.kind === "HASH" ? [] : [p])],
    ["an identity for TCP", (p) => [p.kind === "ID" ? { ...p, protocolId: 6, port: 500 } : p]],
  ];
  for (const [what, change] of bad) {
    const pair = upTo(1);
    const outputs = give(pair, "A", changed(answer, change));
    assert.equal(droppedAs(outputs), "malformed", what);
    const performed: JobResult[] = [];
    const perform = (more: readonly IkeOutput[]): void => {
      for (const output of more) {
        if (output.kind !== "start-job") continue;
        const result = performJob(output.job);
        performed.push(result);
        perform(pair.engines.A.handle(pair.now, { kind: "job-done", id: output.id, result }));
      }
    };
    perform(give(pair, "A", answer));
    assert.equal(performed.length, 1, `${what}: the true answer is still taken`);
    assert.equal(pair.engines.A.view().isakmpSas[0]?.state, "QM_IDLE", what);
  }
});

test("INITIAL-CONTACT in a third message that came in clear is not believed, for anybody may have added it", () => {
  const pair = upTo(2);
  // An older SA with the same peer, which it must not take down.
  const third = wire(pair, 2);
  const cookies = hex(third.subarray(0, 16));
  const forged = changed(third, (p) =>
    p.kind === "HASH"
      ? [
          p,
          {
            kind: "NOTIFY",
            doi: 1,
            protocolId: 1,
            spi: fromHex(cookies),
            notifyType: NOTIFY_TYPE["INITIAL-CONTACT"],
            data: new Uint8Array(0),
          },
        ]
      : [p],
  );
  const kinds = eventKinds(give(pair, "B", forged));
  assert.ok(kinds.includes("isakmp-sa-established"), "the proof itself holds");
  assert.ok(!kinds.includes("initial-contact-received"), "what stands beside it does not");
});

test("the exchange type cannot change once aggressive mode has begun", () => {
  const pair = upTo(2);
  const third = wire(pair, 2).slice();
  third[18] = EXCHANGE_TYPE["Identity Protection"];
  assert.equal(droppedAs(give(pair, "B", third)), "unexpected");
  assert.equal(pair.engines.B.view().halfOpen, 1, "still waiting");
});

test("a first message with a cookie in use and other contents is refused", () => {
  const pair = upTo(2);
  const other = changed(wire(pair, 0), (p) => [
    p.kind === "NONCE" ? { ...p, data: utf8("another nonce that is long enough") } : p,
  ]);
  assert.equal(droppedAs(give(pair, "B", other)), "unexpected");
});

test("our own first message sent back to us makes no negotiation of it", () => {
  const pair = upTo(0);
  const outputs = give(pair, "A", wire(pair, 0));
  const answered = outputs.some((output) => output.kind === "send" && equal(output.bytes, wire(pair, 0)));
  assert.ok(!answered, "it is not said again");
  assert.ok(!eventKinds(outputs).includes("isakmp-sa-established"), "nothing is established");
});

function eventKinds(outputs: readonly IkeOutput[]): IkeEvent["kind"][] {
  return outputs.flatMap((output) => (output.kind === "event" ? [output.event.kind] : []));
}

test("a message changed in any octet, at any stage, never throws and never completes a different negotiation", () => {
  fc.assert(
    fc.property(
      fc.nat(5),
      fc.nat(),
      fc.integer({ min: 1, max: 255 }),
      fc.boolean(),
      (stage, place, change, isFragmented) => {
        const common = { fragmentation: isFragmented };
        const conventions = { ...IOS_CONVENTIONS, sendInitialContact: false };
        const pair = new IkePair(
          { changes: { ...common, clientEndpoint: KNOWN }, conventions },
          { changes: { ...common, ...OF_B }, conventions },
        );
        pair.network = (datagram, index) => (index < stage ? [datagram] : []);
        pair.negotiate("A");
        const original = pair.wire[stage];
        assert.ok(original !== undefined, `message ${stage + 1}`);
        const bytes = original.bytes.slice();
        const at = place % bytes.length;
        bytes[at] = (bytes[at] ?? 0) ^ change;
        pair.network = (datagram) => [datagram];
        pair.deliver({ from: original.from, bytes });
        pair.settle();
        pair.runUntil(200_000);
        const spis = (of: "A" | "B") => pair.installed(of).map(({ spi }) => spi);
        if (spis("A").length === spis("B").length)
          assert.deepEqual(new Set(spis("A")), new Set(spis("B")), "the same pair at both ends");
        for (const of of ["A", "B"] as const)
          assert.ok(!pair.kinds(of).includes("bug"), "no mistake of ours");
      },
    ),
    { numRuns: 200, seed: 36 },
  );
});

test("random octets while either end waits change no SA and are told once", () => {
  fc.assert(
    fc.property(fc.nat(3), fc.uint8Array({ maxLength: 200 }), fc.boolean(), (stage, body, isOfSa) => {
      const pair = upTo(stage);
      const [view] = pair.engines.B.view().isakmpSas;
      const cookies =
        view === undefined ? "11".repeat(16) : view.sa.initiatorCookie + view.sa.responderCookie;
      const header = isOfSa
        ? concat(fromHex(cookies), Uint8Array.of(8, 0x10, 4, 0, 0, 0, 0, 0), u32Octets(28 + body.length))
        : new Uint8Array(0);
      const states = () => pair.engines.B.view().isakmpSas.map(({ sa, state }) => [sa.connId, state]);
      const before = states();
      const outputs = give(pair, "B", concat(header, body));
      assert.deepEqual(states(), before);
      assert.ok(
        outputs.every(({ kind }) => kind === "event"),
        "nothing but words",
      );
    }),
    { numRuns: 200, seed: 37 },
  );
});
