/** Whatever strangers and peers send: nothing throws, nothing grows without bound, nothing true is torn down. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { A, B, IkePair, policyOf, SELECTOR, seededRandom } from "../../test/support/ike-pair.ts";
import { concat, fromHex, u32Octets } from "../base/octets.ts";
import { instant } from "../base/time.ts";
import { encodeMessage } from "../isakmp/message.ts";
import { type IpAddress, ipv4FromNumber } from "../net/ip-address.ts";
import { IkeEngine } from "./engine.ts";
import type { IkeOutput } from "./engine-contract.ts";

const FROM_A = { local: { address: B, port: 500 }, remote: { address: A, port: 500 } };

/** A negotiation up to (not including) message `count`. */
function upTo(count: number): IkePair {
  const pair = new IkePair();
  pair.network = (datagram, index) => (index < count ? [datagram] : []);
  pair.negotiate("A");
  return pair;
}

test("a message changed in any octet, at any stage, never throws and never completes a different negotiation", () => {
  fc.assert(
    fc.property(fc.nat(8), fc.nat(), fc.integer({ min: 1, max: 255 }), (stage, place, change) => {
      const pair = upTo(stage);
      const original = pair.wire[stage];
      assert.ok(original);
      const bytes = original.bytes.slice();
      const at = place % bytes.length;
      bytes[at] = (bytes[at] ?? 0) ^ change;
      pair.network = (datagram) => [datagram];
      pair.deliver({ from: original.from, bytes });
      pair.settle();
      pair.runUntil(200_000);
      const spis = (of: "A" | "B") =>
        pair
          .installed(of)
          .map((sa) => `${sa.spi}`)
          .sort();
      for (const spi of spis("A"))
        if (pair.installed("A").length === pair.installed("B").length) assert.ok(spis("B").includes(spi));
      for (const of of ["A", "B"] as const) assert.ok(!pair.kinds(of).includes("bug"));
    }),
    { numRuns: 300, seed: 1 },
  );
});

test("random octets at any stage change no SA", () => {
  fc.assert(
    fc.property(fc.nat(9), fc.uint8Array({ maxLength: 300 }), (stage, bytes) => {
      const pair = upTo(stage);
      const before = pair.engines.B.view().isakmpSas.map(({ sa, state }) => [sa.connId, state]);
      const outputs = pair.engines.B.handle(pair.now, { kind: "datagram", ...FROM_A, bytes });
      assert.ok(outputs.every((output) => output.kind === "event"));
      assert.equal(outputs.length, 1, "what changes nothing is told once");
      assert.deepEqual(
        pair.engines.B.view().isakmpSas.map(({ sa, state }) => [sa.connId, state]),
        before,
      );
    }),
    { numRuns: 300, seed: 2 },
  );
});

test("random octets behind the header of a live SA change no SA", () => {
  fc.assert(
    fc.property(
      fc.constantFrom(2, 4, 5, 6, 32, 33),
      fc.boolean(),
      fc.nat(0xffffffff),
      fc.uint8Array({ maxLength: 256 }),
      (exchangeType, isEncrypted, messageId, body) => {
        const pair = new IkePair();
        pair.negotiate("A");
        const [sa] = pair.engines.B.view().isakmpSas;
        assert.ok(sa);
        const header = concat(
          fromHex(sa.sa.initiatorCookie),
          fromHex(sa.sa.responderCookie),
          Uint8Array.of(8, 0x10, exchangeType, isEncrypted ? 1 : 0),
          u32Octets(messageId),
          u32Octets(28 + body.length),
        );
        const outputs = pair.engines.B.handle(pair.now, {
          kind: "datagram",
          ...FROM_A,
          bytes: concat(header, body),
        });
        assert.ok(outputs.every((output) => output.kind === "event"));
        assert.equal(pair.engines.B.view().isakmpSas.length, 1);
      },
    ),
    { numRuns: 300, seed: 3 },
  );
});

/** A first message of a stranger, with a cookie of its own. */
function firstMessage(stranger: number): Uint8Array {
  const pair = new IkePair({ random: seededRandom(`stranger ${stranger}`) });
  pair.network = () => [];
  pair.negotiate("A");
  const [message] = pair.wire;
  assert.ok(message);
  return message.bytes;
}

test("a flood of first messages displaces the oldest half-open SAs and costs no Diffie-Hellman", () => {
  const policy = policyOf(B, A);
  const [key] = policy.preSharedKeys;
  assert.ok(key);
  const everybody = {
    ...key,
    peer: { kind: "address", block: { address: ipv4FromNumber(0), wildcard: ipv4FromNumber(0xffffffff) } },
  } as const;
  const engine = new IkeEngine({
    policy: { ...policy, preSharedKeys: [everybody] },
    random: seededRandom("B"),
    limits: { halfOpenMax: 50, halfOpenPerAddressMax: 10 },
  });
  let answers = 0;
  let jobs = 0;
  const send = (address: IpAddress, cookie: number): void => {
    const bytes = firstMessage(0).slice();
    bytes.set(u32Octets(cookie + 1), 0);
    for (const output of engine.handle(instant(0), {
      kind: "datagram",
      local: FROM_A.local,
      remote: { address, port: 500 },
      bytes,
    })) {
      if (output.kind === "send") answers += 1;
      if (output.kind === "start-job") jobs += 1;
    }
  };
  for (let i = 0; i < 200; i++) send(ipv4FromNumber(0x0a000000 + i), i);
  assert.equal(engine.view().halfOpen, 50);
  for (let i = 0; i < 100; i++) send(A, 1000 + i);
  assert.equal(engine.view().isakmpSas.filter(({ sa }) => sa.remote.address === A).length, 10);
  assert.equal(answers, 300);
  assert.equal(jobs, 0);
});

test("a half-open SA is forgotten after its time", () => {
  const pair = upTo(2);
  pair.network = () => [];
  pair.runUntil(59_000);
  assert.equal(pair.engines.B.view().isakmpSas.length, 1);
  pair.runUntil(61_000);
  assert.equal(pair.engines.B.view().isakmpSas.length, 0);
});

test("a half-open SA that moves on has its time again", () => {
  const pair = upTo(2);
  const [, , MM3] = pair.wire;
  assert.ok(MM3, "a third message");
  pair.network = () => [];
  pair.runUntil(50_000);
  pair.deliver(MM3);
  pair.settle();
  pair.runUntil(109_000);
  assert.deepEqual(
    pair.engines.B.view().isakmpSas.map(({ state }) => state),
    ["MM_KEY_EXCH"],
  );
  pair.runUntil(111_000);
  assert.equal(pair.engines.B.view().isakmpSas.length, 0);
});

test("a responder answers each repeat once and repeats nothing by itself before its peer has authenticated", () => {
  const pair = upTo(1);
  const [MM1] = pair.wire;
  assert.ok(MM1);
  const answersOfB = (): number => pair.wire.filter(({ from }) => from === "B").length;
  assert.equal(answersOfB(), 1);
  for (let i = 0; i < 3; i++) pair.deliver(MM1);
  pair.settle();
  assert.equal(answersOfB(), 4);
  pair.runUntil(50_000);
  assert.equal(answersOfB(), 4);
});

test("a first message with a known cookie but other content is refused", () => {
  const pair = upTo(1);
  const [MM1] = pair.wire;
  assert.ok(MM1);
  const other = encodeMessage(
    {
      initiatorCookie: MM1.bytes.slice(0, 8),
      responderCookie: new Uint8Array(8),
      majorVersion: 1,
      minorVersion: 0,
      exchangeType: 2,
      flags: 0,
      messageId: 0,
    },
    [{ kind: "VID", vendorId: Uint8Array.of(1, 2, 3) }],
  );
  pair.deliver({ from: "A", bytes: other });
  pair.settle();
  assert.equal(pair.engines.B.view().isakmpSas.length, 1);
  assert.equal(pair.event("B", "message-dropped")?.reason, "unexpected");
});

test("forged notifications and deletes in clear tear nothing down", () => {
  for (const payload of [
    { kind: "DELETE", doi: 1, protocolId: 1, spiSize: 16, spis: [new Uint8Array(16)] },
    { kind: "DELETE", doi: 1, protocolId: 3, spiSize: 4, spis: [new Uint8Array(4)] },
    {
      kind: "NOTIFY",
      doi: 1,
      protocolId: 1,
      spi: new Uint8Array(0),
      notifyType: 14,
      data: new Uint8Array(0),
    },
    {
      kind: "NOTIFY",
      doi: 1,
      protocolId: 1,
      spi: new Uint8Array(16),
      notifyType: 24578,
      data: new Uint8Array(0),
    },
    {
      kind: "NOTIFY",
      doi: 1,
      protocolId: 1,
      spi: new Uint8Array(16),
      notifyType: 36136,
      data: new Uint8Array(4),
    },
  ] as const) {
    const pair = new IkePair();
    pair.negotiate("A");
    const [sa] = pair.engines.B.view().isakmpSas;
    assert.ok(sa);
    const bytes = encodeMessage(
      {
        initiatorCookie: fromHex(sa.sa.initiatorCookie),
        responderCookie: fromHex(sa.sa.responderCookie),
        majorVersion: 1,
        minorVersion: 0,
        exchangeType: 5,
        flags: 0,
        messageId: 7,
      },
      [payload],
    );
    const outputs: readonly IkeOutput[] = pair.engines.B.handle(pair.now, {
      kind: "datagram",
      ...FROM_A,
      bytes,
    });
    assert.ok(
      outputs.every((output) => output.kind === "event"),
      JSON.stringify(payload),
    );
    assert.equal(pair.engines.B.view().isakmpSas.length, 1);
  }
});

test("while ISAKMP is off nothing is answered and nothing begun", () => {
  const engine = new IkeEngine({ policy: { ...policyOf(B, A), enabled: false }, random: seededRandom("B") });
  const outputs = [
    ...engine.handle(instant(0), { kind: "datagram", ...FROM_A, bytes: firstMessage(1) }),
    ...engine.handle(instant(0), {
      kind: "negotiate",
      connectionId: "vpn 10 Ethernet1/0",
      peer: A,
      selector: SELECTOR,
    }),
  ];
  assert.deepEqual(
    outputs.map(({ kind }) => kind),
    ["event", "negotiation-failed"],
  );
});

test("without a pre-shared key or a usable policy nothing is sent, and the missing line is named", () => {
  const noKey = new IkeEngine({
    policy: { ...policyOf(A, B), preSharedKeys: [] },
    random: seededRandom("A"),
  });
  const noPolicy = new IkeEngine({ policy: policyOf(A, B, { suites: [] }), random: seededRandom("A") });
  for (const [engine, text] of [
    [noKey, /crypto isakmp key … address 172\.16\.172\.20/],
    [noPolicy, /authentication pre-share/],
  ] as const) {
    const outputs = engine.handle(instant(0), {
      kind: "negotiate",
      connectionId: "vpn 10 Ethernet1/0",
      peer: B,
      selector: SELECTOR,
    });
    assert.ok(!outputs.some(({ kind }) => kind === "send"));
    assert.ok(
      outputs.some(
        (output) =>
          output.kind === "event" &&
          output.event.kind === "negotiation-failed" &&
          text.test(output.event.explanation),
      ),
    );
  }
});

test("an unauthenticated sixth message does not end the exchange", () => {
  const pair = upTo(5);
  const MM6 = pair.wire[5];
  assert.ok(MM6);
  const forged = MM6.bytes.slice();
  forged[40] = (forged[40] ?? 0) ^ 1;
  pair.network = (datagram) => [datagram];
  pair.deliver({ from: "B", bytes: forged });
  pair.deliver(MM6);
  pair.settle();
  assert.equal(pair.engines.A.view().isakmpSas[0]?.state, "QM_IDLE");
  assert.equal(pair.installed("A").length, 2);
});
