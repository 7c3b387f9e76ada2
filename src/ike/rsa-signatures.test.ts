/** Main mode with RSA signatures: both ends ours, and everything that must be refused. */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  type CertificateWish,
  MADE_AT,
  type Made,
  makeCertificate,
} from "../../test/support/certificates.ts";
import {
  A,
  B,
  type Datagram,
  IkePair,
  NAT,
  type PolicyChanges,
  policyOf,
  SUITE,
} from "../../test/support/ike-pair.ts";
import { Secret } from "../crypto/secret.ts";
import { type IpAddress, ipv4Octets } from "../net/ip-address.ts";
import type { Certificate } from "../pki/certificate.ts";
import type { IkeEngineOptions } from "./engine.ts";
import type { IkeEvent } from "./events.ts";
import type { IkePolicy, OwnCertificate, RsaPolicy } from "./policy.ts";
import { IOS_CONVENTIONS } from "./wire-conventions.ts";

const ROOT = makeCertificate({ subject: "O=Lab, CN=Root", ca: true });
const SUITES = [{ ...SUITE, authentication: "rsa-sig", group: 2 }] as const;

function router(subject: string, wish: Partial<CertificateWish> = {}): Made {
  return makeCertificate({ subject, issuer: ROOT, keyUsage: ["digitalSignature"], ...wish });
}

const ROUTER_A = router("O=Lab, CN=a");
const ROUTER_B = router("O=Lab, CN=b");

function own({ certificate, key }: Made, intermediates: readonly Certificate[] = []): OwnCertificate {
  const { publicKey, privateKey } = key;
  return {
    certificate,
    intermediates,
    key: { publicKey, privateKey: new Secret(privateKey) },
    origin: undefined,
  };
}

function rsaOf(...certificates: readonly OwnCertificate[]): RsaPolicy {
  return { certificates, authorities: [ROOT.certificate], encryptionKey: undefined, peerKeys: [] };
}

interface Wish {
  readonly a?: RsaPolicy;
  readonly b?: RsaPolicy;
  readonly changes?: PolicyChanges;
  readonly wallClockAtStart?: number | undefined;
}

function pairOf({
  a = rsaOf(own(ROUTER_A)),
  b = rsaOf(own(ROUTER_B)),
  changes = {},
  ...options
}: Wish = {}): IkePair {
  const common = { wallClockAtStart: MADE_AT, ...options };
  const of = (rsa: RsaPolicy) => ({ ...common, changes: { suites: SUITES, rsa, ...changes } });
  return new IkePair(of(a), of(b));
}

function run(wish: Wish = {}): IkePair {
  const pair = pairOf(wish);
  pair.negotiate("A");
  return pair;
}

function isUp(pair: IkePair): boolean {
  return (["A", "B"] as const).every((end) => pair.engines[end].view().isakmpSas[0]?.state === "QM_IDLE");
}

function failure(pair: IkePair, of: "A" | "B"): Extract<IkeEvent, { kind: "negotiation-failed" }> {
  return pair.event(of, "negotiation-failed") ?? assert.fail(`${of} has refused nothing`);
}

test("two routers with certificates of one authority authenticate each other by their subjects", () => {
  const pair = run();
  assert.ok(isUp(pair), "both ends are up");
  assert.equal(pair.event("A", "peer-authenticated")?.identity, "O=Lab, CN=b");
  assert.equal(pair.event("B", "peer-authenticated")?.identity, "O=Lab, CN=a");
  assert.equal(pair.event("A", "identity-built")?.identityType, "ID_DER_ASN1_DN");
  assert.equal(pair.event("B", "isakmp-sa-established")?.authentication, "rsa-sig");
  assert.deepEqual(pair.installed("A").length, 2, "and quick mode goes on from there");
  assert.deepEqual(
    pair.events.B.flatMap((event) => (event.kind === "payload-processing" ? [event.payload] : [])).slice(
      0,
      6,
    ),
    ["SA", "KE", "NONCE", "ID", "CERT", "SIG"],
  );
});

test("it works over authorities in between, which the peers send along", () => {
  const first = makeCertificate({ subject: "O=Lab, CN=First", issuer: ROOT, ca: true });
  const second = makeCertificate({ subject: "O=Lab, CN=Second", issuer: first, ca: true });
  const far = router("O=Lab, CN=far", { issuer: second });
  assert.ok(isUp(run({ b: rsaOf(own(far, [second.certificate, first.certificate])) })), "both ends are up");
  const pair = run({ b: rsaOf(own(far, [second.certificate])) });
  assert.equal(failure(pair, "A").reason, "certificate refused");
  assert.match(
    failure(pair, "A").explanation,
    /CN=Second is not of an authority that is trusted here: O=Lab, CN=First/,
  );
});

test("of several certificates that is shown whose authority is asked for", () => {
  const other = makeCertificate({ subject: "O=Other, CN=Root", ca: true });
  const ofOther = makeCertificate({ subject: "O=Other, CN=a", issuer: other });
  const both = { ...rsaOf(own(ofOther), own(ROUTER_A)), authorities: [ROOT.certificate, other.certificate] };
  const pair = run({ a: both });
  assert.ok(isUp(pair), "both ends are up");
  assert.equal(pair.event("B", "peer-authenticated")?.identity, "O=Lab, CN=a");
  const back = pairOf({ a: both });
  back.negotiate("B");
  assert.equal(back.event("B", "peer-authenticated")?.identity, "O=Lab, CN=a", "as responder too");
});

const REFUSED: readonly [string, Made, RegExp][] = [
  ["expired", router("O=Lab, CN=old", { notAfter: MADE_AT - 1000 }), /CN=old has expired/],
  ["not yet valid", router("O=Lab, CN=new", { notBefore: MADE_AT + 86_400_000 }), /CN=new is not valid yet/],
  ["for encryption", router("O=Lab, CN=enc", { keyUsage: ["keyEncipherment"] }), /is not for this use/],
  [
    "of another authority",
    makeCertificate({
      subject: "O=Lab, CN=x",
      issuer: makeCertificate({ subject: "O=Lab, CN=Evil", ca: true }),
    }),
    /not of an authority that is trusted here: O=Lab, CN=Evil/,
  ],
  [
    "of an impostor of the authority",
    makeCertificate({
      subject: "O=Lab, CN=x",
      issuer: makeCertificate({ subject: "O=Lab, CN=Root", ca: true, key: "evil" }),
    }),
    /is not signed by who it says/,
  ],
];

for (const [what, made, says] of REFUSED)
  test(`a certificate that is ${what} is refused, in both roles`, () => {
    const asInitiator = run({ b: rsaOf(own(made)) });
    assert.ok(!isUp(asInitiator), "refused by the initiator");
    assert.equal(failure(asInitiator, "A").reason, "certificate refused");
    assert.match(failure(asInitiator, "A").explanation, says);
    const asResponder = run({ a: rsaOf(own(made)) });
    assert.equal(failure(asResponder, "B").reason, "certificate refused");
    assert.match(failure(asResponder, "B").explanation, says);
    assert.equal(asResponder.installed("B").length, 0, "nothing is installed");
  });

test("certificates of another organisation are refused, whoever begins", () => {
  const other = rsaOf(own(router("O=Other, CN=x")));
  assert.match(
    failure(run({ a: other }), "B").explanation,
    /our certificate names O=Lab, and that of O=Other, CN=x does not/,
  );
  assert.match(
    failure(run({ b: other }), "B").explanation,
    /our certificate names O=Other, and that of O=Lab, CN=a/,
  );
  const silent = rsaOf(own(router("CN=no organisation")));
  assert.match(
    failure(run({ b: silent }), "A").explanation,
    /our certificate names O=Lab, and that of CN=no organisation/,
  );
});

test("without a clock the dates of certificates are not checked, and a warning is told", () => {
  const late = router("O=Lab, CN=old", { notAfter: MADE_AT - 1000 });
  const pair = run({ b: rsaOf(own(late)), wallClockAtStart: undefined });
  assert.ok(isUp(pair), "both ends are up");
  assert.equal(pair.event("A", "certificate-checked")?.datesChecked, false);
});

test("a machine that learns the time of day after its start judges certificates by it from then on", () => {
  const pair = pairOf({ wallClockAtStart: 0 });
  pair.negotiate("A");
  assert.ok(!isUp(pair), "in 1970 no certificate is valid yet");
  for (const end of ["A", "B"] as const)
    pair.input(end, { kind: "clock-set", wallClockAtStart: MADE_AT - pair.now });
  pair.runUntil(200_000);
  pair.negotiate("A");
  assert.ok(isUp(pair), "both ends are up");
});

test("a certificate that expires meanwhile is refused from then on", () => {
  const soon = rsaOf(own(router("O=Lab, CN=soon", { notAfter: MADE_AT + 3_600_000 })));
  assert.ok(isUp(run({ a: soon })), "in time");
  const pair = pairOf({ a: soon });
  pair.runUntil(3_601_000);
  pair.negotiate("A");
  assert.match(failure(pair, "B").explanation, /CN=soon has expired/);
});

test("what identifies a router with an empty subject is one of its other names (RFC 4945 §3.1)", () => {
  const named = router("", { hosts: ["a.example.com"], key: "named" });
  const plain = router("CN=b");
  const pair = run({ a: rsaOf(own(named)), b: rsaOf(own(plain)) });
  assert.ok(isUp(pair), "both ends are up");
  assert.equal(pair.event("B", "peer-authenticated")?.identity, "a.example.com");
  const addressed = router("", { addresses: [ipv4Octets(A)], key: "addressed" });
  assert.ok(isUp(run({ a: rsaOf(own(addressed)), b: rsaOf(own(plain)) })), "by address");
  const elsewhere = router("", { addresses: [ipv4Octets(B)], key: "elsewhere" });
  const refused = run({ a: rsaOf(own(elsewhere)), b: rsaOf(own(plain)) });
  assert.match(
    failure(refused, "B").explanation,
    /says that it is 172\.16\.172\.10, which its certificate does not have/,
  );
});

test("a signature by another key than the certificate's is dropped, and told once", () => {
  const stolen = { ...own(ROUTER_A), key: own(ROUTER_B).key };
  const pair = run({ a: rsaOf(stolen) });
  assert.equal(pair.event("B", "message-dropped")?.detail, "the signature does not verify");
  pair.runUntil(120_000);
  const failures = pair.events.B.filter(({ kind }) => kind === "negotiation-failed");
  assert.equal(failures.length, 1, "told once");
  assert.equal(failure(pair, "B").reason, "authentication failed");
  assert.equal(failure(pair, "B").authentication, "rsa-sig");
  assert.match(failure(pair, "A").explanation, /most likely it does not accept our certificate/);
});

test("damaged proofs are dropped and change nothing: the true one comes through", () => {
  for (const step of [4, 5]) {
    const pair = pairOf();
    pair.network = (datagram, index) => {
      if (index !== step) return [datagram];
      return [60, 120, 200]
        .map((at): Datagram => {
          const bytes = datagram.bytes.slice();
          bytes[at] = (bytes[at] ?? 0) ^ 1;
          return { ...datagram, bytes };
        })
        .concat([datagram]);
    };
    pair.negotiate("A");
    assert.ok(isUp(pair), `message ${step + 1}`);
  }
});

test("a lost or repeated message of any step is made good", () => {
  for (let lost = 0; lost < 6; lost++) {
    const pair = pairOf();
    pair.network = (datagram, index) => (index === lost ? [] : [datagram, datagram]);
    pair.negotiate("A");
    pair.runUntil(20_000);
    assert.ok(isUp(pair), `message ${lost + 1}`);
  }
});

test("through a NAT the certificate still identifies its holder", () => {
  const pair = pairOf({ changes: { peers: [B] } });
  pair.isNatted = true;
  pair.negotiate("A");
  assert.equal(pair.event("B", "peer-authenticated")?.identity, "O=Lab, CN=a", NAT);
});

test("without a certificate or an authority signatures are neither offered nor accepted", () => {
  const none = { ...rsaOf(), authorities: [ROOT.certificate] };
  const noAuthority = { ...rsaOf(own(ROUTER_A)), authorities: [] };
  for (const [rsa, says] of [
    [none, /no certificate of ours whose private key is here/],
    [noAuthority, /no certificate of an authority/],
  ] as const) {
    const pair = run({ b: rsa });
    assert.match(JSON.stringify(pair.event("B", "negotiation-failed")?.mismatches), says);
    const other = run({ a: rsa });
    assert.equal(failure(other, "A").reason, "no keys for any policy");
  }
});

test("requests go in MM4 and MM5, certificates in MM5 and MM6, and the messages stay six (RFC 4945 §3.2.5, §3.3.5)", () => {
  const pair = run();
  const inClear = pair.wire.slice(0, 4).map(({ bytes }) => payloadTypes(bytes));
  assert.deepEqual(
    inClear.map((types) => types.filter((type) => type === CERT || type === CERTREQ)),
    [[], [], [], [CERTREQ]],
  );
  const phase1 = pair.wire.filter(({ bytes }) => bytes[18] === MAIN_MODE);
  assert.equal(phase1.length, 6);
  const ofPeer = (end: "A" | "B") =>
    pair.events[end].flatMap((event) => (event.kind === "payload-processing" ? [event.payload] : []));
  assert.deepEqual(
    ofPeer("A").filter((kind) => kind === "CERT" || kind === "SIG"),
    ["CERT", "SIG"],
  );
  assert.deepEqual(
    ofPeer("B").filter((kind) => kind === "CERT" || kind === "SIG"),
    ["CERT", "SIG"],
  );
});

const CERT = 6;
const CERTREQ = 7;
const MAIN_MODE = 2;

function payloadTypes(bytes: Uint8Array): number[] {
  const types: number[] = [];
  for (let type = bytes[16] ?? 0, at = 28; type !== 0; ) {
    types.push(type);
    type = bytes[at] ?? 0;
    at += (bytes[at + 2] ?? 0) * 256 + (bytes[at + 3] ?? 0);
  }
  return types;
}

// ── Aggressive mode ──────────────────────────────────────────────────────────────────────────────────────────────────

function aggressively({
  a = rsaOf(own(ROUTER_A)),
  b = rsaOf(own(ROUTER_B)),
  ...options
}: Wish & Partial<IkeEngineOptions> = {}): IkePair {
  const policyFor = (end: IpAddress, peer: IpAddress, rsa: RsaPolicy): IkePolicy => ({
    ...policyOf(end, peer, { suites: SUITES, rsa }),
    preSharedKeys: [],
    // As the certificate's own name.
    aggressivePeers: [{ peer, key: undefined, identity: { kind: "fqdn", name: end === A ? "a" : "b" } }],
  });
  const common = { wallClockAtStart: MADE_AT, ...options };
  const pair = new IkePair(
    { ...common, policy: policyFor(A, B, a) },
    { ...common, policy: { ...policyFor(B, A, b), aggressivePeers: [] } },
  );
  return pair;
}

const NAMED_A = router("O=Lab, CN=named a", { hosts: ["a"] });

test("aggressive mode with signatures: three messages, each end proven by its certificate", () => {
  for (const encryptThirdMessage of [true, false]) {
    const conventions = { ...IOS_CONVENTIONS, encryptThirdMessage };
    const pair = aggressively({ a: rsaOf(own(NAMED_A)), conventions });
    pair.negotiate("A");
    assert.ok(isUp(pair), "both ends are up");
    assert.equal(pair.event("B", "isakmp-sa-established")?.exchange, "aggressive");
    assert.equal(pair.event("B", "isakmp-sa-established")?.authentication, "rsa-sig");
    assert.equal(pair.event("B", "peer-authenticated")?.identity, "a");
    assert.equal(pair.event("A", "peer-authenticated")?.identity, "O=Lab, CN=b");
    assert.equal(pair.installed("A").length, 2);
  }
});

test("aggressive mode refuses the certificates that main mode refuses", () => {
  for (const [what, made, says] of REFUSED) {
    const asInitiator = aggressively({ a: rsaOf(own(NAMED_A)), b: rsaOf(own(made)) });
    asInitiator.negotiate("A");
    assert.equal(failure(asInitiator, "A").reason, "certificate refused", what);
    assert.match(failure(asInitiator, "A").explanation, says);
    assert.equal(asInitiator.installed("A").length, 0);
  }
  const unnamed = aggressively();
  unnamed.negotiate("A");
  assert.match(
    failure(unnamed, "B").explanation,
    /says that it is a, which its certificate does not have as a host name/,
  );
});

test("in aggressive mode a signature by another key is refused by either end", () => {
  const stolen = { ...own(NAMED_A), key: own(ROUTER_B).key };
  const asResponder = aggressively({ a: rsaOf(stolen) });
  asResponder.negotiate("A");
  assert.equal(failure(asResponder, "B").reason, "authentication failed");
  assert.equal(asResponder.installed("B").length, 0);
  const asInitiator = aggressively({
    a: rsaOf(own(NAMED_A)),
    b: rsaOf({ ...own(ROUTER_B), key: own(ROUTER_A).key }),
  });
  asInitiator.negotiate("A");
  assert.equal(failure(asInitiator, "A").reason, "authentication failed");
  assert.match(failure(asInitiator, "A").explanation, /without a certificate whose key has signed it/);
});

test("in aggressive mode lost and repeated messages are made good", () => {
  for (let lost = 0; lost < 3; lost++) {
    const pair = aggressively({ a: rsaOf(own(NAMED_A)) });
    pair.network = (datagram, index) => (index === lost ? [] : [datagram, datagram]);
    pair.negotiate("A");
    pair.runUntil(30_000);
    assert.ok(isUp(pair), `message ${lost + 1}`);
  }
});

test("certificates of no octets, of garbage and of any number beside the true one do no harm", () => {
  const garbage = (length: number): Certificate => ({
    ...ROUTER_A.certificate,
    der: new Uint8Array(length).fill(0x30),
  });
  const beside = [garbage(0), garbage(1), garbage(900)];
  assert.ok(isUp(run({ a: rsaOf(own(ROUTER_A, beside)) })), "beside it");
  const crowd = Array.from({ length: 30 }, () => garbage(200));
  assert.ok(isUp(run({ a: rsaOf(own(ROUTER_A, crowd)) })), "in a crowd");
  for (const certificate of beside) {
    const pair = run({ a: rsaOf(own({ ...ROUTER_A, certificate })) });
    assert.ok(!isUp(pair), "in its place");
    assert.match(pair.event("B", "message-dropped")?.detail ?? "", /none that can be read/);
  }
});

test("an identity that is not the subject of the certificate, part of it or more than it is refused", () => {
  for (const subject of ["O=Lab, CN=b", "O=Lab", "CN=a", "O=Lab, CN=a, CN=b", "O=Lab, CN=*"]) {
    const claimed = { ...ROUTER_A.certificate, subject: router(subject).certificate.subject };
    const pair = run({ a: rsaOf(own({ ...ROUTER_A, certificate: claimed })) });
    assert.match(failure(pair, "B").explanation, /which is not the subject of its certificate/, subject);
    assert.equal(pair.installed("B").length, 0, subject);
  }
});
