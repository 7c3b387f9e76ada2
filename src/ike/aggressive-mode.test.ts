/** Aggressive mode between two engines: both roles, all identities, NATs, lost and repeated messages, wrong keys. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { A, B, IkePair, type Network, type PolicyChanges, policyOf } from "../../test/support/ike-pair.ts";
import { decodeHeader, FLAG_ENCRYPTION } from "../isakmp/header.ts";
import { EXCHANGE_TYPE } from "../isakmp/numbers/exchange-type.ts";
import { ipv4 } from "../net/ip-address.ts";
import type { IkePolicy } from "./policy.ts";
import { IOS_CONVENTIONS, NAT_TRAVERSING_CONVENTIONS } from "./wire-conventions.ts";

const ADDRESS = { kind: "ipv4-address", address: A } as const;
const NAMED = { kind: "fqdn", name: "branch.example.com" } as const;
const USER = { kind: "user-fqdn", name: "alice@example.com" } as const;

const HEADER_ONLY = (pair: IkePair) =>
  pair.wire.map(({ from, bytes }) => {
    const { exchangeType, flags } = decodeHeader(bytes);
    return `${from} ${exchangeType}${(flags & FLAG_ENCRYPTION) === 0 ? "" : "*"}`;
  });

function established(pair: IkePair): void {
  for (const name of ["A", "B"] as const) {
    assert.equal(pair.engines[name].view().isakmpSas[0]?.state, "QM_IDLE", `${name} has an ISAKMP SA`);
    assert.equal(pair.installed(name).length, 2, `${name} has a pair of IPsec SAs`);
  }
}

/** Two ends of which A begins aggressive mode; B finds the key by the name, or by the address where there is none. */
function pairWith(
  changes: PolicyChanges,
  ofB: PolicyChanges = {},
  conventions = { ...IOS_CONVENTIONS, sendInitialContact: false },
): IkePair {
  return new IkePair({ changes, conventions }, { changes: ofB, conventions });
}

test("three messages are phase 1, the third encrypted, and quick mode follows", () => {
  const pair = pairWith({ clientEndpoint: ADDRESS });
  pair.negotiate("A");
  established(pair);
  const [aggressive, quick] = [EXCHANGE_TYPE.Aggressive, EXCHANGE_TYPE["Quick Mode"]];
  assert.deepEqual(HEADER_ONLY(pair), [
    `A ${aggressive}`,
    `B ${aggressive}`,
    `A ${aggressive}*`,
    `A ${quick}*`,
    `B ${quick}*`,
    `A ${quick}*`,
  ]);
  assert.equal(pair.event("B", "peer-authenticated")?.identity, A);
  assert.equal(pair.event("A", "peer-authenticated")?.identity, B);
});

test("the third message may come in clear", () => {
  const clear = { ...IOS_CONVENTIONS, encryptThirdMessage: false, sendInitialContact: false };
  const pair = new IkePair(
    { changes: { clientEndpoint: ADDRESS }, conventions: clear },
    { conventions: IOS_CONVENTIONS },
  );
  pair.negotiate("A");
  established(pair);
  assert.equal(HEADER_ONLY(pair)[2], `A ${EXCHANGE_TYPE.Aggressive}`);
});

for (const [what, endpoint] of [
  ["a host name", NAMED],
  ["a user's name", USER],
] as const)
  test(`a responder finds the key by ${what}, wherever it comes from`, () => {
    const pair = pairWith({ clientEndpoint: endpoint }, { keysForNames: [endpoint.name] });
    pair.negotiate("A");
    established(pair);
    assert.equal(pair.event("B", "peer-authenticated")?.identity, endpoint.name);
  });

test("names of keys are compared without regard to case", () => {
  const pair = pairWith(
    { clientEndpoint: { kind: "fqdn", name: "BRANCH.Example.com" } },
    { keysForNames: [NAMED.name] },
  );
  pair.negotiate("A");
  established(pair);
});

test("without any other key, one for the peer's host name begins aggressive mode, and its identity is the usual one", () => {
  const hosts = new Map([["responder", [B]]]);
  const policy: IkePolicy = {
    ...policyOf(A, B, { keysForNames: ["responder"] }),
    hosts,
    identity: "hostname",
    hostname: "Initiator",
  };
  const pair = new IkePair({ policy }, { changes: { keysForNames: ["initiator"] } });
  pair.negotiate("A");
  established(pair);
  assert.equal(pair.event("B", "phase1-started")?.exchange, "aggressive");
  assert.equal(pair.event("B", "peer-authenticated")?.identity, "Initiator");
});

test("a key for the peer's address begins main mode, whatever keys for names there are", () => {
  const base = policyOf(A, B, { keysForNames: ["responder"] });
  const policy: IkePolicy = {
    ...base,
    preSharedKeys: [...base.preSharedKeys, ...policyOf(A, B).preSharedKeys],
    hosts: new Map([["responder", [B]]]),
  };
  const pair = new IkePair({ policy });
  pair.negotiate("A");
  assert.equal(pair.event("A", "phase1-started")?.exchange, "main");
});

test("disabled, aggressive mode is neither begun nor answered, and a key by name serves main mode", () => {
  const off = (policy: IkePolicy): IkePolicy => ({ ...policy, aggressiveMode: false });
  const begins = new IkePair({ policy: off(policyOf(A, B, { clientEndpoint: ADDRESS })) });
  begins.negotiate("A");
  assert.equal(begins.wire.length, 0, "nothing is sent");
  assert.equal(begins.event("A", "negotiation-failed")?.reason, "aggressive mode disabled");
  const answers = new IkePair({ changes: { clientEndpoint: ADDRESS } }, { policy: off(policyOf(B, A)) });
  answers.negotiate("A");
  assert.equal(answers.event("B", "message-dropped")?.reason, "aggressive mode disabled");
  assert.equal(answers.engines.B.view().isakmpSas.length, 0, "no SA of it");
  assert.deepEqual(
    answers.engines.B.view().failures.map(({ failure }) => [failure.peer, failure.role, failure.explanation]),
    [
      [
        A,
        "responder",
        `${A} begins aggressive mode, which is disabled here: have it begin main mode, or remove "crypto isakmp aggressive-mode disable".`,
      ],
    ],
  );
  const named = policyOf(A, B, { keysForNames: ["responder"] });
  const byName = new IkePair({ policy: off({ ...named, hosts: new Map([["responder", [B]]]) }) });
  byName.negotiate("A");
  assert.equal(byName.event("A", "phase1-started")?.exchange, "main");
});

test("only suites of one group are offered, that of the preferred one", () => {
  const suite = policyOf(A, B).protectionSuites[0];
  assert.ok(suite !== undefined, "the case study has a suite");
  const suites = [
    { ...suite, priority: 1, group: 2 as const },
    { ...suite, priority: 2, group: 1 as const },
    { ...suite, priority: 3, group: 2 as const, hash: "md5" as const },
  ];
  const pair = pairWith({ clientEndpoint: ADDRESS, suites }, { suites: suites.slice(2) });
  pair.negotiate("A");
  established(pair);
  const checked = pair.events.B.filter((event) => event.kind === "isakmp-transform-checked");
  assert.deepEqual(
    checked.map(({ transformNumber, accepted }) => [transformNumber, accepted]),
    [
      [1, false],
      [2, true],
    ],
  );
});

test("with a wrong key the initiator notices by the answer, and says which line its own key is in", () => {
  const pair = pairWith({ clientEndpoint: ADDRESS, key: "another" });
  pair.negotiate("A");
  const failed = pair.event("A", "negotiation-failed");
  assert.equal(failed?.reason, "wrong pre-shared key");
  assert.equal(failed?.exchange, "aggressive");
  assert.equal(failed?.origin?.line, 7);
  assert.equal(pair.engines.A.view().isakmpSas.length, 0, "its SA is gone");
  pair.runUntil(120_000);
  assert.equal(pair.engines.B.view().isakmpSas.length, 0, "and in the end the responder's");
});

test("INITIAL-CONTACT follows under the SA, not in aggressive mode (RFC 2407 §4.6.3)", () => {
  const pair = pairWith({ clientEndpoint: ADDRESS }, {}, IOS_CONVENTIONS);
  pair.negotiate("A");
  established(pair);
  assert.equal(HEADER_ONLY(pair)[3], `A ${EXCHANGE_TYPE.Informational}*`);
  assert.ok(pair.kinds("B").includes("initial-contact-received"), "the responder is told");
});

test("a NAT is found by the second and third message, and both ends go on on port 4500", () => {
  const pair = pairWith(
    { clientEndpoint: NAMED },
    { keysForNames: [NAMED.name], peers: [A, ipv4("198.51.100.7")] },
    NAT_TRAVERSING_CONVENTIONS,
  );
  pair.isNatted = true;
  pair.negotiate("A");
  established(pair);
  assert.deepEqual(
    pair.wire.map(({ sourcePort, destinationPort }) => `${sourcePort}>${destinationPort}`).slice(0, 4),
    ["500>500", "500>1500", "4500>4500", "4500>4500"],
  );
  for (const sa of [...pair.installed("A"), ...pair.installed("B")])
    assert.ok(sa.udpEncapsulation !== undefined, "ESP goes in UDP");
});

test("without a NAT both ends stay on port 500", () => {
  const pair = pairWith({ clientEndpoint: ADDRESS }, {}, NAT_TRAVERSING_CONVENTIONS);
  pair.negotiate("A");
  established(pair);
  assert.ok(
    pair.wire.every(({ sourcePort }) => sourcePort === 500),
    "no port changed",
  );
});

for (const lost of [0, 1, 2])
  test(`message ${lost + 1} may be lost`, () => {
    const pair = pairWith({ clientEndpoint: ADDRESS });
    const loses: Network = (datagram, index) => (index === lost ? [] : [datagram]);
    pair.network = loses;
    pair.negotiate("A");
    pair.runUntil(30_000);
    established(pair);
  });

test("every message may come twice", () => {
  const pair = pairWith({ clientEndpoint: ADDRESS });
  pair.network = (datagram) => [datagram, datagram];
  pair.negotiate("A");
  established(pair);
  assert.equal(pair.engines.B.view().isakmpSas.length, 1, "one SA of it");
});

test("a responder says its answer once for each time it is asked", () => {
  const pair = pairWith({ clientEndpoint: ADDRESS });
  pair.network = (datagram) => (datagram.from === "A" ? [datagram] : []);
  pair.negotiate("A");
  pair.runUntil(300_000);
  const [asked, answered] = [
    pair.wire.filter(({ from }) => from === "A").length,
    pair.wire.filter(({ from }) => from === "B").length,
  ];
  assert.equal(asked, 6, "one AM1 and five retransmissions");
  assert.equal(answered, asked, "as many AM2");
});
