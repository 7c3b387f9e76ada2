import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { MADE_AT, makeCertificate, makeRevocationList, spoilt } from "../../test/support/certificates.ts";
import { describeChainProblem } from "./chain.ts";
import { type Revocation, revocationProblem } from "./revocation.ts";
import { type RevocationList, readRevocationList } from "./revocation-list.ts";

fc.configureGlobal({ seed: 2409 });

const ROOT = makeCertificate({ subject: "O=Lab, CN=Root", ca: true });
const MIDDLE = makeCertificate({ subject: "O=Lab, CN=Middle", ca: true, issuer: ROOT, serial: 5 });
const LEAF = makeCertificate({ subject: "O=Lab, CN=r1", issuer: MIDDLE, serial: 9 });
const CHAIN = [LEAF.certificate, MIDDLE.certificate, ROOT.certificate];
const REQUIRED = [ROOT.certificate];

function list(...given: Parameters<typeof makeRevocationList>): RevocationList {
  const read = readRevocationList(makeRevocationList(...given));
  return read instanceof Error ? assert.fail(read.message) : read;
}

function problem(revocation: Partial<Revocation>, now: number | undefined = MADE_AT): string | undefined {
  const found = revocationProblem(CHAIN, { lists: [], required: [], ...revocation }, now);
  return found === undefined ? undefined : describeChainProblem(found);
}

test("a list says whose it is, of when, and what is on it", () => {
  const read = list(ROOT, [5, 200]);
  assert.deepEqual([...read.serialNumbers], ["05", "00C8"]);
  assert.deepEqual(read.issuer, ROOT.certificate.subject);
  assert.ok(read.thisUpdate < MADE_AT && MADE_AT < (read.nextUpdate ?? 0), "it is of now");
  assert.equal(list(ROOT, []).serialNumbers.size, 0);
});

test("what is on a list of its issuer is revoked, at every place of a chain", () => {
  assert.match(problem({ lists: [list(MIDDLE, [9])] }) ?? "", /CN=r1 has been revoked: by O=Lab, CN=Middle/);
  assert.match(problem({ lists: [list(ROOT, [5])] }) ?? "", /CN=Middle has been revoked: by O=Lab, CN=Root/);
  assert.equal(problem({ lists: [list(MIDDLE, [5]), list(ROOT, [9])] }), undefined, "numbers of the other");
  assert.equal(problem({}), undefined, "no list, and none is required");
});

test("a list of old still revokes; a list that is not signed by the issuer, or may not be, says nothing", () => {
  const old = { nextUpdate: MADE_AT - 1000 };
  assert.match(problem({ lists: [list(MIDDLE, [9], old)] }) ?? "", /revoked/);
  const forged = makeCertificate({ subject: "O=Lab, CN=Middle", key: "another" });
  assert.equal(problem({ lists: [list(forged, [9])] }), undefined, "another key");
  const signer = makeCertificate({ subject: "O=Lab, CN=Root", ca: true, keyUsage: ["keyCertSign"] });
  const below = makeCertificate({ subject: "O=Lab, CN=r2", issuer: signer, serial: 9 });
  const chain = [below.certificate, signer.certificate];
  assert.equal(revocationProblem(chain, { lists: [list(signer, [9])], required: [] }, MADE_AT), undefined);
});

test("where lists are required, each certificate needs one of its issuer that is up to date", () => {
  const required = REQUIRED;
  assert.match(
    problem({ required }) ?? "",
    /CN=r1 may have been revoked: .*: that of O=Lab, CN=Middle is not here/,
  );
  assert.match(problem({ required, lists: [list(MIDDLE, [])] }) ?? "", /that of O=Lab, CN=Root is not here/);
  const old = list(MIDDLE, [], { nextUpdate: MADE_AT - 1000 });
  assert.match(problem({ required, lists: [old] }) ?? "", /that of O=Lab, CN=Middle is out of date/);
  assert.equal(problem({ required, lists: [list(MIDDLE, []), list(ROOT, [])] }), undefined);
  const times = revocationProblem(CHAIN, { required, lists: [old, list(ROOT, [])] }, undefined);
  assert.equal(times, undefined, "nobody knows the time of day");
});

test("a list that is about something else, or is changed anywhere, is none or is not believed", () => {
  const der = makeRevocationList(MIDDLE, [9]);
  assert.ok(
    readRevocationList(makeRevocationList(MIDDLE, [9], { criticalExtension: "2.5.29.28" })) instanceof Error,
    "critical",
  );
  fc.assert(
    fc.property(fc.nat(der.length - 1), (at) => {
      const read = readRevocationList(spoilt(der, at));
      if (read instanceof Error) return;
      assert.equal(problem({ lists: [read] }), undefined, `octet ${at}`);
    }),
    { numRuns: 300, seed: 1 },
  );
});

test("no octets throw, whatever they are", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (octets) => {
      readRevocationList(octets);
    }),
  );
});
