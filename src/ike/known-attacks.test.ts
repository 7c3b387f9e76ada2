/**
 * Attacks that gateways have fallen to, against two engines that talk to each other: forged and replayed messages, floods,
 * values that are no keys, and what an authenticated peer may not do either.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { EVERY_ESP_SUITE } from "../../test/support/esp-suites.ts";
import {
  A,
  B,
  type Datagram,
  IkePair,
  policyOf,
  SELECTOR,
  SUITE,
  seededRandom,
  TRANSFORM_SET,
} from "../../test/support/ike-pair.ts";
import { Insider, lastBlock, notification } from "../../test/support/insider.ts";
import { concat, fromHex, hex, u32Octets } from "../base/octets.ts";
import { instant } from "../base/time.ts";
import { group } from "../crypto/groups.ts";
import { espKeyLength, HASHES } from "../crypto/names.ts";
import { decodeHeader, HEADER_LENGTH, type IsakmpHeader } from "../isakmp/header.ts";
import { encodeMessage } from "../isakmp/message.ts";
import { EXCHANGE_TYPE } from "../isakmp/numbers/exchange-type.ts";
import { basicAttribute, type Payload } from "../isakmp/payload.ts";
import { decodePayloads } from "../isakmp/payload-chain.ts";
import { ipv4, ipv4Octets } from "../net/ip-address.ts";
import { blockOf, mirror } from "../net/selector.ts";
import { IkeEngine } from "./engine.ts";
import type { IkeOutput } from "./engine-contract.ts";
import type { IkeEvent } from "./events.ts";
import { seal } from "./protection.ts";

type Name = "A" | "B";

const EMPTY = new Uint8Array(0);

/** A negotiation of A's up to, not including, message `count` of it. */
function upTo(count: number, ...options: ConstructorParameters<typeof IkePair>): IkePair {
  const pair = new IkePair(...options);
  pair.network = (datagram, index) => (index < count ? [datagram] : []);
  pair.negotiate("A");
  return pair;
}

function message(pair: IkePair, index: number): Datagram {
  const found = pair.wire[index];
  assert.ok(found, `message ${index + 1}`);
  return found;
}

/** Gives a datagram to one engine and returns what that alone made it do. */
function give(pair: IkePair, to: Name, bytes: Uint8Array): readonly IkeOutput[] {
  const [own, peer] = to === "A" ? [A, B] : [B, A];
  return pair.engines[to].handle(pair.now, {
    kind: "datagram",
    local: { address: own, port: 500 },
    remote: { address: peer, port: 500 },
    bytes,
  });
}

function eventsOf(outputs: readonly IkeOutput[]): IkeEvent[] {
  return outputs.flatMap((output) => (output.kind === "event" ? [output.event] : []));
}

function sentBy(outputs: readonly IkeOutput[]): Uint8Array[] {
  return outputs.flatMap((output) => (output.kind === "send" ? [output.bytes] : []));
}

/** Nothing but words, the last of which is that the message was dropped. */
function assertDropped(outputs: readonly IkeOutput[], what: string): void {
  assert.deepEqual(
    outputs
      .map((output) => (output.kind === "event" ? output.event.kind : output.kind))
      .filter((kind) => kind !== "message-received"),
    ["message-dropped"],
    what,
  );
}

/** A clear message with its payloads, or its header, changed. */
function rewritten(
  { bytes }: Datagram,
  change: (payloads: readonly Payload[]) => readonly Payload[],
  header: Partial<IsakmpHeader> = {},
): Uint8Array {
  const original = decodeHeader(bytes);
  const { payloads } = decodePayloads(original.nextPayload, bytes.subarray(HEADER_LENGTH));
  return encodeMessage({ ...original, ...header }, change(payloads));
}

const asItIs = (payloads: readonly Payload[]): readonly Payload[] => payloads;
const withKey =
  (publicValue: Uint8Array) =>
  (payloads: readonly Payload[]): readonly Payload[] =>
    payloads.map((payload) => (payload.kind === "KE" ? { ...payload, publicValue } : payload));

function patched(bytes: Uint8Array, at: number, ...octets: readonly number[]): Uint8Array {
  const copy = bytes.slice();
  copy.set(octets, at);
  return copy;
}

/** Whatever was done to it, the negotiation still comes to its end once the network is good. */
function assertCompletes(pair: IkePair, what: string): void {
  pair.network = (datagram) => [datagram];
  pair.runUntil(pair.now + 60_000);
  assert.equal(pair.installed("A").length, 2, what);
  assert.equal(pair.installed("B").length, 2, what);
}

/** The messages of a second quick mode of A's: they reach B, its answer does not reach A. */
function heldQuickMode(insider: Insider): { readonly QM1: Datagram; readonly QM2: Datagram } {
  const { pair } = insider;
  const start = pair.wire.length;
  pair.network = (datagram) => (datagram.from === "A" ? [datagram] : []);
  pair.negotiate("A");
  return { QM1: message(pair, start), QM2: message(pair, start + 1) };
}

// ── Messages that are not what they say ────────────────────────────────────────────────────────────────────────────

test("a length in the header that is not the datagram's, however large, is refused at every stage", () => {
  for (let stage = 0; stage < 9; stage++) {
    const pair = upTo(stage);
    const { from, bytes } = message(pair, stage);
    const to = from === "A" ? "B" : "A";
    for (const length of [0, 27, 28, bytes.length - 1, bytes.length + 1, 0x7fffffff, 0xffffffff])
      assertDropped(give(pair, to, patched(bytes, 24, ...u32Octets(length))), `${stage}: ${length}`);
    assertDropped(give(pair, to, bytes.slice(0, 27)), "no whole header");
    assertDropped(give(pair, to, EMPTY), "nothing");
    assertCompletes(pair, `stage ${stage}`);
  }
});

test("payload, proposal, transform and SPI lengths that do not fit into each other are refused", () => {
  const pair = upTo(0);
  const { bytes } = message(pair, 0);
  // SA at 28, proposal at 40, transform at 48, its first attribute at 56.
  for (const [at, octets] of [
    [30, [0, 0]],
    [30, [0, 3]],
    [30, [0xff, 0xff]],
    [42, [0, 7]],
    [42, [0xff, 0xff]],
    [46, [0xff]],
    [47, [0]],
    [47, [2]],
    [50, [0, 7]],
    [50, [0xff, 0xff]],
    [56, [0, 1, 0xff, 0xff]],
  ] as const)
    assertDropped(give(pair, "B", patched(bytes, at, ...octets)), `${octets.join(" ")} at ${at}`);
  assert.equal(pair.engines.B.view().isakmpSas.length, 0);
});

test("payload types out of place, other exchanges and other versions are refused without an answer", () => {
  const pair = upTo(0);
  const { bytes } = message(pair, 0);
  for (const nextPayload of [0, 2, 3, 4, 8, 15, 33, 41, 127])
    assertDropped(give(pair, "B", patched(bytes, 16, nextPayload)), `next payload ${nextPayload}`);
  for (const version of [0x00, 0x01, 0x11, 0x20, 0x21, 0xf0])
    assertDropped(give(pair, "B", patched(bytes, 17, version)), `version ${version}`);
  for (const exchange of [0, 1, 3, 4, 5, 6, 31, 32, 33, 34, 35, 36, 37, 240, 243, 255])
    assertDropped(give(pair, "B", patched(bytes, 18, exchange)), `exchange ${exchange}`);
});

test("a domain or a situation other than IPsec's and identity-only is refused", () => {
  const pair = upTo(0);
  const { bytes } = message(pair, 0);
  for (const doi of [0, 2, 3, 0x80000001, 0xffffffff])
    assertDropped(give(pair, "B", patched(bytes, 32, ...u32Octets(doi))), `domain ${doi}`);
  for (const situation of [0, 2, 3, 4, 8, 0x80000001, 0xffffffff])
    assertDropped(give(pair, "B", patched(bytes, 36, ...u32Octets(situation))), `situation ${situation}`);
  assert.equal(pair.engines.B.view().isakmpSas.length, 0);
});

test("identities too short for their type never authenticate and never throw", () => {
  for (const data of [EMPTY, new Uint8Array(3), new Uint8Array(16)])
    for (const idType of [1, 4, 5, 7]) {
      const insider = Insider.ofNew();
      const { QM1 } = heldQuickMode(insider);
      const payloads = insider
        .openFirst(QM1)
        .slice(1)
        .map((payload) => (payload.kind === "ID" ? { ...payload, idType, data } : payload));
      const outputs = give(insider.pair, "B", insider.first("A", "Quick Mode", payloads).bytes);
      assert.ok(!outputs.some(({ kind }) => kind === "install-sa"), `type ${idType} of ${data.length}`);
    }
});

test("a Delete whose count of SPIs is not what follows is refused, and the SA stays", () => {
  for (const [spiSize, count, octets] of [
    [16, 0xffff, 16],
    [4, 2, 4],
    [0, 5, 0],
    [255, 255, 3],
  ] as const) {
    const insider = Insider.ofNew();
    const body = concat(
      u32Octets(1),
      Uint8Array.of(3, spiSize, count >> 8, count & 255),
      new Uint8Array(octets),
    );
    const payload: Payload = { kind: "unknown", payloadType: 12, body };
    assertDropped(give(insider.pair, "B", insider.first("A", "Informational", [payload]).bytes), `${count}`);
    assert.equal(insider.pair.engines.B.view().isakmpSas.length, 1);
  }
});

test("what a peer says of itself is shown with its control characters escaped", () => {
  const hostname = "r1\r\n%SYS-5-CONFIG_I\x1b[2J\u0007";
  const policy = { ...policyOf(A, B), identity: "hostname", hostname } as const;
  const pair = new IkePair({ policy });
  pair.negotiate("A");
  const identity = pair.event("B", "peer-authenticated")?.identity ?? "";
  assert.match(identity, /^r1/);
  assert.match(identity, /^[\x20-\x7e]+$/);
});

// ── Phase 1: state and cost ────────────────────────────────────────────────────────────────────────────────────────

test("a first message makes no Diffie-Hellman and is answered by less than three times its size", () => {
  const pair = upTo(0);
  const { bytes } = message(pair, 0);
  const outputs = give(pair, "B", bytes);
  assert.ok(
    !outputs.some(({ kind }) => kind === "start-job"),
    "!outputs.some(({ kind }) => kind === 'start-job')",
  );
  const [answer] = sentBy(outputs);
  assert.ok(answer && answer.length < 3 * bytes.length, "answer && answer.length < 3 * bytes.length");
});

test("the answer to a refused first message is no longer than a notification", () => {
  const pair = upTo(0, { changes: { suites: [{ ...SUITE, group: 5 }] } });
  const answers = sentBy(give(pair, "B", message(pair, 0).bytes));
  assert.ok(answers.length <= 1, "answers.length <= 1");
  assert.ok((answers[0]?.length ?? 0) <= 56, "(answers[0]?.length ?? 0) <= 56");
});

test("refusals to strangers are few in a second, however many ask", () => {
  const pair = upTo(0, { changes: { suites: [{ ...SUITE, group: 5 }] } });
  const { bytes } = message(pair, 0);
  let answers = 0;
  for (let i = 0; i < 500; i++)
    answers += sentBy(give(pair, "B", patched(bytes, 0, ...u32Octets(i + 1)))).length;
  assert.ok(answers <= 20, `${answers}`);
  assert.equal(pair.engines.B.view().isakmpSas.length, 0);
});

test("a first message with zeros for a cookie, or with a responder's cookie, makes no SA", () => {
  const pair = upTo(0);
  const { bytes } = message(pair, 0);
  assertDropped(give(pair, "B", patched(bytes, 0, ...new Uint8Array(8))), "zeros");
  assertDropped(give(pair, "B", patched(bytes, 8, ...new Uint8Array(8).fill(7))), "a responder's cookie");
  assert.equal(pair.engines.B.view().isakmpSas.length, 0);
});

test("a first message with a message id or with flags makes no SA", () => {
  const pair = upTo(0);
  const { bytes } = message(pair, 0);
  assertDropped(give(pair, "B", patched(bytes, 20, ...u32Octets(1))), "a message id");
  for (const flags of [1, 2, 4, 7, 0x80])
    assertDropped(give(pair, "B", patched(bytes, 19, flags)), `${flags}`);
  assert.equal(pair.engines.B.view().isakmpSas.length, 0);
});

test("cookies differ between all SAs and are never zeros", () => {
  const cookies = new Set<string>();
  const pair = new IkePair();
  for (let i = 0; i < 50; i++) {
    pair.negotiate("A");
    for (const { sa } of pair.engines.A.view().isakmpSas) {
      cookies.add(sa.initiatorCookie);
      cookies.add(sa.responderCookie);
    }
    pair.input("A", { kind: "clear-isakmp-sas" });
  }
  assert.equal(cookies.size, 100);
  assert.ok(!cookies.has("0".repeat(16)), "!cookies.has('0'.repeat(16))");
});

test("a peer that sends our own messages back to us makes no SA and leaves none behind", () => {
  const engine = new IkeEngine({ policy: policyOf(A, B), random: seededRandom("A") });
  const ends = { local: { address: A, port: 500 }, remote: { address: B, port: 500 } };
  const connectionId = "vpn 10 Ethernet1/0";
  const outputs = [
    ...engine.handle(instant(0), { kind: "negotiate", connectionId, peer: B, selector: SELECTOR }),
  ];
  let reflected = 0;
  for (const output of outputs) {
    if (output.kind !== "send" || reflected++ > 50) continue;
    outputs.push(...engine.handle(instant(0), { kind: "datagram", ...ends, bytes: output.bytes }));
  }
  for (let due = engine.nextDeadline(); due !== undefined; due = engine.nextDeadline())
    for (const output of engine.handle(due.at, { kind: "wake" })) {
      if (output.kind !== "send" || reflected++ > 50) continue;
      engine.handle(due.at, { kind: "datagram", ...ends, bytes: output.bytes });
    }
  assert.ok(
    !eventsOf(outputs).some(({ kind }) => kind === "isakmp-sa-established"),
    "!eventsOf(outputs).some(({ kind }) => kind === 'isakmp-sa-es",
  );
  const { isakmpSas, halfOpen, jobsRunning } = engine.view();
  assert.deepEqual([isakmpSas, halfOpen, jobsRunning], [[], 0, 0]);
});

test("an answer that comes without the responder's cookie is no first message, whatever it looks like", () => {
  for (const mode of ["main", "aggressive"] as const) {
    const asName = { clientEndpoint: { kind: "fqdn", name: "a.example.com" } } as const;
    const pair =
      mode === "main"
        ? upTo(1)
        : upTo(1, { changes: asName }, { changes: { keysForNames: [asName.clientEndpoint.name] } });
    const { bytes } = message(pair, 1);
    assertDropped(give(pair, "A", patched(bytes, 8, ...new Uint8Array(8))), mode);
    assert.equal(pair.engines.A.view().isakmpSas.length, 1, mode);
    assertCompletes(pair, mode);
  }
});

test("a first message that comes again is answered as before and makes no second SA", () => {
  const pair = upTo(1);
  const MM1 = message(pair, 0);
  const before = message(pair, 1);
  const [again] = sentBy(give(pair, "B", MM1.bytes));
  assert.equal(hex(again ?? EMPTY), hex(before.bytes));
  assert.equal(pair.engines.B.view().isakmpSas.length, 1);
});

test("the exchange type cannot change once an exchange has begun", () => {
  for (let stage = 1; stage < 6; stage++) {
    const pair = upTo(stage);
    const { from, bytes } = message(pair, stage);
    for (const exchange of [1, 3, 4, 6, 32, 33])
      assertDropped(
        give(pair, from === "A" ? "B" : "A", patched(bytes, 18, exchange)),
        `${stage} ${exchange}`,
      );
    assertCompletes(pair, `stage ${stage}`);
  }
});

test("an offer that loses its better suite on the way is found out by the proofs of main and aggressive mode", () => {
  const weak = { ...SUITE, priority: 2, encryption: "des" } as const;
  const suites = [SUITE, weak];
  for (const clientEndpoint of [undefined, { kind: "ipv4-address", address: A } as const]) {
    const asInitiator = clientEndpoint === undefined ? { suites } : { suites, clientEndpoint };
    const pair = new IkePair({ changes: asInitiator }, { changes: { suites } });
    pair.network = (datagram, index) => {
      if (index > 0) return [datagram];
      const header = decodeHeader(datagram.bytes);
      const offered = decodePayloads(header.nextPayload, datagram.bytes.subarray(HEADER_LENGTH)).payloads;
      const shortened = offered.map((payload) =>
        payload.kind === "SA"
          ? {
              ...payload,
              proposals: payload.proposals.map((one) => ({ ...one, transforms: one.transforms.slice(1) })),
            }
          : payload,
      );
      return [{ ...datagram, bytes: encodeMessage(header, shortened) }];
    };
    pair.negotiate("A");
    const mode = clientEndpoint === undefined ? "main" : "aggressive";
    assert.ok(
      pair.events.B.some((event) => event.kind === "isakmp-transform-checked" && event.accepted),
      `${mode}: the weak suite is taken up`,
    );
    for (const end of ["A", "B"] as const)
      assert.equal(pair.event(end, "isakmp-sa-established"), undefined, `${mode}, ${end}`);
  }
});

test("clear where encrypted is due, and encrypted where there are no keys, changes nothing", () => {
  for (let stage = 1; stage < 9; stage++) {
    const pair = upTo(stage);
    const { from, bytes } = message(pair, stage);
    const flipped = patched(bytes, 19, (bytes[19] ?? 0) ^ 1);
    assertDropped(give(pair, from === "A" ? "B" : "A", flipped), `message ${stage + 1}`);
    assertCompletes(pair, `message ${stage + 1}`);
  }
});

test("a wrong pre-shared key is tolerated a few times, told once, and authenticates nobody", () => {
  const pair = upTo(5, {}, { changes: { key: "another" } });
  const told = (): number => pair.events.B.filter(({ kind }) => kind === "negotiation-failed").length;
  assert.equal(told(), 1);
  pair.network = () => [];
  pair.runUntil(50_000);
  for (let i = 0; i < 10; i++) {
    pair.deliver(message(pair, 4));
    pair.settle();
  }
  assert.equal(told(), 1);
  assert.equal(pair.engines.B.view().isakmpSas.length, 0);
  assert.equal(pair.event("B", "peer-authenticated"), undefined);
});

test("ciphertext that does not verify moves no IV: the true message that follows is understood", () => {
  for (let stage = 4; stage < 9; stage++) {
    const pair = upTo(stage);
    const { from, bytes } = message(pair, stage);
    const to = from === "A" ? "B" : "A";
    for (let i = 0; i < 3; i++)
      give(pair, to, patched(bytes, HEADER_LENGTH + i, (bytes[HEADER_LENGTH + i] ?? 0) ^ 0x55));
    give(pair, to, patched(bytes, HEADER_LENGTH, ...new Uint8Array(bytes.length - HEADER_LENGTH)));
    pair.network = (datagram) => [datagram];
    const before = pair.wire.length;
    pair.deliver(message(pair, stage));
    pair.settle();
    assert.equal(pair.installed("A").length, 2, `message ${stage + 1}`);
    assert.equal(pair.installed("B").length, 2, `message ${stage + 1}`);
    assert.equal(pair.wire.length - before, 8 - stage, "without a single retransmission");
  }
});

// ── Diffie-Hellman ─────────────────────────────────────────────────────────────────────────────────────────────────

test("public values of 0, 1, p-1, p, a wrong length or none cost no Diffie-Hellman and end no exchange", () => {
  const length = group(1).publicLength;
  const one = new Uint8Array(length);
  one[length - 1] = 1;
  // RFC 2409 §6.1.
  const p = fromHex(
    "FFFFFFFFFFFFFFFFC90FDAA22168C234C4C6628B80DC1CD129024E088A67CC74020BBEA63B139B22514A08798E3404DDEF9519B3CD3A431B302B0A6DF25F14374FE1356D6D51C245E485B576625E7EC6F44C42E9A63A3620FFFFFFFFFFFFFFFF",
  );
  const bad = {
    zero: new Uint8Array(length),
    one,
    "p-1": patched(p, length - 1, 0xfe),
    p,
    "all ones": new Uint8Array(length).fill(0xff),
    empty: EMPTY,
    short: new Uint8Array(length - 1).fill(5),
    long: concat(Uint8Array.of(0), new Uint8Array(length).fill(5)),
  };
  for (const stage of [2, 3])
    for (const [name, value] of Object.entries(bad)) {
      const pair = upTo(stage);
      const original = message(pair, stage);
      const outputs = give(pair, original.from === "A" ? "B" : "A", rewritten(original, withKey(value)));
      assert.ok(!outputs.some(({ kind }) => kind === "start-job"), name);
      assert.ok(
        eventsOf(outputs).some(({ kind }) => kind === "message-dropped"),
        name,
      );
      assertCompletes(pair, name);
    }
});

test("a key exchange without KE, without nonce or with two of either is refused", () => {
  for (const stage of [2, 3])
    for (const kind of ["KE", "NONCE"] as const)
      for (const change of [
        (all: readonly Payload[]) => all.filter((one) => one.kind !== kind),
        (all: readonly Payload[]) => [...all, ...all.filter((one) => one.kind === kind)],
      ]) {
        const pair = upTo(stage);
        const original = message(pair, stage);
        const outputs = give(pair, original.from === "A" ? "B" : "A", rewritten(original, change));
        assert.ok(!outputs.some((output) => output.kind === "start-job"), `${stage} ${kind}`);
        assertCompletes(pair, `${stage} ${kind}`);
      }
});

test("nonces shorter than 8 or longer than 256 octets are refused, the limits themselves are not", () => {
  for (const [length, fits] of [
    [0, false],
    [7, false],
    [8, true],
    [256, true],
    [257, false],
    [2000, false],
  ] as const) {
    const pair = upTo(2);
    const nonce = new Uint8Array(length).fill(3);
    const bytes = rewritten(message(pair, 2), (all) =>
      all.map((one) => (one.kind === "NONCE" ? { ...one, data: nonce } : one)),
    );
    const outputs = give(pair, "B", bytes);
    assert.equal(
      outputs.some(({ kind }) => kind === "start-job"),
      fits,
      `${length} octets`,
    );
  }
});

test("our own public value sent back to us is refused", () => {
  const pair = upTo(3);
  const ours = decodePayloads(4, message(pair, 2).bytes.subarray(HEADER_LENGTH)).payloads;
  const [key] = ours.filter((payload) => payload.kind === "KE");
  assert.ok(key?.kind === "KE", "key?.kind === 'KE'");
  const outputs = give(pair, "A", rewritten(message(pair, 3), withKey(key.publicValue)));
  assert.ok(
    !outputs.some(({ kind }) => kind === "start-job"),
    "!outputs.some(({ kind }) => kind === 'start-job')",
  );
  assertCompletes(pair, "reflected key");
});

test("every exchange draws its own private value and its own nonces", () => {
  const drawn = new Map<string, string[]>();
  const random = seededRandom("A");
  const pair = new IkePair(
    {
      changes: { pfsGroup: 2 },
      random: {
        bytes(purpose, length) {
          const octets = random.bytes(purpose, length);
          drawn.set(purpose, [...(drawn.get(purpose) ?? []), hex(octets)]);
          return octets;
        },
      },
    },
    { changes: { pfsGroup: 2 } },
  );
  for (let i = 0; i < 3; i++) {
    pair.negotiate("A");
    pair.input("A", { kind: "clear-isakmp-sas" });
  }
  for (const purpose of ["dh private", "nonce"]) {
    const values = drawn.get(purpose) ?? [];
    assert.equal(values.length, 6, purpose);
    assert.equal(new Set(values).size, 6, purpose);
  }
});

test("in quick mode a public value that is no key makes no SA", () => {
  const changes = { pfsGroup: 2 } as const;
  for (const value of [
    EMPTY,
    new Uint8Array(128),
    new Uint8Array(128).fill(0xff),
    new Uint8Array(96).fill(3),
  ]) {
    const insider = Insider.ofNew({ changes }, { changes });
    const { QM1, QM2 } = heldQuickMode(insider);
    const offered = insider.openFirst(QM1).slice(1);
    const atB = give(insider.pair, "B", insider.first("A", "Quick Mode", withKey(value)(offered)).bytes);
    assert.ok(
      !atB.some(({ kind }) => kind === "start-job" || kind === "install-sa"),
      "!atB.some(({ kind }) => kind === 'start-job' || kind === 'in",
    );
    const atA = give(insider.pair, "A", insider.answer(QM1, QM2, withKey(value)).bytes);
    assert.ok(
      !atA.some(({ kind }) => kind === "start-job" || kind === "install-sa"),
      "!atA.some(({ kind }) => kind === 'start-job' || kind === 'in",
    );
  }
});

test("in quick mode KE and group come together or not at all", () => {
  const changes = { pfsGroup: 2 } as const;
  const insider = Insider.ofNew({ changes }, { changes });
  const { QM1, QM2 } = heldQuickMode(insider);
  const noKey = (all: readonly Payload[]) => all.filter(({ kind }) => kind !== "KE");
  const offered = insider.openFirst(QM1).slice(1);
  for (const payloads of [noKey(offered), [...offered, ...offered.filter(({ kind }) => kind === "KE")]]) {
    const outputs = give(insider.pair, "B", insider.first("A", "Quick Mode", payloads).bytes);
    assert.ok(
      !outputs.some(({ kind }) => kind === "start-job" || kind === "install-sa"),
      "!outputs.some(({ kind }) => kind === 'start-job' || kind ===",
    );
  }
  const outputs = give(insider.pair, "A", insider.answer(QM1, QM2, noKey).bytes);
  assert.ok(
    !outputs.some(({ kind }) => kind === "start-job" || kind === "install-sa"),
    "!outputs.some(({ kind }) => kind === 'start-job' || kind ===",
  );
  assert.ok(
    eventsOf(outputs).some(({ kind }) => kind === "negotiation-failed"),
    "eventsOf(outputs).some(({ kind }) => kind === 'negotiation-f",
  );
});

// ── Quick mode ─────────────────────────────────────────────────────────────────────────────────────────────────────

test("a quick mode whose HASH is missing, empty, wrong or not the first payload leaves the ISAKMP SA unharmed", () => {
  const insider = Insider.ofNew();
  const { QM1 } = heldQuickMode(insider);
  const offered = insider.openFirst(QM1).slice(1);
  const right = insider.openFirst(insider.first("A", "Quick Mode", offered, 77))[0];
  assert.ok(right?.kind === "HASH", "right?.kind === 'HASH'");
  const wrong = { ...right, data: right.data.map((octet, i) => (i === 0 ? octet ^ 1 : octet)) };
  for (const [name, payloads] of [
    ["missing", offered],
    ["empty", [{ kind: "HASH", data: EMPTY }, ...offered]],
    ["cut short", [{ kind: "HASH", data: right.data.slice(0, 12) }, ...offered]],
    ["wrong", [wrong, ...offered]],
    ["last", [...offered, right]],
    ["that of another message id", [right, ...offered]],
  ] as const) {
    const bytes = insider.raw("A", "Quick Mode", payloads).bytes;
    assertDropped(give(insider.pair, "B", bytes), name);
  }
  assert.equal(insider.pair.engines.B.view().isakmpSas[0]?.state, "QM_IDLE");
  // With the right message id it is right.
  const outputs = give(insider.pair, "B", insider.raw("A", "Quick Mode", [right, ...offered], 77).bytes);
  assert.ok(
    outputs.some(({ kind }) => kind === "install-sa"),
    "outputs.some(({ kind }) => kind === 'install-sa')",
  );
});

test("a responder sends on a pair only after the third message, which a replay cannot bring", () => {
  const pair = upTo(8);
  assert.deepEqual(
    pair.installed("B").map(({ direction }) => direction),
    ["inbound"],
  );
  pair.network = () => [];
  for (let i = 0; i < 5; i++) pair.deliver(message(pair, 6));
  pair.settle();
  assert.deepEqual(
    pair.installed("B").map(({ direction }) => direction),
    ["inbound"],
  );
  pair.runUntil(200_000);
  assert.ok(
    pair.outputs.B.some(({ kind }) => kind === "abandon-sa"),
    "pair.outputs.B.some(({ kind }) => kind === 'abandon-sa')",
  );
});

test("a third message of quick mode whose HASH is wrong, short or empty completes nothing; the true one does", () => {
  const insider = Insider.ofNew();
  const { pair, protection, blockLength, cookies } = insider;
  const start = pair.wire.length;
  const before = pair.installed("B").length;
  pair.network = (datagram, index) => (index === start + 2 ? [] : [datagram]);
  pair.negotiate("A");
  const [QM1, QM2, QM3] = pair.wire.slice(start);
  assert.ok(QM1 && QM2 && QM3, "three messages");
  const header = {
    ...cookies,
    exchangeType: EXCHANGE_TYPE["Quick Mode"],
    messageId: insider.messageIdOf(QM1),
  };
  for (const data of [new Uint8Array(20), new Uint8Array(19), new Uint8Array(0)]) {
    const { bytes } = seal(protection, lastBlock(QM2.bytes, blockLength), header, [{ kind: "HASH", data }]);
    pair.deliver({ from: "A", bytes });
    pair.settle();
  }
  assert.equal(pair.installed("B").length, before + 1, "the inbound SA alone");
  pair.deliver(QM3);
  pair.settle();
  assert.equal(pair.installed("B").length, before + 2);
});

test("every message of a finished negotiation, replayed later and in any order, changes nothing", () => {
  const pair = new IkePair();
  pair.negotiate("A");
  const recorded = pair.wire.slice(0, 9);
  for (const wait of [1_000, 100_000]) {
    pair.runUntil(pair.now + wait);
    for (const { from, bytes } of [...recorded, ...recorded.toReversed()]) {
      const outputs = give(pair, from === "A" ? "B" : "A", bytes);
      assert.ok(
        !outputs.some(({ kind }) => ["install-sa", "start-job", "remove-ipsec-sa"].includes(kind)),
        "!outputs.some(({ kind }) => ['install-sa', 'start-job', 'rem",
      );
    }
    for (const name of ["A", "B"] as const)
      assert.ok(
        pair.engines[name].view().isakmpSas.some(({ state }) => state === "QM_IDLE"),
        "pair.engines[name].view().isakmpSas.some(({ state }) => stat",
      );
  }
});

test("quick modes under way are bounded, each of which may cost a Diffie-Hellman exchange", () => {
  const changes = { pfsGroup: 2 } as const;
  const insider = Insider.ofNew({ changes }, { changes, limits: { exchangesPerSaMax: 4 } });
  const { QM1 } = heldQuickMode(insider);
  const offered = insider.openFirst(QM1).slice(1);
  let jobs = 0;
  for (let i = 0; i < 50; i++)
    jobs += give(insider.pair, "B", insider.first("A", "Quick Mode", offered).bytes).filter(
      ({ kind }) => kind === "start-job",
    ).length;
  assert.ok(jobs <= 4, `${jobs}`);
  assert.ok(
    (insider.pair.engines.B.view().isakmpSas[0]?.exchanges ?? 99) <= 4,
    "(insider.pair.engines.B.view().isakmpSas[0]?.exchanges ?? 99",
  );
});

test("one, three or wider identities than our access list make no SA and are refused as such", () => {
  const insider = Insider.ofNew();
  const { QM1 } = heldQuickMode(insider);
  const offered = insider.openFirst(QM1).slice(1);
  const ids = offered.filter((payload) => payload.kind === "ID");
  const rest = offered.filter((payload) => payload.kind !== "ID");
  const [IDci, IDcr] = ids;
  assert.ok(IDci && IDcr, "IDci && IDcr");
  const wide = { ...IDcr, data: concat(ipv4Octets(ipv4("10.0.0.0")), ipv4Octets(ipv4("255.0.0.0"))) };
  const name = { ...IDcr, idType: 2, data: fromHex("61") };
  for (const [what, proposed] of [
    ["one", [IDci]],
    ["three", [IDci, IDcr, IDcr]],
    ["wide", [IDci, wide]],
    ["swapped", [IDcr, IDci]],
    ["a name", [IDci, name]],
    ["none", []],
  ] as const) {
    const outputs = give(insider.pair, "B", insider.first("A", "Quick Mode", [...rest, ...proposed]).bytes);
    assert.ok(!outputs.some(({ kind }) => kind === "install-sa"), what);
    const refusal = eventsOf(outputs).find((event) => event.kind === "notify-sent");
    assert.equal(refusal?.kind === "notify-sent" ? refusal.notifyType : undefined, 18, what);
  }
});

test("an answer whose identities are missing, swapped, widened or more than two is refused", () => {
  const changeIds =
    (change: (ids: readonly Payload[]) => readonly Payload[]) =>
    (all: readonly Payload[]): readonly Payload[] => [
      ...all.filter(({ kind }) => kind !== "ID"),
      ...change(all.filter(({ kind }) => kind === "ID")),
    ];
  const everything = new Uint8Array(8);
  for (const change of [
    () => [],
    (ids: readonly Payload[]) => ids.slice(0, 1),
    (ids: readonly Payload[]) => ids.toReversed(),
    (ids: readonly Payload[]) => [...ids, ...ids],
    (ids: readonly Payload[]) => ids.map((id) => (id.kind === "ID" ? { ...id, data: everything } : id)),
    (ids: readonly Payload[]) => ids.map((id) => (id.kind === "ID" ? { ...id, protocolId: 6 } : id)),
    (ids: readonly Payload[]) => ids.map((id) => (id.kind === "ID" ? { ...id, port: 80 } : id)),
  ]) {
    const insider = Insider.ofNew();
    const { QM1, QM2 } = heldQuickMode(insider);
    const outputs = give(insider.pair, "A", insider.answer(QM1, QM2, changeIds(change)).bytes);
    assert.ok(
      !outputs.some(({ kind }) => kind === "install-sa"),
      "!outputs.some(({ kind }) => kind === 'install-sa')",
    );
    assert.ok(
      eventsOf(outputs).some(({ kind }) => kind === "negotiation-failed"),
      "eventsOf(outputs).some(({ kind }) => kind === 'negotiation-f",
    );
  }
});

test("an answer with another cipher, authenticator, mode or group, or two proposals, makes no SA", () => {
  type Attributes = readonly ReturnType<typeof basicAttribute>[];
  const attributes =
    (change: (all: Attributes) => Attributes, id?: number) =>
    (all: readonly Payload[]): readonly Payload[] =>
      all.map((payload) =>
        payload.kind !== "SA"
          ? payload
          : {
              ...payload,
              proposals: payload.proposals.map((one) => ({
                ...one,
                transforms: one.transforms.map((transform) => ({
                  ...transform,
                  id: id ?? transform.id,
                  attributes: change(transform.attributes),
                })),
              })),
            },
      );
  const set = (type: number, value: number) => (all: Attributes) =>
    all.map((one) => (one.type === type ? basicAttribute(type, value) : one));
  for (const [name, change] of [
    ["DES", attributes((all) => all, 2)],
    ["NULL", attributes((all) => all, 11)],
    ["SHA for MD5", attributes(set(5, 2))],
    ["no authenticator", attributes((all) => all.filter(({ type }) => type !== 5))],
    ["transport mode", attributes(set(4, 2))],
    ["a group", attributes((all) => [...all, basicAttribute(3, 1)])],
    ["an attribute more", attributes((all) => [...all, basicAttribute(10, 1)])],
    [
      "two proposals",
      (all: readonly Payload[]) =>
        all.map((one) =>
          one.kind === "SA" ? { ...one, proposals: [...one.proposals, ...one.proposals] } : one,
        ),
    ],
  ] as const) {
    const insider = Insider.ofNew();
    const { QM1, QM2 } = heldQuickMode(insider);
    const outputs = give(insider.pair, "A", insider.answer(QM1, QM2, change).bytes);
    assert.ok(!outputs.some(({ kind }) => kind === "install-sa"), name);
    assert.ok(
      eventsOf(outputs).some(({ kind }) => kind === "negotiation-failed"),
      name,
    );
  }
  const insider = Insider.ofNew();
  const { QM1, QM2 } = heldQuickMode(insider);
  const untouched = give(insider.pair, "A", insider.answer(QM1, QM2, asItIs).bytes);
  assert.equal(untouched.filter(({ kind }) => kind === "install-sa").length, 2);
});

test("reserved SPIs, those of a wrong length and none make no SA, offered or answered", () => {
  const spi =
    (octets: Uint8Array) =>
    (all: readonly Payload[]): readonly Payload[] =>
      all.map((one) =>
        one.kind === "SA" ? { ...one, proposals: one.proposals.map((p) => ({ ...p, spi: octets })) } : one,
      );
  for (const octets of [
    u32Octets(0),
    u32Octets(1),
    u32Octets(255),
    EMPTY,
    new Uint8Array(3).fill(9),
    new Uint8Array(8).fill(9),
  ]) {
    const insider = Insider.ofNew();
    const { QM1, QM2 } = heldQuickMode(insider);
    const offered = spi(octets)(insider.openFirst(QM1).slice(1));
    const atB = give(insider.pair, "B", insider.first("A", "Quick Mode", offered).bytes);
    assert.ok(!atB.some(({ kind }) => kind === "install-sa"), hex(octets));
    const atA = give(insider.pair, "A", insider.answer(QM1, QM2, spi(octets)).bytes);
    assert.ok(!atA.some(({ kind }) => kind === "install-sa"), hex(octets));
  }
});

test("an SPI that is reserved or in use is never chosen", () => {
  const draws = [0, 1, 255, 0x1000, 0x1000, 0x1000, 0x2000];
  const random = seededRandom("B");
  const pair = new IkePair(
    {},
    {
      random: {
        bytes: (purpose, length) =>
          purpose === "spi" ? u32Octets(draws.shift() ?? 0x3000) : random.bytes(purpose, length),
      },
    },
  );
  pair.negotiate("A");
  pair.negotiate("A");
  const inbound = pair.installed("B").filter(({ direction }) => direction === "inbound");
  assert.deepEqual(
    inbound.map(({ spi }) => spi),
    [0x1000, 0x2000],
  );
});

test("every transform set that can be negotiated is keyed with all the octets that its algorithms want", () => {
  for (const esp of EVERY_ESP_SUITE) {
    const { encryption, integrity } = esp;
    const changes = { transformSets: [{ ...TRANSFORM_SET, esp }] };
    const pair = new IkePair({ changes }, { changes });
    pair.negotiate("A");
    const sas = [...pair.installed("A"), ...pair.installed("B")];
    assert.equal(sas.length, 4, `${encryption} ${integrity}`);
    for (const sa of sas) {
      assert.equal(sa.encryptionKey.length, espKeyLength(encryption));
      assert.equal(sa.integrityKey.length, integrity === undefined ? 0 : HASHES[integrity].length);
    }
    assert.equal(
      new Set(sas.map((sa) => hex(sa.encryptionKey.reveal()) + hex(sa.integrityKey.reveal()))).size,
      2,
    );
  }
});

// ── Informational exchanges ────────────────────────────────────────────────────────────────────────────────────────

test("no unprotected notification ends a negotiation at any stage, whatever it says", () => {
  for (let stage = 1; stage < 9; stage++) {
    const pair = upTo(stage);
    const { from, bytes } = message(pair, stage);
    const header = { ...decodeHeader(bytes), exchangeType: 5, flags: 0 };
    for (const notifyType of [1, 4, 9, 11, 14, 16, 18, 23, 24, 24576, 24577, 24578, 36136])
      for (const messageId of [0, 99]) {
        const payload = notification(notifyType, { spi: bytes.slice(0, 16) });
        const outputs = give(
          pair,
          from === "A" ? "B" : "A",
          encodeMessage({ ...header, messageId }, [payload]),
        );
        assert.ok(
          outputs.every(({ kind }) => kind === "event"),
          `${notifyType}`,
        );
      }
    assertCompletes(pair, `stage ${stage}`);
  }
});

test("a protected informational message whose HASH is wrong or missing is ignored", () => {
  const insider = Insider.ofNew();
  const removal: Payload = { kind: "DELETE", doi: 1, protocolId: 1, spiSize: 16, spis: [insider.ownSpi] };
  for (const payloads of [
    [removal],
    [{ kind: "HASH", data: EMPTY }, removal],
    [{ kind: "HASH", data: new Uint8Array(20) }, removal],
    [{ kind: "HASH", data: new Uint8Array(20) }, notification(24578, { spi: insider.ownSpi })],
  ] as const)
    assertDropped(give(insider.pair, "B", insider.raw("A", "Informational", payloads).bytes), "HASH");
  assert.equal(insider.pair.engines.B.view().isakmpSas.length, 1);
});

test("an informational message for no SA is ignored without an answer", () => {
  const insider = Insider.ofNew();
  const { bytes } = insider.first("A", "Informational", [notification(24578)]);
  for (const stranger of [
    patched(bytes, 0, 1, 2, 3),
    patched(bytes, 8, 1, 2, 3),
    patched(bytes, 8, ...new Uint8Array(8)),
  ])
    assertDropped(give(insider.pair, "B", stranger), "cookies");
});

test("a message with the cookies of another peer's SA is ignored", () => {
  const insider = Insider.ofNew();
  const { bytes } = insider.first("A", "Informational", [notification(24578, { spi: insider.ownSpi })]);
  const outputs = insider.pair.engines.B.handle(insider.pair.now, {
    kind: "datagram",
    local: { address: B, port: 500 },
    remote: { address: ipv4("192.0.2.1"), port: 500 },
    bytes,
  });
  assertDropped(outputs, "another address");
});

test("a Delete removes the sender's own SAs alone, and only once", () => {
  const insider = Insider.ofNew();
  const { pair } = insider;
  const spis = [fromHex("0badf00d")];
  const start = pair.outputs.B.length;
  insider.inform("A", { kind: "DELETE", doi: 1, protocolId: 3, spiSize: 4, spis });
  const removals = pair.outputs.B.slice(start).filter(({ kind }) => kind === "remove-ipsec-sa");
  // Which SAs those are, the data plane knows: it is told whose they must be.
  assert.deepEqual(removals, [
    {
      kind: "remove-ipsec-sa",
      peer: A,
      direction: "outbound",
      protocol: "esp",
      spi: 0x0badf00d,
      reason: "peer deleted",
    },
  ]);
  insider.inform("A", {
    kind: "DELETE",
    doi: 1,
    protocolId: 1,
    spiSize: 16,
    spis: [new Uint8Array(16).fill(1), insider.ownSpi.toReversed()],
  });
  assert.equal(pair.engines.B.view().isakmpSas.length, 1);
  const twice: Payload = {
    kind: "DELETE",
    doi: 1,
    protocolId: 1,
    spiSize: 16,
    spis: [insider.ownSpi, insider.ownSpi],
  };
  insider.inform("A", twice, twice, { kind: "DELETE", doi: 1, protocolId: 3, spiSize: 4, spis });
  assert.equal(pair.engines.B.view().isakmpSas.length, 0);
  assert.equal(pair.events.B.filter(({ kind }) => kind === "isakmp-sa-deleted").length, 1);
  const after = pair.outputs.B.filter(({ kind }) => kind === "remove-ipsec-sa").length;
  assert.equal(
    after,
    pair.outputs.B.slice(0, start).filter(({ kind }) => kind === "remove-ipsec-sa").length + 1,
  );
});

test("a notification or Delete of another domain or protocol is discarded (RFC 2408 §5.14, §5.15)", () => {
  const insider = Insider.ofNew();
  const { pair, ownSpi } = insider;
  const start = pair.outputs.B.length;
  const removal = { kind: "DELETE", doi: 1, protocolId: 1, spiSize: 16, spis: [ownSpi] } as const;
  const espRemoval = { ...removal, protocolId: 3, spiSize: 4, spis: [fromHex("0badf00d")] } as const;
  const question = notification(36136, { spi: ownSpi, data: u32Octets(1) });
  for (const wrong of [{ doi: 2 }, { doi: 0x80000001 }, { protocolId: 5 }, { protocolId: 255 }])
    for (const payload of [removal, espRemoval, question]) insider.inform("A", { ...payload, ...wrong });
  for (const payload of [removal, espRemoval]) insider.inform("A", { ...payload, protocolId: 4 });
  assert.equal(pair.engines.B.view().isakmpSas.length, 1);
  const after = pair.outputs.B.slice(start);
  assert.deepEqual(
    after.filter(({ kind }) => kind === "remove-ipsec-sa" || kind === "send"),
    [],
  );
  const dropped = after.flatMap((output) =>
    output.kind === "event" && output.event.kind === "message-dropped" ? [output.event.detail] : [],
  );
  assert.equal(dropped.length, 14);
  assert.deepEqual(
    [dropped[0], dropped[2], dropped[13]],
    ["a DELETE payload of domain 2", "a NOTIFY payload of domain 2", "a DELETE payload about protocol 4"],
  );
});

test("one peer's Delete does not reach another peer's ISAKMP SA", () => {
  const other = ipv4("172.16.172.30");
  const base = policyOf(B, A, { peers: [A, other] });
  const engine = new IkeEngine({ policy: base, random: seededRandom("B") });
  const pairOf = (seed: string): IkePair => {
    const pair = new IkePair({ random: seededRandom(seed), exportKeys: true });
    Object.assign(pair.engines, { B: engine });
    return pair;
  };
  const first = pairOf("first");
  first.negotiate("A");
  const victim = new Insider(first);
  assert.equal(engine.view().isakmpSas.length, 1);
  // The second peer is somebody else at another address.
  const second = new IkePair({
    random: seededRandom("second"),
    exportKeys: true,
    policy: { ...policyOf(A, B), connections: policyOf(A, B).connections },
  });
  const queue: { readonly to: "peer" | "B"; readonly bytes: Uint8Array }[] = [];
  second.network = (datagram) => {
    if (datagram.from === "A") queue.push({ to: "B", bytes: datagram.bytes });
    return [];
  };
  second.negotiate("A");
  relay(second, engine, other, queue);
  assert.equal(engine.view().isakmpSas.length, 2);
  const attacker = new Insider(second);
  const forged = attacker.first("A", "Informational", [
    { kind: "DELETE", doi: 1, protocolId: 1, spiSize: 16, spis: [victim.ownSpi] },
  ]);
  engine.handle(second.now, {
    kind: "datagram",
    local: { address: B, port: 500 },
    remote: { address: other, port: 500 },
    bytes: forged.bytes,
  });
  assert.equal(engine.view().isakmpSas.length, 2);
});

/** Carries what a pair's A says to `engine` as if from another address, and the answers back. */
function relay(
  pair: IkePair,
  engine: IkeEngine,
  address: typeof A,
  queue: { readonly to: "peer" | "B"; readonly bytes: Uint8Array }[],
): void {
  const helper = new IkePair();
  Object.assign(helper.engines, { B: engine });
  helper.network = () => [];
  for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
    if (next.to === "peer") {
      pair.wire.push({ from: "B", bytes: next.bytes });
      pair.deliver({ from: "B", bytes: next.bytes });
      pair.settle();
      continue;
    }
    const before = helper.wire.length;
    helper.input("B", {
      kind: "datagram",
      local: { address: B, port: 500 },
      remote: { address, port: 500 },
      bytes: next.bytes,
    });
    for (const { bytes } of helper.wire.slice(before)) queue.push({ to: "peer", bytes });
  }
}

test("INITIAL-CONTACT counts only under protection, and leaves other peers' SAs alone", () => {
  const insider = Insider.ofNew();
  const { pair } = insider;
  const start = pair.outputs.B.length;
  const header = { ...decodeHeader(message(pair, 5).bytes), exchangeType: 5, flags: 0, messageId: 5 };
  give(pair, "B", encodeMessage(header, [notification(24578, { spi: insider.ownSpi })]));
  assert.ok(
    !pair.outputs.B.slice(start).some(({ kind }) => kind === "remove-ipsec-sa"),
    "!pair.outputs.B.slice(start).some(({ kind }) => kind === 're",
  );
  for (const output of pair.outputs.B) if (output.kind === "remove-ipsec-sa") assert.equal(output.peer, A);
});

test("R-U-THERE is answered under protection alone, with our cookies and its own number", () => {
  const insider = Insider.ofNew();
  const acknowledged = (outputs: readonly IkeOutput[]): boolean =>
    eventsOf(outputs).some((event) => event.kind === "notify-sent" && event.notifyType === 36137);
  const ask = (spi: Uint8Array, data: Uint8Array): readonly IkeOutput[] =>
    give(insider.pair, "B", insider.first("A", "Informational", [notification(36136, { spi, data })]).bytes);
  assert.ok(
    acknowledged(ask(insider.ownSpi, u32Octets(1))),
    "acknowledged(ask(insider.ownSpi, u32Octets(1)))",
  );
  assert.ok(
    !acknowledged(ask(new Uint8Array(16).fill(1), u32Octets(2))),
    "!acknowledged(ask(new Uint8Array(16).fill(1), u32Octets(2)))",
  );
  assert.ok(!acknowledged(ask(insider.ownSpi, EMPTY)), "!acknowledged(ask(insider.ownSpi, EMPTY))");
  assert.ok(
    !acknowledged(ask(insider.ownSpi, new Uint8Array(5))),
    "!acknowledged(ask(insider.ownSpi, new Uint8Array(5)))",
  );
  const replayed = insider.first("A", "Informational", [
    notification(36136, { spi: insider.ownSpi, data: u32Octets(3) }),
  ]);
  assert.ok(
    acknowledged(give(insider.pair, "B", replayed.bytes)),
    "acknowledged(give(insider.pair, 'B', replayed.bytes))",
  );
  assert.ok(
    !acknowledged(give(insider.pair, "B", replayed.bytes)),
    "!acknowledged(give(insider.pair, 'B', replayed.bytes))",
  );
});

test("RESPONDER-LIFETIME lowers a lifetime, never raises it, and not to nothing", () => {
  for (const [told, expected] of [
    [600, 600],
    [3600, 3600],
    [86400, 3600],
    [0xffffffff, 3600],
  ] as const) {
    const insider = Insider.ofNew();
    const { QM1, QM2 } = heldQuickMode(insider);
    const data = concat(fromHex("80010001 00020004"), u32Octets(told));
    const notify = notification(24576, { protocolId: 3, spi: new Uint8Array(4), data });
    const outputs = give(insider.pair, "A", insider.answer(QM1, QM2, (all) => [...all, notify]).bytes);
    const sas = outputs.flatMap((output) => (output.kind === "install-sa" ? [output.sa] : []));
    assert.deepEqual(
      sas.map(({ lifetimeSeconds }) => lifetimeSeconds),
      [expected, expected],
      `${told}`,
    );
  }
  for (const told of [0, 1]) {
    const insider = Insider.ofNew();
    const { QM1, QM2 } = heldQuickMode(insider);
    for (const type of ["80010001", "80010002"]) {
      const data = concat(fromHex(`${type} 00020004`), u32Octets(told));
      const notify = notification(24576, { protocolId: 3, spi: new Uint8Array(4), data });
      const outputs = give(insider.pair, "A", insider.answer(QM1, QM2, (all) => [...all, notify]).bytes);
      for (const output of outputs) {
        if (output.kind !== "install-sa") continue;
        assert.ok(output.sa.lifetimeSeconds >= 60, `${told}`);
        assert.ok(output.sa.lifetimeKilobytes >= 1000, `${told}`);
      }
    }
  }
});

test("a commit bit whose CONNECTED never comes holds nothing up for ever", () => {
  const pair = new IkePair();
  pair.network = (datagram) =>
    datagram.bytes[18] === 32 && datagram.from === "B"
      ? [{ ...datagram, bytes: patched(datagram.bytes, 19, 3) }]
      : [datagram];
  pair.negotiate("A");
  pair.runUntil(200_000);
  for (const name of ["A", "B"] as const)
    assert.equal(
      pair.engines[name].view().isakmpSas.reduce((sum, { exchanges }) => sum + exchanges, 0),
      0,
    );
});

test("messages of 64 kilobytes at any stage are dropped or understood, and hold nothing up", () => {
  for (const size of [65_000, 65_507]) {
    const insider = Insider.ofNew();
    const big: Payload = { kind: "VID", vendorId: new Uint8Array(size - 200) };
    assert.ok(
      give(insider.pair, "B", insider.first("A", "Informational", [big]).bytes).length > 0,
      "give(insider.pair, 'B', insider.first('A', 'Informational', ",
    );
    assertDropped(give(insider.pair, "B", insider.raw("A", "Quick Mode", [big]).bytes), "quick mode");
    for (let stage = 0; stage < 4; stage++) {
      const pair = upTo(stage);
      const original = message(pair, stage);
      const outputs = give(
        pair,
        original.from === "A" ? "B" : "A",
        rewritten(original, (all) => [...all, big]),
      );
      assert.ok(outputs.length > 0, "outputs.length > 0");
      for (const answer of sentBy(outputs)) assert.ok(answer.length < 1000, "answer.length < 1000");
    }
  }
});

test("traffic outside the access list is refused in both directions of the negotiation", () => {
  const outside = { ...SELECTOR, remote: blockOf(ipv4("10.0.0.0"), ipv4("255.0.0.0")) };
  for (const [from, selector] of [
    ["A", outside],
    ["B", mirror(outside)],
  ] as const) {
    const pair = new IkePair();
    pair.negotiate(from, selector);
    assert.equal(pair.installed("A").length + pair.installed("B").length, 0, from);
  }
});

test("a malformed probe of 2500 octets gets no answer, whatever exchange it names", () => {
  for (const exchange of [1, 2, 4, 5, 6, 32, 34, 243])
    for (const nextPayload of [0, 1, 4, 11, 12, 13, 43, 255]) {
      const pair = new IkePair();
      const probe = new Uint8Array(2500).fill(0x41, HEADER_LENGTH);
      probe.set(seededRandom("probe").bytes("initiator cookie", 8));
      probe.set([nextPayload, 0x10, exchange, 0], 16);
      probe.set(u32Octets(probe.length), 24);
      assertDropped(give(pair, "B", probe), `exchange ${exchange}, payload ${nextPayload}`);
    }
});

test("a transaction exchange, as extended authentication and mode configuration use it, is refused under an SA too", () => {
  const insider = Insider.ofNew();
  const attributes: Payload = { kind: "unknown", payloadType: 14, body: fromHex("01000001 c08f0001") };
  const { bytes } = insider.first("A", "Informational", [attributes]);
  assertDropped(give(insider.pair, "B", patched(bytes, 18, 6)), "a transaction");
  assert.equal(insider.pair.engines.B.view().isakmpSas[0]?.state, "QM_IDLE");
});

test("a notification whose SPI is longer than what follows is refused, and the SA stays", () => {
  for (const [spiSize, octets] of [
    [255, 4],
    [16, 15],
    [1, 0],
  ] as const) {
    const insider = Insider.ofNew();
    const body = concat(u32Octets(1), Uint8Array.of(1, spiSize, 0x60, 2), new Uint8Array(octets));
    const payload: Payload = { kind: "unknown", payloadType: 11, body };
    assertDropped(
      give(insider.pair, "B", insider.first("A", "Informational", [payload]).bytes),
      `${spiSize}`,
    );
    assert.equal(insider.pair.engines.B.view().isakmpSas.length, 1);
  }
});

test("SPIs and cookies after a restart are none of those before it", () => {
  const drawn = ["before", "after"].map((seed) => {
    const pair = new IkePair({}, { random: seededRandom(seed) });
    pair.negotiate("A");
    const spis = pair.installed("B").flatMap(({ direction, spi }) => (direction === "inbound" ? [spi] : []));
    return [...spis, ...pair.engines.B.view().isakmpSas.map(({ sa }) => sa.responderCookie)];
  });
  const [before = [], after = []] = drawn;
  assert.equal(before.length, 2, "one of each");
  assert.deepEqual(
    after.filter((each) => before.includes(each)),
    [],
  );
});
