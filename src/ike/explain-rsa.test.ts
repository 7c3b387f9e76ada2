/** Failures of authentication by RSA, as data: what was shown, what we believe, and the line of ours to look at. */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  type CertificateWish,
  MADE_AT,
  makeCertificate,
  makeRevocationList,
  testKey,
} from "../../test/support/certificates.ts";
import { A, B, IkePair, SUITE } from "../../test/support/ike-pair.ts";
import type { Origin } from "../base/origin.ts";
import { Secret } from "../crypto/secret.ts";
import { readRevocationList } from "../pki/revocation-list.ts";
import type { IkeEvent } from "./events.ts";
import { cannotSign } from "./explain-rsa.ts";
import type { OwnCertificate, ProtectionSuite, RsaPolicy } from "./policy.ts";

function line(number: number, text: string): Origin {
  return { file: "test.cfg", line: number, text };
}

const POLICY = line(3, "crypto isakmp policy 10");
const TRUSTPOINT = line(10, "crypto ca identity lab");
const AUTHORITY = line(20, "certificate ca 01");
const LIST = line(25, "crl");
const OWN = line(30, "certificate 02");
const PEER_KEY = line(40, "addressed-key 172.16.172.20");

const ROOT = makeCertificate({ subject: "O=Lab, CN=Root", ca: true });
const LINES = { trustpoint: TRUSTPOINT, certificate: AUTHORITY, revocationList: LIST };

function own(wish: CertificateWish): OwnCertificate {
  const { certificate, key } = makeCertificate({ issuer: ROOT, ...wish });
  const { publicKey, privateKey } = key;
  return {
    certificate,
    intermediates: [],
    key: { publicKey, privateKey: new Secret(privateKey) },
    origin: OWN,
  };
}

function believing(changes: Partial<RsaPolicy> = {}): RsaPolicy {
  return {
    certificates: [own({ subject: "O=Lab, CN=a" })],
    authorities: [ROOT.certificate],
    authorityLines: new Map([[ROOT.certificate, LINES]]),
    encryptionKey: undefined,
    peerKeys: [],
    ...changes,
  };
}

/** What each end says of a main mode that A begins. */
function failures(method: ProtectionSuite["authentication"], a: RsaPolicy, b: RsaPolicy) {
  const suites = [{ ...SUITE, authentication: method, group: 2, origin: POLICY }] as const;
  const of = (rsa: RsaPolicy) => ({ wallClockAtStart: MADE_AT, changes: { suites, rsa } });
  const pair = new IkePair(of(a), of(b));
  pair.negotiate("A");
  pair.runUntil(200_000);
  const said = (end: "A" | "B"): Extract<IkeEvent, { kind: "negotiation-failed" }> =>
    pair.event(end, "negotiation-failed") ?? assert.fail(`${end} has refused nothing`);
  return { a: said("A"), b: said("B") };
}

const EVIL = makeCertificate({ subject: "O=Lab, CN=Evil", ca: true });
const IMPOSTOR = makeCertificate({ subject: "O=Lab, CN=Root", ca: true, key: "impostor" });
const REVOKED = readRevocationList(
  makeRevocationList(ROOT, [Number.parseInt(own({ subject: "O=Lab, CN=b" }).certificate.serialNumber, 16)]),
);
assert.ok(!(REVOKED instanceof Error), "a list was made");

const CASES: readonly {
  readonly what: string;
  readonly shown: CertificateWish;
  readonly changes?: Partial<RsaPolicy>;
  readonly offered: RegExp;
  readonly accepted: RegExp;
  readonly origin: Origin | undefined;
  readonly advice: RegExp;
}[] = [
  {
    what: "of another authority",
    shown: { subject: "O=Lab, CN=b", issuer: EVIL },
    offered: /^issued by O=Lab, CN=Evil$/,
    accepted: /^issued by O=Lab, CN=Root$/,
    origin: AUTHORITY,
    advice: /"certificate ca" below "crypto ca certificate chain"/,
  },
  {
    what: "of an impostor of the authority",
    shown: { subject: "O=Lab, CN=b", issuer: IMPOSTOR },
    offered: /another key/,
    accepted: /key of O=Lab, CN=Root/,
    origin: AUTHORITY,
    advice: /our certificate of the authority is an old one/,
  },
  {
    what: "expired",
    shown: { subject: "O=Lab, CN=b", notAfter: MADE_AT - 1000 },
    offered: /^valid until 2000-05-31 23:59:59 UTC$/,
    accepted: /2000-06-01 00:0\d:\d\d UTC$/,
    origin: undefined,
    advice: /must be renewed, or the clock set right/,
  },
  {
    what: "not valid yet",
    shown: { subject: "O=Lab, CN=b", notBefore: MADE_AT + 86_400_000 },
    offered: /^valid from 2000-06-02 00:00:00 UTC$/,
    accepted: /2000-06-01/,
    origin: undefined,
    advice: /a clock is wrong/,
  },
  {
    what: "for encryption alone",
    shown: { subject: "O=Lab, CN=b", keyUsage: ["keyEncipherment"] },
    offered: /keyEncipherment is allowed/,
    accepted: /may sign for IKE/,
    origin: undefined,
    advice: /needs another one/,
  },
  {
    what: "of another organisation",
    shown: { subject: "O=Other, CN=b" },
    offered: /^O=Other, CN=b$/,
    accepted: /with O=Lab$/,
    origin: OWN,
    advice: /not of one organisation \(test.cfg:30 "certificate 02"\)/,
  },
  {
    what: "of somebody else",
    shown: { subject: "", addresses: [new Uint8Array([9, 9, 9, 9])] },
    changes: { certificates: [own({ subject: "CN=a" })] },
    offered: /^172\.16\.172\.10$/,
    accepted: /^9\.9\.9\.9$/,
    origin: undefined,
    advice: /must say what its certificate names/,
  },
  {
    what: "revoked",
    shown: { subject: "O=Lab, CN=b" },
    changes: { revocation: { lists: [REVOKED], required: [] } },
    offered: /^serial number /,
    accepted: /not revoked by O=Lab, CN=Root$/,
    origin: LIST,
    advice: /needs another one/,
  },
  {
    what: "without the list of its authority",
    shown: { subject: "O=Lab, CN=b" },
    changes: { revocation: { lists: [], required: [ROOT.certificate] } },
    offered: /^no revocation list: that of O=Lab, CN=Root is not here$/,
    accepted: /up to date/,
    origin: TRUSTPOINT,
    advice: /or "crl optional" below the trust point/,
  },
];

for (const { what, shown, changes, offered, accepted, origin, advice } of CASES)
  test(`a certificate ${what} is explained by what differs and the line that decides`, () => {
    const { b: failed } = failures("rsa-sig", believing({ certificates: [own(shown)] }), believing(changes));
    assert.equal(failed.reason, "certificate refused");
    assert.deepEqual(failed.origin, origin);
    const [difference, ...more] = failed.mismatches;
    assert.ok(difference !== undefined && more.length === 0, "one difference");
    assert.equal(difference.attribute, "certificate");
    assert.match(difference.offered, offered);
    assert.match(difference.accepted, accepted);
    assert.deepEqual(difference.origin, origin);
    assert.match(failed.explanation, advice);
    if (origin !== undefined)
      assert.ok(failed.explanation.includes(`test.cfg:${origin.line}`), failed.explanation);
  });

test("whoever's certificate is not answered sees the line of it, and whom the peer must trust", () => {
  const stranger = own({ subject: "O=Lab, CN=a", issuer: EVIL });
  const { a } = failures("rsa-sig", believing({ certificates: [stranger] }), believing());
  assert.equal(a.reason, "authentication failed");
  assert.deepEqual(a.origin, OWN);
  assert.match(
    a.explanation,
    /our certificate \(test\.cfg:30 "certificate 02"\): it must trust O=Lab, CN=Evil/,
  );
});

test("a signature by another key than the certificate's names the policy that asks for signatures", () => {
  const stolen = { ...own({ subject: "O=Lab, CN=a" }), key: own({ subject: "O=Lab, CN=x" }).key };
  const { b } = failures("rsa-sig", believing({ certificates: [stolen] }), believing());
  assert.equal(b.reason, "authentication failed");
  assert.deepEqual(b.origin, POLICY);
  assert.deepEqual(
    b.mismatches.map(({ attribute }) => attribute),
    ["certificate"],
  );
});

test("with encrypted nonces both ends name the peer's key that was entered", () => {
  const [keyA, keyB, other] = [testKey("nonces a"), testKey("nonces b"), testKey("nonces other")];
  const rsa = (mine: typeof keyA, theirs: typeof keyA, address: typeof A): RsaPolicy => ({
    certificates: [],
    authorities: [],
    encryptionKey: { publicKey: mine.publicKey, privateKey: new Secret(mine.privateKey) },
    peerKeys: [{ name: undefined, address, publicKey: theirs.publicKey, origin: PEER_KEY }],
  });
  const { a, b } = failures("rsa-encr", rsa(keyA, other, B), rsa(keyB, keyA, A));
  for (const failed of [a, b]) {
    assert.equal(failed.reason, "authentication failed");
    assert.deepEqual(failed.origin, PEER_KEY);
    assert.deepEqual(
      failed.mismatches.map(({ attribute, origin }) => [attribute, origin]),
      [["key", PEER_KEY]],
    );
    assert.match(failed.explanation, /\(test\.cfg:40 "addressed-key 172\.16\.172\.20"\)/);
  }
});

test("a signature of ours that fails names our certificate and the commands for its key", () => {
  const certificates = [own({ subject: "O=Lab, CN=a" })] as const;
  const failed = cannotSign(B, "the key is too short", { method: "rsa-sig", certificates });
  assert.deepEqual(failed.origin, OWN);
  assert.match(failed.explanation, /test\.cfg:30 .*"crypto key generate rsa"/);
});
