import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { test } from "node:test";
import fc from "fast-check";
import { derName, MADE_AT, makeCertificate, spoilt, testKey } from "../../test/support/certificates.ts";
import { CISCO_CA, certificatesOf, ciscoCertificate } from "../../test/support/cisco-certificates.ts";
import { hex } from "../base/octets.ts";
import { bitLength } from "../crypto/rsa.ts";
import { readCertificate } from "./certificate.ts";
import { buildChain, isChainProblem } from "./chain.ts";
import { nameText } from "./distinguished-name.ts";

fc.configureGlobal({ seed: 2409 });

const REPORT = "technical-report-certificates-lab-isdn";
const CA = ciscoCertificate(REPORT, CISCO_CA);
const SPRING_1998 = Date.UTC(1998, 4, 1);

const ROUTERS = [
  { file: REPORT, serial: "44FC6C531FC3446927E4EE307A806B20", use: "encryption" },
  { file: REPORT, serial: "52A46D5D10B18A6F51E6BC735A36508C", use: "signature" },
  { file: `${REPORT}1`, serial: "3E1ED472BDA2CE0163FB6B0B004E5EEE", use: "encryption" },
  { file: `${REPORT}1`, serial: "503968D890F7D409475B7280162754D2", use: "signature" },
] as const;

test("the routers' certificates of 1998 lead to their authority, in their time", () => {
  for (const { file, serial, use } of ROUTERS) {
    const leaf = ciscoCertificate(file, serial);
    assert.equal(leaf.serialNumber, serial);
    assert.equal(leaf.signatureAlgorithm.name, "md5WithRSAEncryption");
    assert.equal(bitLength(leaf.publicKey?.modulus ?? new Uint8Array(0)), 512);
    const request = { leaf, others: [], authorities: [CA], now: SPRING_1998, use };
    assert.deepEqual(buildChain(request), [leaf, CA]);
    assert.deepEqual(buildChain({ ...request, now: undefined }), [leaf, CA], "without a clock");
    const later = buildChain({ ...request, now: Date.UTC(2000, 0, 1) });
    assert.ok(isChainProblem(later) && later.kind === "expired", "too late");
    const before = buildChain({ ...request, now: Date.UTC(1998, 3, 7) });
    assert.ok(isChainProblem(before) && before.kind === "not yet valid", "too early");
    const other = buildChain({ ...request, use: use === "signature" ? "encryption" : "signature" });
    assert.ok(isChainProblem(other) && other.kind === "key usage", "usage keys are for one use");
  }
});

test("a certificate of 1998 says what openssl reads from it", () => {
  const leaf = ciscoCertificate(REPORT, "52A46D5D10B18A6F51E6BC735A36508C");
  assert.equal(
    nameText(leaf.subject),
    "unstructuredName=stannous-isdn.cisco.com, OID 1.3.6.1.4.1.42.2.11.2.1=171.68.117.189, serialNumber=5679919",
  );
  assert.equal(nameText(leaf.issuer), "O=Cisco Systems, OU=Devtest, CN=CISCOCA-ULTRA");
  assert.equal(leaf.notBefore, Date.UTC(1998, 3, 8));
  assert.equal(leaf.notAfter, Date.UTC(1999, 3, 8, 23, 59, 59));
  assert.deepEqual(leaf.extensions.keyUsage, ["digitalSignature"]);
  assert.deepEqual(leaf.extensions.names.hosts, ["stannous-isdn.cisco.com"]);
  assert.deepEqual(leaf.extensions.names.addresses, [Uint8Array.of(171, 68, 117, 189)]);
  assert.deepEqual(leaf.extensions.basicConstraints, { isCa: false, pathLength: undefined });
  assert.equal(CA.version, 3);
  assert.deepEqual(CA.extensions.basicConstraints, undefined, "its extensions are none");
});

test("the same certificates as a book prints them have misprints, and are refused for it", () => {
  const printed = certificatesOf("example-13-07-lab-isdn1");
  assert.equal(printed.size, 3);
  for (const der of printed.values()) {
    const read = readCertificate(der);
    if (read instanceof Error) continue;
    const found = buildChain({
      leaf: read,
      others: [],
      authorities: [CA],
      now: undefined,
      use: "encryption",
    });
    assert.ok(isChainProblem(found), nameText(read.subject));
  }
});

test("what we make reads the same here and in Node", () => {
  const ca = makeCertificate({ subject: "C=US, O=Lab, CN=CA", ca: true, keyUsage: ["keyCertSign"] });
  for (const hash of ["md5", "sha1", "sha256", "sha384", "sha512"] as const) {
    const { certificate } = makeCertificate({
      subject: "O=Lab, CN=r1",
      issuer: ca,
      hash,
      keyUsage: ["digitalSignature", "keyEncipherment"],
      hosts: ["r1.example.com"],
      addresses: [Uint8Array.of(10, 0, 0, 1)],
      ca: false,
    });
    const nodes = new X509Certificate(certificate.der);
    assert.equal(nodes.subject.replaceAll("\n", ", "), nameText(certificate.subject));
    assert.equal(nodes.issuer.replaceAll("\n", ", "), nameText(certificate.issuer));
    assert.equal(nodes.serialNumber, certificate.serialNumber);
    assert.equal(Date.parse(nodes.validFrom), certificate.notBefore);
    assert.equal(Date.parse(nodes.validTo), certificate.notAfter);
    assert.equal(nodes.subjectAltName, "DNS:r1.example.com, IP Address:10.0.0.1");
    assert.ok(nodes.verify(new X509Certificate(ca.certificate.der).publicKey), hash);
    assert.deepEqual(certificate.extensions.keyUsage, ["digitalSignature", "keyEncipherment"]);
    const chain = buildChain({
      leaf: certificate,
      others: [],
      authorities: [ca.certificate],
      now: MADE_AT,
      use: "signature",
    });
    assert.deepEqual(chain, [certificate, ca.certificate], hash);
  }
});

test("no octets throw, whatever they are", () => {
  const { certificate } = makeCertificate({
    subject: "O=Lab, CN=r1",
    hosts: ["r1"],
    keyUsage: ["keyEncipherment"],
  });
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (octets) => {
      assert.ok(readCertificate(octets) instanceof Error, hex(octets));
    }),
  );
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.nat(certificate.der.length - 1), fc.nat(255)), { minLength: 1, maxLength: 4 }),
      fc.nat(certificate.der.length),
      (changes, length) => {
        const octets = certificate.der.slice();
        for (const [at, octet] of changes) octets[at] = octet;
        readCertificate(octets);
        readCertificate(octets.subarray(0, length));
        const read = readCertificate(octets);
        if (!(read instanceof Error))
          buildChain({
            leaf: read,
            others: [read],
            authorities: [read, certificate],
            now: 0,
            use: "signature",
          });
      },
    ),
    { numRuns: 2000 },
  );
});

test("whatever octet changes, either the certificate is none or its signature does not verify", () => {
  const ca = makeCertificate({ subject: "O=Lab, CN=CA", ca: true });
  const { certificate } = makeCertificate({ subject: "O=Lab, CN=r1", issuer: ca });
  for (let at = 0; at < certificate.der.length; at++) {
    const read = readCertificate(spoilt(certificate.der, at));
    if (read instanceof Error) continue;
    const found = buildChain({
      leaf: read,
      others: [],
      authorities: [ca.certificate],
      now: undefined,
      use: "signature",
    });
    assert.ok(isChainProblem(found), `octet ${at}`);
  }
});

test("a certificate of a key that is none of RSA reads, and has no key", () => {
  const { certificate } = makeCertificate({ subject: "CN=r1" });
  const ofEc = certificate.der.slice();
  // rsaEncryption 1.2.840.113549.1.1.1 stands twice: in the key alone it ends in 01.
  const at = hex(ofEc).indexOf("2a864886f70d010101") / 2;
  ofEc[at + 8] = 3;
  const read = readCertificate(ofEc);
  assert.ok(!(read instanceof Error) && read.publicKey === undefined, "no key");
});

test("names that need care when they are shown are shown with care", () => {
  const name = `CN=a\u001b[2J, OU=x, y`;
  assert.ok(testKey(name).publicKey.modulus.length === 96, "a key of 768 bits");
  const { certificate } = makeCertificate({ subject: "CN=a\u001b[2J" });
  assert.equal(nameText(certificate.subject), "CN=a\\x1b[2J");
  assert.equal(hex(certificate.subject.der), hex(derName("CN=a\u001b[2J")));
});
