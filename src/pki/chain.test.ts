import assert from "node:assert/strict";
import { test } from "node:test";
import {
  type CertificateWish,
  MADE_AT,
  type Made,
  makeCertificate,
} from "../../test/support/certificates.ts";
import type { Certificate } from "./certificate.ts";
import {
  buildChain,
  type ChainProblemKind,
  type ChainRequest,
  describeChainProblem,
  isChainProblem,
} from "./chain.ts";
import { organisationProblem } from "./organisation.ts";

const ROOT = makeCertificate({ subject: "O=Lab, CN=Root", ca: true, keyUsage: ["keyCertSign", "cRLSign"] });
const DAY = 86_400_000;

function made(wish: Partial<CertificateWish> = {}): Certificate {
  return makeCertificate({ subject: "O=Lab, CN=r1", issuer: ROOT, ...wish }).certificate;
}

function authority(subject: string, issuer: Made, wish: Partial<CertificateWish> = {}): Made {
  return makeCertificate({ subject, issuer, ca: true, ...wish });
}

function build(leaf: Certificate, changed: Partial<ChainRequest> = {}) {
  return buildChain({
    leaf,
    others: [],
    authorities: [ROOT.certificate],
    now: MADE_AT,
    use: "signature",
    ...changed,
  });
}

function assertRefused(kind: ChainProblemKind, found: ReturnType<typeof build>, says?: RegExp): void {
  assert.ok(isChainProblem(found), `refused for ${kind}`);
  assert.equal(found.kind, kind);
  if (says !== undefined) assert.match(describeChainProblem(found), says);
}

test("each reason to refuse a certificate", () => {
  assertRefused(
    "expired",
    build(made({ notAfter: MADE_AT - 1000 })),
    /^the certificate of O=Lab, CN=r1 has expired$/,
  );
  assertRefused("not yet valid", build(made({ notBefore: MADE_AT + 1000 })));
  const stranger = makeCertificate({ subject: "O=Lab, CN=Other", ca: true });
  assertRefused("unknown issuer", build(made({ issuer: stranger })), /trusted here: O=Lab, CN=Other$/);
  assertRefused("unknown issuer", build(makeCertificate({ subject: "CN=self" }).certificate));
  const impostor = makeCertificate({ subject: "O=Lab, CN=Root", key: "another key", ca: true });
  assertRefused("bad signature", build(made({ issuer: impostor })));
  assertRefused(
    "key usage",
    build(made({ keyUsage: ["keyEncipherment"] })),
    /digitalSignature or nonRepudiation is needed/,
  );
  assertRefused("key usage", build(made({ keyUsage: ["digitalSignature"] }), { use: "encryption" }));
  assertRefused("key usage", build(made({ purposes: ["1.3.6.1.5.5.7.3.1"] })), /does not include IKE/);
  assertRefused("unknown extension", build(made({ criticalExtension: "2.5.29.30" })), /2\.5\.29\.30/);
});

test("each kind of certificate that is taken", () => {
  for (const keyUsage of [
    ["digitalSignature"],
    ["nonRepudiation"],
    ["keyEncipherment", "digitalSignature"],
  ] as const)
    assert.ok(!isChainProblem(build(made({ keyUsage }))), keyUsage.join(" "));
  for (const purposes of [
    ["2.5.29.37.0"],
    ["1.3.6.1.5.5.7.3.17"],
    ["1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.8.2.2"],
  ])
    assert.ok(!isChainProblem(build(made({ purposes }))), purposes.join(" "));
  assert.ok(!isChainProblem(build(made({ criticalExtension: "2.5.29.31" }))), "distribution points");
  assert.ok(!isChainProblem(build(made({ version: 1 }))), "version 1");
  assert.ok(
    !isChainProblem(build(made({ notAfter: MADE_AT, notBefore: MADE_AT }))),
    "both dates are inclusive",
  );
});

test("dates are not checked where the time is not known", () => {
  assert.ok(
    !isChainProblem(build(made({ notAfter: MADE_AT - DAY }), { now: undefined })),
    "expired, but when is now?",
  );
});

test("a chain goes over authorities in between, in whatever order they come", () => {
  const first = authority("O=Lab, CN=First", ROOT);
  const second = authority("O=Lab, CN=Second", first);
  const leaf = made({ issuer: second });
  const irrelevant = makeCertificate({ subject: "CN=irrelevant" }).certificate;
  const others = [irrelevant, first.certificate, leaf, second.certificate];
  const expected = [leaf, second.certificate, first.certificate, ROOT.certificate];
  assert.deepEqual(build(leaf, { others }), expected);
  assert.deepEqual(build(leaf, { others: others.toReversed() }), expected);
  assertRefused(
    "unknown issuer",
    build(leaf, { others: [second.certificate] }),
    /CN=Second is not of an authority/,
  );
});

test("only authorities may stand in between", () => {
  const router = makeCertificate({ subject: "O=Lab, CN=router", issuer: ROOT });
  const forged = made({ issuer: router });
  assertRefused("not a CA", build(forged, { others: [router.certificate] }), /CN=router signs another/);
  const declared = authority("O=Lab, CN=declared", ROOT, { ca: false });
  assertRefused("not a CA", build(made({ issuer: declared }), { others: [declared.certificate] }));
  const usage = authority("O=Lab, CN=usage", ROOT, { keyUsage: ["digitalSignature"] });
  assertRefused("not a CA", build(made({ issuer: usage }), { others: [usage.certificate] }), /keyCertSign/);
  const old = makeCertificate({ subject: "O=Lab, CN=old", issuer: ROOT, version: 1 });
  assertRefused("not a CA", build(made({ issuer: old }), { others: [old.certificate] }));
  const expired = authority("O=Lab, CN=late", ROOT, { notAfter: MADE_AT - DAY });
  assertRefused("expired", build(made({ issuer: expired }), { others: [expired.certificate] }), /CN=late/);
});

test("an authority's own limit on the length of a chain holds", () => {
  const narrow = makeCertificate({ subject: "O=Lab, CN=Narrow", ca: 0 });
  const below = authority("O=Lab, CN=Below", narrow);
  const authorities = [narrow.certificate];
  assert.ok(!isChainProblem(build(made({ issuer: narrow }), { authorities })), "directly");
  const others = [below.certificate];
  assertRefused(
    "path too long",
    build(made({ issuer: below }), { authorities, others }),
    /allows for 0 between/,
  );
});

test("an authority trusted by hand needs to say nothing of itself, but must not say that it is none", () => {
  const plain = makeCertificate({ subject: "CN=plain", version: 1 });
  assert.ok(
    !isChainProblem(build(made({ issuer: plain }), { authorities: [plain.certificate] })),
    "version 1",
  );
  const denies = makeCertificate({ subject: "CN=denies", ca: false });
  assertRefused("not a CA", build(made({ issuer: denies }), { authorities: [denies.certificate] }));
});

test("loops and crowds of issuers end", () => {
  const a = makeCertificate({ subject: "CN=a", ca: true });
  const b = authority("CN=b", a);
  const aByB = authority("CN=a", b);
  const leaf = made({ issuer: a });
  assertRefused("unknown issuer", build(leaf, { others: [a.certificate, b.certificate, aByB.certificate] }));
  const crowd = Array.from(
    { length: 60 },
    (_, serial) => makeCertificate({ subject: "CN=a", ca: true, serial }).certificate,
  );
  assertRefused("path too long", build(leaf, { others: crowd }));
  let issuer = ROOT;
  const others: Certificate[] = [];
  for (let i = 0; i < 6; i++) {
    issuer = authority(`CN=deep ${i}`, issuer);
    others.push(issuer.certificate);
  }
  assertRefused("path too long", build(made({ issuer }), { others }));
});

test("of two authorities of one name the one that signed is found", () => {
  const older = makeCertificate({ subject: "O=Lab, CN=Root", key: "older key", ca: true });
  const authorities = [older.certificate, ROOT.certificate];
  const leaf = made();
  assert.deepEqual(build(leaf, { authorities }), [leaf, ROOT.certificate]);
});

test("a peer belongs to us if it names the organisation and the units that we name", () => {
  const own = made({ subject: "O=Lab, OU=Sales, CN=own" });
  const peer = (subject: string) => organisationProblem(own, made({ subject }));
  assert.equal(peer("O=Lab, OU=Sales, CN=r1"), undefined);
  assert.equal(
    peer("C=US, O=LAB, OU=Research, OU=sales, CN=r1"),
    undefined,
    "apart from case, and among others",
  );
  assert.equal(peer("O=Lab, OU=Research, CN=r1"), "OU=Sales");
  assert.equal(peer("O=Other, OU=Sales, CN=r1"), "O=Lab");
  assert.equal(peer("CN=O=Lab"), "O=Lab");
  assert.equal(
    organisationProblem(made({ subject: "CN=own" }), made({ subject: "O=Any, CN=r1" })),
    undefined,
  );
});
