/**
 * Every order in which an initiator may say thirteen kinds of messages to a gateway, six long: each ends in a clean answer
 * or in silence, and ESP is answered only after a proof of phase 1 and a complete quick mode. One without the keys gets
 * no further than the key exchange.
 *
 * Orders are not followed where they come to a situation that is known from another one of at most the same length. A
 * situation is what the gateway shows of itself (`Meeting.situation`) and what the initiator knows; the equivalence assumed is
 * that nothing else decides what comes next: not numbers, cookies and keys themselves, not who was first of two SAs that
 * look alike. What was learned so is checked against orders that are followed to their end, longer ones too.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { hex } from "../../src/base/octets.ts";
import type { Random } from "../../src/base/random.ts";
import { type Instant, instant } from "../../src/base/time.ts";
import type { Job, JobResult } from "../../src/crypto/jobs.ts";
import { performJob } from "../../src/crypto/perform-job.ts";
import { Secret } from "../../src/crypto/secret.ts";
import type { GatewayEffect, GatewayEvent, GatewayInput } from "../../src/gateway/contract.ts";
import type { Gateway } from "../../src/gateway/gateway.ts";
import { buildIpv4Packet, parseIpv4Packet } from "../../src/net/ipv4-packet.ts";
import { PROTOCOL } from "../../src/net/protocols.ts";
import { gatewayOf } from "../support/gateway-pair.ts";
import { A, B, type PolicyChanges, seededRandom } from "../support/ike-pair.ts";
import {
  type InitiatorOptions,
  KEY_OF_A,
  KEY_OF_B,
  LETTERS,
  type Letter,
  PRE_SHARED_KEY,
  type Said,
  SUITES,
  WaywardInitiator,
} from "../support/wayward-initiator.ts";

const LENGTH = 6;
const WAN = "Ethernet1/0";
const SILENCE = "silence";
const ESP_ANSWER = "ESP";

/** B takes pre-shared keys and encrypted nonces, main and aggressive mode. */
const POLICY_OF_B: PolicyChanges = {
  key: PRE_SHARED_KEY,
  suites: [SUITES["pre-share"], SUITES["rsa-encr"]],
  rsa: {
    certificates: [],
    authorities: [],
    encryptionKey: { publicKey: KEY_OF_B.publicKey, privateKey: new Secret(KEY_OF_B.privateKey) },
    peerKeys: [{ name: undefined, address: A, publicKey: KEY_OF_A.publicKey, origin: undefined }],
  },
};

/** How the gateway may answer each letter, besides by silence. */
const CLEAN: { readonly [L in Letter]: RegExp } = {
  "MM1 pre-share": /^main mode: SA$/,
  "MM1 rsa-encr": /^main mode: SA$/,
  "MM3 pre-share": /^main mode: KE NONCE( VID)+$/,
  "MM3 rsa-encr": /^main mode: KE unknown NONCE( VID)+$/,
  "MM5 pre-share": /^main mode, encrypted: ID HASH$/,
  "MM5 rsa-encr": /^main mode, encrypted: HASH$/,
  AM1: /^aggressive mode: SA( VID)+ KE ID NONCE HASH$/,
  AM3: /^never$/,
  // Phase 2 before AM3 has come: AM2 is said again, for its answer may have been lost.
  QM1: /^(quick mode: HASH SA NONCE ID ID NOTIFY RESPONDER-LIFETIME|aggressive mode: SA( VID)+ KE ID NONCE HASH)$/,
  QM3: /^aggressive mode: SA( VID)+ KE ID NONCE HASH$/,
  Delete: /^never$/,
  "another quick mode": /^never$/,
  // What comes by no SA is told to a peer that has proven itself. What comes before QM3 is answered when there is a pair.
  ESP: /^(ESP|(Informational of B's own: HASH NOTIFY INVALID-SPI)|(Quick Mode of B's own: HASH SA NONCE ID ID))$/,
};

/** The orders that an honest initiator uses. */
const GOOD_ORDERS: readonly (readonly Letter[])[] = [
  ["MM1 pre-share", "MM3 pre-share", "MM5 pre-share", "QM1", "QM3"],
  ["MM1 rsa-encr", "MM3 rsa-encr", "MM5 rsa-encr", "QM1", "QM3"],
  ["AM1", "AM3", "QM1", "QM3"],
];

/** Draws one private value for ever, so that what follows from it need be computed once. */
function frugalRandom(): Random {
  const random = seededRandom("B");
  return {
    bytes: (purpose, length) =>
      purpose === "dh private" ? new Uint8Array(length).fill(0x3c) : random.bytes(purpose, length),
  };
}

const results = new Map<string, JobResult>();

/** The result of a job, from memory where the same has been done before. */
function resultOf(job: Job): JobResult {
  const key = JSON.stringify(job, (_, value) => (value instanceof Uint8Array ? hex(value) : value));
  const result = results.get(key) ?? performJob(job);
  results.set(key, result);
  return result;
}

/** An initiator, a gateway and the host behind it. */
class Meeting {
  readonly #initiator: WaywardInitiator;
  readonly #gateway: Gateway = gatewayOf(B, A, POLICY_OF_B, frugalRandom());
  readonly #failedProofs = new Map<string, number>();
  #now: Instant = instant(0);

  constructor(options: InitiatorOptions) {
    this.#initiator = new WaywardInitiator(options);
  }

  /** What the gateway answers to a letter. */
  say(letter: Letter): string {
    const said = this.#initiator.say(letter);
    return said.kind === "nothing" ? SILENCE : this.#answer(inputOf(said));
  }

  #answer(first: GatewayInput): string {
    const answers: string[] = [];
    const queue = [first];
    for (let next = queue.shift(); next !== undefined; next = queue.shift())
      for (const effect of this.#gateway.handle(this.#now, next)) this.#take(effect, queue, answers);
    return answers.length === 0 ? SILENCE : answers.join(" and ");
  }

  #take(effect: GatewayEffect, queue: GatewayInput[], answers: string[]): void {
    switch (effect.kind) {
      case "event":
        this.#note(effect.event);
        break;
      case "start-job":
        queue.push({ kind: "job-done", id: effect.id, result: resultOf(effect.job) });
        break;
      case "send-datagram":
        assert.equal(effect.remote.address, A, "to nobody else");
        answers.push(this.#initiator.hear(effect.bytes));
        break;
      case "receive":
        queue.push({ kind: "outbound-packet", interfaceName: WAN, bytes: answerOfHost(effect.bytes) });
        break;
      case "transmit": {
        const packet = parseIpv4Packet(effect.bytes);
        const isAnswer = packet?.protocol === PROTOCOL.ESP && this.#initiator.understands(packet.payload);
        answers.push(isAnswer ? ESP_ANSWER : "a packet that is no answer");
        break;
      }
      default:
        break;
    }
  }

  #note(event: GatewayEvent): void {
    assert.notEqual(event.kind, "bug", "no mistake of our own");
    if (event.kind !== "message-dropped" || event.sa === undefined) return;
    if (event.reason !== "undecryptable" && event.reason !== "hash mismatch") return;
    const { responderCookie } = event.sa;
    this.#failedProofs.set(responderCookie, (this.#failedProofs.get(responderCookie) ?? 0) + 1);
  }

  /** All that what comes next is taken to depend on. */
  get situation(): string {
    const { ike, ipsec } = this.#gateway.view(this.#now);
    const { responderCookie, knowledge, spiOfB } = this.#initiator;
    const sas = ike.isakmpSas.map(({ sa, state, authentication, exchanges }) => {
      const failed = this.#failedProofs.get(sa.responderCookie) ?? 0;
      const whose = sa.responderCookie === responderCookie ? "spoken under" : "left";
      return `${whose}: ${state} ${authentication}, ${exchanges} exchanges, ${failed} failures`;
    });
    const flows = ipsec.flows.map(({ inbound, outbound }) => {
      const own = inbound.some(({ spi }) => spi === spiOfB);
      const isComplete = inbound.length === outbound.length;
      return `${inbound.length} in${own ? " with the initiator's" : ""}, ${outbound.length} out${isComplete ? "" : ", incomplete"}`;
    });
    const failures = ike.failures.map(({ failure, times }) => `${times} × ${failure.reason}`);
    return [knowledge, ...sas.sort(), ...flows, ...failures].join("; ");
  }

  /** What is left of it when nobody says anything more for some minutes. */
  left(): { readonly halfOpen: number; readonly jobs: number; readonly exchanges: number } {
    const until = instant(this.#now + 300_000);
    for (;;) {
      const due = this.#gateway.nextDeadline();
      if (due === undefined || due.at > until) break;
      this.#now = instant(Math.max(this.#now, due.at));
      for (const effect of this.#gateway.handle(this.#now, { kind: "wake" }))
        if (effect.kind === "event") this.#note(effect.event);
    }
    const { halfOpen, jobsRunning, isakmpSas } = this.#gateway.view(this.#now).ike;
    return { halfOpen, jobs: jobsRunning, exchanges: isakmpSas.reduce((sum, sa) => sum + sa.exchanges, 0) };
  }
}

function inputOf(said: Exclude<Said, { kind: "nothing" }>): GatewayInput {
  return said.kind === "esp"
    ? { kind: "esp", interfaceName: WAN, bytes: said.bytes }
    : {
        kind: "datagram",
        local: { address: B, port: 500 },
        remote: { address: A, port: 500 },
        bytes: said.bytes,
      };
}

/** A packet with the same content back to where one came from. */
function answerOfHost(bytes: Uint8Array): Uint8Array {
  const packet = parseIpv4Packet(bytes);
  assert.ok(packet !== undefined, "the host gets whole packets");
  const { source, destination, payload } = packet;
  return buildIpv4Packet(
    { source: destination, destination: source, protocol: PROTOCOL.TCP, timeToLive: 63, identification: 2 },
    payload,
  );
}

/** A situation, and what comes of each letter in it. */
interface Learned {
  /** One of the shortest orders that lead here. */
  readonly path: readonly Letter[];
  readonly next: Map<Letter, { readonly answer: string; readonly situation: string }>;
  /** One that has come here. */
  meeting: Meeting | undefined;
}

/** Follows every order up to `LENGTH`. By situation. */
function learn(options: InitiatorOptions): ReadonlyMap<string, Learned> {
  const first = new Meeting(options);
  const known = new Map<string, Learned>([[first.situation, { path: [], next: new Map(), meeting: first }]]);
  // A map is walked in the order in which it grows: by length.
  for (const [situation, learned] of known) {
    const { path, next } = learned;
    let { meeting } = learned;
    learned.meeting = undefined;
    for (const letter of path.length < LENGTH ? LETTERS : []) {
      meeting ??= after(options, path);
      const answer = meeting.say(letter);
      const reached = meeting.situation;
      next.set(letter, { answer, situation: reached });
      if (reached === situation) continue;
      if (!known.has(reached)) known.set(reached, { path: [...path, letter], next: new Map(), meeting });
      meeting = undefined;
    }
    const left = (meeting ?? after(options, path)).left();
    assert.deepEqual(left, { halfOpen: 0, jobs: 0, exchanges: 0 }, `left by ${path.join(", ")}`);
  }
  return known;
}

function after(options: InitiatorOptions, path: readonly Letter[]): Meeting {
  const meeting = new Meeting(options);
  for (const letter of path) meeting.say(letter);
  return meeting;
}

/** How far an order has come in each of the good ones, whatever else is in between. */
type Progress = readonly number[];

const NO_PROGRESS: Progress = GOOD_ORDERS.map(() => 0);

function progressed(progress: Progress, letter: Letter): Progress {
  return GOOD_ORDERS.map((order, i) => {
    const at = progress[i] ?? 0;
    return order[at] === letter ? at + 1 : at;
  });
}

function isComplete(progress: Progress): boolean {
  return GOOD_ORDERS.some((order, i) => progress[i] === order.length);
}

/** Every order up to `LENGTH`, many at a time: calls `visit` for each step of any. Gives how many orders there are. */
function walkAll(
  known: ReadonlyMap<string, Learned>,
  visit: (progress: Progress, letter: Letter, answer: string) => void,
): number {
  const [start = ""] = known.keys();
  let walks = new Map([[`${start} ${NO_PROGRESS}`, { situation: start, progress: NO_PROGRESS, orders: 1 }]]);
  for (let length = 0; length < LENGTH; length++) {
    const longer: typeof walks = new Map();
    for (const { situation, progress, orders } of walks.values())
      for (const [letter, { answer, situation: reached }] of known.get(situation)?.next ?? []) {
        visit(progress, letter, answer);
        const further = progressed(progress, letter);
        const key = `${reached} ${further}`;
        const same = longer.get(key)?.orders ?? 0;
        longer.set(key, { situation: reached, progress: further, orders: orders + same });
      }
    walks = longer;
  }
  return [...walks.values()].reduce((sum, { orders }) => sum + orders, 0);
}

/** Letters with pieces of good orders among them, which chance alone would seldom make. */
const anyOrder: fc.Arbitrary<readonly Letter[]> = fc
  .array(
    fc.oneof(
      fc.constantFrom(...LETTERS).map((letter) => [letter]),
      fc
        .tuple(fc.constantFrom(...GOOD_ORDERS), fc.integer({ min: 1, max: 5 }))
        .map(([order, length]) => order.slice(0, length)),
    ),
    { maxLength: 8 },
  )
  .map((pieces) => pieces.flat().slice(0, LENGTH + 2));

for (const takesNewCookies of [true, false]) {
  const cookies = takesNewCookies ? "new cookies" : "the same cookie";
  const options = { takesNewCookies };
  const known = learn(options);

  test(`every order of messages, with ${cookies} in each first message, ends in a clean answer or silence`, () => {
    const orders = walkAll(known, (_progress, letter, answer) => {
      if (answer !== SILENCE) assert.match(answer, CLEAN[letter], letter);
    });
    assert.equal(orders, LETTERS.length ** LENGTH, "all of them");
  });

  test(`ESP is answered only after a proof and a complete quick mode, with ${cookies} in each first message`, () => {
    walkAll(known, (progress, _letter, answer) => {
      if (answer === ESP_ANSWER) assert.ok(isComplete(progress), `answered after ${progress}`);
    });
    for (const order of GOOD_ORDERS)
      assert.equal(after(options, order).say("ESP"), ESP_ANSWER, order.join(", "));
  });

  test(`orders followed to their end go as was learned of shorter ones, with ${cookies} in each first message`, () => {
    fc.assert(
      fc.property(anyOrder, (order) => {
        const meeting = new Meeting(options);
        for (const letter of order) {
          const expected = known.get(meeting.situation)?.next.get(letter);
          const answer = meeting.say(letter);
          if (answer !== SILENCE) assert.match(answer, CLEAN[letter], letter);
          if (expected !== undefined) assert.deepEqual({ answer, situation: meeting.situation }, expected);
        }
      }),
      { numRuns: 200, seed: 1 },
    );
  });
}

test("whoever has none of the keys gets no ISAKMP SA, and no answer but those of the key exchange", () => {
  const known = learn({ takesNewCookies: false, isImpostor: true });
  walkAll(known, (_progress, letter, answer) =>
    assert.match(answer, /^(silence|main mode: .*|aggressive mode: .*, unproven)$/, letter),
  );
  for (const [situation, { path }] of known)
    assert.doesNotMatch(situation, /QM_IDLE/, `an ISAKMP SA after ${path.join(", ")}`);
});
