/** Attacks by quantity (CVE-2006-3906, CVE-2014-2143): what a flood of first messages costs, and who is served meanwhile. */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  A,
  B,
  type Datagram,
  IkePair,
  type PolicyChanges,
  policyOf,
  SUITE,
} from "../../test/support/ike-pair.ts";
import { u32Octets } from "../base/octets.ts";
import { type IpAddress, ipv4FromNumber } from "../net/ip-address.ts";
import { ANY_ADDRESS } from "../net/selector.ts";
import { DEFAULT_IKE_LIMITS, type IkeLimits } from "./limits.ts";

const FLOOD = 2500;
const ATTACKERS = 0xcb007101; // 203.0.113.1 and following
const [KEY] = policyOf(B, A).preSharedKeys;

/** B has one key for everybody, and as many policies as it likes. */
function besieged(admission = {}, limits: Partial<IkeLimits> = {}) {
  assert.ok(KEY, "a key");
  const base = policyOf(B, A, { suites: [SUITE, { ...SUITE, priority: 2, hash: "md5" }] });
  const policy = {
    ...base,
    preSharedKeys: [{ ...KEY, peer: { kind: "address", block: ANY_ADDRESS } as const }],
    admission: { ...base.admission, ...admission },
  };
  return new IkePair({}, { policy, limits });
}

test("a flood of forged first messages costs no Diffie-Hellman exchange and holds a bounded number of SAs", () => {
  const pair = besieged();
  flood(pair, firstMessage(), FLOOD);
  const { halfOpen, jobsRunning } = pair.engines.B.view();
  assert.equal(halfOpen, DEFAULT_IKE_LIMITS.halfOpenMax);
  assert.equal(jobsRunning, 0);
  assert.equal(pair.event("B", "job-started"), undefined);
});

test("one address cannot hold more half-open SAs than its share, so it displaces nobody else", () => {
  const pair = besieged();
  const MM1 = firstMessage();
  flood(pair, MM1, 10);
  for (let count = 0; count < 500; count++) give(pair, ipv4FromNumber(ATTACKERS - 1), MM1, 0x10000 + count);
  assert.equal(pair.engines.B.view().halfOpen, 10 + DEFAULT_IKE_LIMITS.halfOpenPerAddressMax);
});

test("a peer that answers gets its SA in the middle of the flood, and the others are not sent anything twice", () => {
  const pair = besieged();
  const MM1 = firstMessage();
  flood(pair, MM1, 800);
  let count = 0;
  // Between any two of its messages a hundred others come.
  pair.network = (datagram) => {
    for (let i = 0; i < 100; i++) give(pair, ipv4FromNumber(ATTACKERS + 10_000 + count++), MM1, count);
    return [datagram];
  };
  pair.negotiate("A");
  assert.ok(pair.event("A", "isakmp-sa-established"), "the peer is served");
  assert.equal(pair.installed("B").length, 2);
  for (const output of pair.engines.B.handle(pair.now, { kind: "wake" }))
    assert.notEqual(output.kind, "send", "nothing is repeated to the forged addresses");
});

test("under a limit of SAs in negotiation a flood locks out new peers alone: one with an SA makes its successor", () => {
  const pair = besieged({ maximumInNegotiation: { value: 50, origin: undefined } });
  pair.negotiate("A");
  flood(pair, firstMessage(), 200);
  assert.equal(pair.engines.B.view().halfOpen, 50);
  pair.network = () => [];
  pair.input("A", { kind: "clear-isakmp-sas" });
  pair.network = (datagram) => [datagram];
  const before = pair.installed("B").length;
  pair.negotiate("A");
  assert.equal(pair.installed("B").length, before + 2, "a peer that has lost its SA silently comes back");
});

test("a first message that is not acceptable displaces nobody", () => {
  const pair = besieged({}, { halfOpenMax: 5 });
  flood(pair, firstMessage(), 5);
  const negotiations = (): readonly number[] => pair.engines.B.view().isakmpSas.map(({ sa }) => sa.connId);
  const before = negotiations();
  assert.equal(before.length, 5);
  flood(pair, firstMessage({ suites: [{ ...SUITE, encryption: "des" }] }), 20);
  assert.deepEqual(negotiations(), before);
});

test("a flood displaces no negotiation that we have begun ourselves, nor does one from the peer's own address", () => {
  const pair = besieged({}, { halfOpenMax: 5, halfOpenPerAddressMax: 3 });
  pair.network = () => [];
  pair.negotiate("B");
  const own = pair.engines.B.view().isakmpSas.map(({ sa }) => sa.connId);
  const MM1 = firstMessage();
  flood(pair, MM1, 20);
  for (let count = 0; count < 20; count++) give(pair, A, MM1, 0x10000 + count);
  const left = pair.engines.B.view().isakmpSas;
  assert.ok(
    left.some(({ sa }) => sa.connId === own[0] && sa.role === "initiator"),
    "ours goes on",
  );
  assert.equal(left.length, 5);
});

test("an answer to a forged first message is no amplifier: fewer octets go out than came in", () => {
  const pair = besieged();
  const MM1 = firstMessage();
  const outputs = give(pair, ipv4FromNumber(ATTACKERS), MM1, 1);
  const sent = outputs.flatMap((output) => (output.kind === "send" ? [output.bytes.length] : []));
  assert.equal(sent.length, 1);
  assert.ok((sent[0] ?? 0) <= MM1.bytes.length, `${sent[0]} octets for ${MM1.bytes.length}`);
  const repeated = Array.from({ length: 100 }, () => give(pair, ipv4FromNumber(ATTACKERS), MM1, 1)).flat();
  const answers = repeated.filter(({ kind }) => kind === "send").length;
  assert.ok(answers <= DEFAULT_IKE_LIMITS.repeatsAnsweredMax, `${answers} answers to a hundred repeats`);
});

function firstMessage(changes: PolicyChanges = {}): Datagram {
  const pair = new IkePair({ changes });
  pair.network = () => [];
  pair.negotiate("A");
  const [MM1] = pair.wire;
  assert.ok(MM1, "a first message");
  return MM1;
}

/** First messages, each from another address and under another cookie. */
function flood(pair: IkePair, MM1: Datagram, messages: number): void {
  for (let count = 0; count < messages; count++)
    give(pair, ipv4FromNumber(ATTACKERS + count), MM1, count + 1);
}

/** B gets a first message from an address under a cookie. */
function give(pair: IkePair, from: IpAddress, MM1: Datagram, cookie: number) {
  const bytes = MM1.bytes.slice();
  bytes.set(u32Octets(cookie), 0);
  const local = { address: B, port: 500 };
  return pair.engines.B.handle(pair.now, {
    kind: "datagram",
    local,
    remote: { address: from, port: 500 },
    bytes,
  });
}
