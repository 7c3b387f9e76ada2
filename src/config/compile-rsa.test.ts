import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { makeCertificate, makeRevocationList, testKey } from "../../test/support/certificates.ts";
import { hex } from "../base/octets.ts";
import { loadConfiguration } from "../cli/load.ts";
import { bitLength } from "../crypto/rsa.ts";
import { Secret } from "../crypto/secret.ts";
import type { Certificate } from "../pki/certificate.ts";
import { nameText } from "../pki/distinguished-name.ts";
import { encodePublicKey } from "../pki/public-key.ts";
import { compile } from "./compile.ts";
import type { RsaKeyPair } from "./rsa-key-pair.ts";
import { readRsaKeys, writeRsaKeys } from "./rsa-key-text.ts";

const ROOT = makeCertificate({ subject: "O=Lab, CN=Root", ca: true });
const MIDDLE = makeCertificate({ subject: "O=Lab, CN=Middle", ca: true, issuer: ROOT });
const OWN = makeCertificate({ subject: "O=Lab, CN=r1", issuer: ROOT });

function keyPair(name: string, usage: RsaKeyPair["usage"] = "general"): RsaKeyPair {
  const { publicKey, privateKey } = testKey(name);
  return {
    name: "r1.example.com",
    usage,
    publicKey,
    privateKey: new Secret(privateKey),
    generatedAt: undefined,
  };
}

function compiled(lines: readonly string[], rsaKeys: readonly RsaKeyPair[] = []) {
  const { configuration, problems } = loadConfiguration(lines.join("\n"), "r1.cfg");
  assert.deepEqual(
    problems.filter(({ severity }) => severity === "error"),
    [],
  );
  const result = compile(configuration, { rsaKeys });
  const rsa = result.policy?.ike.rsa ?? assert.fail(JSON.stringify(result.problems));
  return { rsa, said: result.problems.map(({ message }) => message) };
}

function certificateLines(owner: string, { der, serialNumber }: Certificate): string[] {
  return [` certificate ${owner}${serialNumber}`, `  ${hex(der)}`, "  quit"];
}

function chain(own: Certificate, ...authorities: readonly Certificate[]): string[] {
  return [
    "crypto ca identity lab",
    " crl optional",
    "crypto ca certificate chain lab",
    ...certificateLines("", own),
    ...authorities.flatMap((each) => certificateLines("ca ", each)),
  ];
}

test("a revocation list is entered below the certificates, and is required where it is not optional", () => {
  const lines = chain(OWN.certificate, ROOT.certificate);
  const list = [" crl", `  ${hex(makeRevocationList(ROOT, [17]))}`, "  quit"];
  const keys = [keyPair("O=Lab, CN=r1")];
  const optional = compiled([...lines, ...list], keys).rsa.revocation;
  assert.deepEqual(
    optional?.lists.map(({ serialNumbers }) => [...serialNumbers]),
    [["11"]],
  );
  assert.deepEqual(optional.required, []);
  const required = compiled([...lines.toSpliced(1, 1), ...list], keys);
  assert.deepEqual(
    required.rsa.revocation?.required.map(({ der }) => hex(der)),
    [hex(ROOT.certificate.der)],
  );
  assert.ok(!required.said.some((text) => text.includes("revocation")), "nothing is missing");
  const { said } = compiled([...lines, " crl", "  3003020101", "  quit"], keys);
  assert.match(said.join("\n"), /The revocation list of lab cannot be read/);
});

test("revocation-check none is in effect; that nothing is fetched is told where a list is wanted", () => {
  const said = (line: string) =>
    compiled(["crypto pki trustpoint lab", ` revocation-check ${line}`]).said.filter((text) =>
      /fetched/.test(text),
    );
  assert.deepEqual(said("none"), []);
  assert.deepEqual(said("crl none"), [
    "Nothing is fetched: certificates of trust point lab are held against the lists entered here alone.",
  ]);
  assert.match(said("crl").join(), /No revocation list is fetched/);
});

test("our identity is the distinguished name of a certificate, and our address where there is none", () => {
  const lines = [...chain(OWN.certificate, ROOT.certificate), "crypto isakmp identity dn"];
  assert.doesNotMatch(compiled(lines, [keyPair("O=Lab, CN=r1")]).said.join("\n"), /identity/);
  assert.match(
    compiled(["crypto isakmp identity dn"]).said.join("\n"),
    /no certificate of ours whose subject could be our identity: it is our address/,
  );
});

test("a certificate, its authority and its private key make signatures possible", () => {
  const { rsa, said } = compiled(chain(OWN.certificate, ROOT.certificate), [keyPair("O=Lab, CN=r1")]);
  assert.deepEqual(said, ["An RSA key of 768 bits can be broken (our own)."]);
  assert.deepEqual(
    rsa.authorities.map(({ subject }) => nameText(subject)),
    ["O=Lab, CN=Root"],
  );
  assert.equal(rsa.certificates.length, 1);
  assert.deepEqual(rsa.certificates[0]?.intermediates, []);
});

test("what stands between a certificate and the topmost authority is sent along", () => {
  const below = makeCertificate({ subject: "O=Lab, CN=r2", issuer: MIDDLE });
  const lines = chain(below.certificate, ROOT.certificate, MIDDLE.certificate);
  const { rsa } = compiled(lines, [keyPair("O=Lab, CN=r2")]);
  assert.deepEqual(
    rsa.certificates[0]?.intermediates.map(({ subject }) => nameText(subject)),
    ["O=Lab, CN=Middle"],
  );
});

test("what is missing for signatures is told", () => {
  const own = OWN.certificate;
  const key = keyPair("O=Lab, CN=r1");
  const cases: [string, readonly string[], readonly RsaKeyPair[], RegExp][] = [
    ["key", chain(own, ROOT.certificate), [], /private key of the certificate of O=Lab, CN=r1 is not here/],
    ["its use", chain(own, ROOT.certificate), [keyPair("O=Lab, CN=r1", "encryption")], /is not here/],
    ["authority", chain(own), [key], /No peer will believe it: .* not of an authority that is trusted here/],
    ["trust point", chain(own, ROOT.certificate).slice(2), [key], /There is no trust point lab/],
    [
      "revocation",
      chain(own, ROOT.certificate).toSpliced(1, 1),
      [key],
      /No revocation list is fetched, and trust point lab has none/,
    ],
    [
      "octets",
      ["crypto ca identity lab", " crl optional", "crypto ca certificate chain lab", " certificate 17"],
      [key],
      /has no octets/,
    ],
    [
      "all octets",
      [
        "crypto ca identity lab",
        " crl optional",
        "crypto ca certificate chain lab",
        " certificate 17",
        "  3003 0201",
        "  quit",
      ],
      [key],
      /Certificate 17 cannot be read/,
    ],
  ];
  for (const [what, lines, keys, says] of cases)
    assert.match(compiled(lines, keys).said.join("\n"), says, what);
});

test("usage keys: one signs, the other decrypts", () => {
  const lines = chain(OWN.certificate, ROOT.certificate);
  const { rsa } = compiled(lines, [keyPair("O=Lab, CN=r1", "signature"), keyPair("other", "encryption")]);
  assert.equal(rsa.certificates.length, 1);
  assert.deepEqual(rsa.encryptionKey?.publicKey, testKey("other").publicKey);
  assert.deepEqual(
    compiled(lines, [keyPair("general")]).rsa.encryptionKey?.publicKey,
    testKey("general").publicKey,
  );
});

test("keys of peers are for names, for addresses, or for both", () => {
  const digits = hex(encodePublicKey(testKey("peer").publicKey));
  const { rsa, said } = compiled([
    "crypto key pubkey-chain rsa",
    " named-key Peer.Example.com",
    "  address 10.1.1.2",
    "  key-string",
    `   ${digits.slice(0, 40)}`,
    `   ${digits.slice(40)}`,
    "   quit",
    "  exit",
    " addressed-key 10.1.1.3 encryption",
    "  key-string",
    `   ${digits}`,
    "   quit",
    " addressed-key 10.1.1.3 signature",
    "  key-string",
    `   ${digits}`,
    "   quit",
    " named-key broken",
    "  key-string",
    "   3003020101",
    "   quit",
  ]);
  assert.deepEqual(
    rsa.peerKeys.map(({ name, address }) => [name, address]),
    [
      ["peer.example.com", "10.1.1.2"],
      [undefined, "10.1.1.3"],
    ],
  );
  assert.match(said.join("\n"), /The public key cannot be used: /);
});

function published(name: string) {
  const text = readFileSync(new URL(`../../test/configurations/${name}.cfg`, import.meta.url), "utf8");
  const { configuration } = loadConfiguration(text, name);
  const { policy, problems } = compile(configuration, { incompleteEntries: "disabled" });
  return {
    rsa: policy?.ike.rsa ?? assert.fail(name),
    said: problems.map(({ message }) => message).join("\n"),
  };
}

test("the published configurations with encrypted nonces give the peers' keys", () => {
  for (const [name, peer] of [
    ["example-13-10-wan2511", "wan2516.cisco.com"],
    ["example-13-11-wan2516", "wan2511.cisco.com"],
    ["technical-report-encrypted-nonces-2511", "wan2516.cisco.com"],
  ] as const) {
    const { rsa } = published(name);
    assert.deepEqual(
      rsa.peerKeys.map((key) => key.name),
      [peer],
      name,
    );
    assert.equal(bitLength(rsa.peerKeys[0]?.publicKey.modulus ?? new Uint8Array(0)), 512, name);
  }
});

test("the published certificates are read, and those with misprints are told of", () => {
  for (const name of ["technical-report-certificates-lab-isdn", "technical-report-certificates-lab-isdn1"]) {
    const { rsa, said } = published(name);
    assert.deepEqual(
      rsa.authorities.map(({ serialNumber }) => serialNumber),
      ["3051DF7169BEE31B821DFE4B3A338E5F"],
    );
    assert.match(said, /The private key of the certificate of unstructuredName=stannous-isdn/);
    assert.doesNotMatch(said, /cannot be read|is not signed by/, name);
  }
  const misprinted = published("example-13-07-lab-isdn1");
  assert.match(misprinted.said, /Certificate 3051DF7169BEE31B821DFE4B3A338E5F cannot be read/);
  assert.deepEqual(misprinted.rsa.authorities, []);
});

test("keys are written and read again, and those of openssl are read as well", () => {
  const keys = [{ ...keyPair("a", "signature"), generatedAt: 959_817_600_000 }, keyPair("b", "encryption")];
  const text = writeRsaKeys(keys);
  const again = readRsaKeys(text, "unused");
  assert.ok(typeof again !== "string", "read");
  const shown = (pairs: readonly RsaKeyPair[]) =>
    pairs.map(({ privateKey, ...rest }) => ({ ...rest, privateKey: hex(privateKey.reveal()) }));
  assert.deepEqual(shown(again), shown(keys));
  const bare = readRsaKeys(text.slice(text.indexOf("-----BEGIN")), "r9.example.com");
  assert.ok(
    typeof bare !== "string" && bare[0]?.name === "r9.example.com" && bare[0].usage === "general",
    "bare PEM",
  );
  assert.deepEqual(readRsaKeys("", "r"), []);
});

test("what is no key file says what is wrong, and nothing of the keys", () => {
  const text = writeRsaKeys([keyPair("a")]);
  const secret = text.split("\n")[5] ?? assert.fail("a line of the key");
  for (const [wrong, says] of [
    [text.replace("general", "both"), /the usage of its key 1 is none of/],
    [text.replace(/MII\w{8}/, "AAAAAAAAAAA"), /its key 1 is no private RSA key/],
    ["-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", /its key 1 is no private RSA key/],
    ["-----BEGIN ", /its key 1 is no private RSA key/],
  ] as const) {
    const read = readRsaKeys(wrong, "r");
    assert.ok(typeof read === "string", wrong.slice(0, 20));
    assert.match(read, says);
    assert.ok(!read.includes(secret), "no secret");
  }
});
