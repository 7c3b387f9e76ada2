/** Which ISAKMP SAs are begun: limits of the configuration, and peers that would only fail again. */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  A,
  B,
  type Datagram,
  IkePair,
  NAT,
  policyOf,
  SUITE,
  seededRandom,
} from "../../test/support/ike-pair.ts";
import type { AdmissionPolicy } from "./policy.ts";

const LINE = { file: "b.cfg", line: 5, text: "crypto call admission limit ike …" };

test("in negotiation no more than the limit: the next stranger is denied, with the line that says so", () => {
  const pair = pairWith({ maximumInNegotiation: { value: 10, origin: LINE } });
  const [MM1] = withheld(pair);
  for (let count = 0; count < 15; count++) pair.deliver(fresh(MM1, count));
  pair.settle();
  const { halfOpen, admission } = pair.engines.B.view();
  assert.equal(halfOpen, 10);
  assert.deepEqual(admission.rejectedBy, { "ike sa": 0, "in-negotiation sa": 5, resources: 0 });
  assert.deepEqual([admission.accepted.responder, admission.rejected.responder], [10, 5]);
  const denied = pair.event("B", "sa-request-denied");
  assert.deepEqual([denied?.role, denied?.remote, denied?.maximum], ["responder", A, 10]);
  const failed = pair.event("B", "negotiation-failed");
  assert.deepEqual([failed?.reason, failed?.origin], ["limit reached", LINE]);
  assert.match(failed?.explanation ?? "", /as many ISAKMP SAs in negotiation as are allowed, 10 \(b\.cfg:5/);
});

test("a limit above our own bound on half-open SAs takes its place", () => {
  const policy = admitting({ maximumInNegotiation: { value: 30, origin: LINE } });
  const limits = { halfOpenMax: 20, halfOpenPerAddressMax: 100 };
  const pair = new IkePair({}, { policy, limits });
  const [MM1] = withheld(pair);
  for (let count = 0; count < 40; count++) pair.deliver(fresh(MM1, count));
  pair.settle();
  assert.equal(pair.engines.B.view().halfOpen, 30);
});

test("of all ISAKMP SAs no more than the limit; with whom there is one may make its successor", () => {
  const pair = pairWith({ maximumSas: { value: 1, origin: LINE } });
  pair.negotiate("A");
  assert.equal(pair.engines.B.view().isakmpSas.length, 1);
  const [MM1] = pair.wire;
  assert.ok(MM1, "a first message");
  pair.deliver(fresh(MM1, 1));
  pair.settle();
  assert.equal(pair.engines.B.view().isakmpSas.length, 2, "a second SA with the same peer");
  pair.isNatted = true;
  pair.deliver(fresh(MM1, 2));
  pair.settle();
  assert.equal(pair.event("B", "sa-request-denied")?.remote, NAT, "none with another");
});

test("what is denied to ourselves fails at once, and IPsec is told", () => {
  const policy = { ...policyOf(A, B), admission: { ...NO_LIMITS, maximumSas: { value: 1, origin: LINE } } };
  const pair = new IkePair({ policy });
  pair.network = () => [];
  const stranger = pairWith({});
  const [MM1] = withheld(stranger);
  pair.deliver({ ...fresh(MM1, 1), from: "B" });
  pair.settle();
  const sent = pair.wire.length;
  pair.negotiate("A");
  assert.equal(pair.wire.length, sent, "nothing is begun");
  assert.equal(pair.event("A", "sa-request-denied")?.role, "initiator");
  assert.ok(
    pair.outputs.A.some(({ kind }) => kind === "negotiation-failed"),
    "IPsec knows that nothing comes of it",
  );
});

test("a peer whose proof has failed gets no Diffie-Hellman exchange for ten seconds, then another chance", () => {
  const { pair, exchanges } = wrongKey();
  assert.equal(exchanges(), 1);
  again(pair);
  assert.equal(exchanges(), 1, "at once it is not heard");
  const dropped = pair.events.B.findLast((event) => event.kind === "message-dropped");
  assert.ok(dropped?.kind === "message-dropped" && dropped.reason === "refused before", "it is told");
  assert.match(dropped.detail, /failed 0 seconds ago: wrong pre-shared key/);
  assert.equal(pair.engines.B.view().admission.dropped, 1);
  pair.runUntil(9_999);
  assert.equal(exchanges(), 1);
  pair.runUntil(15_000);
  assert.equal(exchanges(), 2, "its repeated first message is taken up once the time is over");
});

test("who mends the configuration is heard at once", () => {
  const { pair, exchanges } = wrongKey();
  pair.engines.B.setPolicy(policyOf(B, A, { key: "another key" }));
  again(pair);
  assert.equal(exchanges(), 2);
  assert.ok(pair.event("B", "isakmp-sa-established"), "the keys are equal now");
});

test("a peer that proves itself when we begin is heard again at once", () => {
  const liar = new IkePair({ changes: { key: "another key" } });
  liar.negotiate("A");
  const pair = new IkePair({ random: seededRandom("the true A") });
  Object.assign(pair.engines, { B: liar.engines.B });
  pair.now = liar.now;
  pair.negotiate("A");
  assert.equal(pair.event("B", "message-dropped")?.reason, "refused before");
  pair.negotiate("B");
  assert.ok(pair.event("B", "isakmp-sa-established"), "B's own exchange is not refused");
  pair.network = () => [];
  pair.input("A", { kind: "clear-isakmp-sas" });
  pair.network = (datagram) => [datagram];
  const start = pair.installed("B").length;
  pair.negotiate("A");
  assert.equal(pair.installed("B").length, start + 2);
});

test("others behind the same NAT are not held to account", () => {
  const { pair, exchanges } = wrongKey((natted) => {
    natted.isNatted = true;
  });
  assert.equal(exchanges(), 1);
  again(pair);
  assert.equal(exchanges(), 2);
});

test("of peers that failed few are remembered", () => {
  const limits = { refusedPeersMax: 0 };
  const { pair, exchanges } = wrongKey(() => {}, limits);
  again(pair);
  assert.equal(exchanges(), 2, "where none is remembered, none is refused");
});

const NO_LIMITS: AdmissionPolicy = { maximumSas: undefined, maximumInNegotiation: undefined };

function admitting(limits: Partial<AdmissionPolicy>) {
  return { ...policyOf(B, A), admission: { ...NO_LIMITS, ...limits } };
}

function pairWith(limits: Partial<AdmissionPolicy>): IkePair {
  return new IkePair({}, { policy: admitting(limits) });
}

/** A's first message, which does not arrive. */
function withheld(pair: IkePair): [Datagram] {
  pair.network = () => [];
  pair.negotiate("A");
  const [MM1] = pair.wire;
  assert.ok(MM1, "a first message");
  return [MM1];
}

/** The first message under another cookie. */
function fresh(MM1: Datagram, count: number): Datagram {
  const bytes = MM1.bytes.slice();
  bytes.set([0xc0, count + 1], 0);
  return { ...MM1, bytes };
}

/** A negotiates with another key than B's, as far as that goes. */
function wrongKey(prepare: (pair: IkePair) => void = () => {}, limits = {}) {
  const pair = new IkePair(
    { changes: { key: "another key", suites: [SUITE] } },
    { limits, changes: { peers: [A, NAT] } },
  );
  prepare(pair);
  pair.negotiate("A");
  const exchanges = () =>
    pair.events.B.filter((event) => event.kind === "job-started" && event.job === "dh-both").length;
  return { pair, exchanges };
}

/** A forgets what it has tried and tries again. */
function again(pair: IkePair): void {
  pair.input("A", { kind: "clear-isakmp-sas" });
  pair.negotiate("A");
}
